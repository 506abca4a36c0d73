import type { EncoderInput, TrainResult } from '@length-adaptive/core';
import type { Distillation, DistillationOptions } from './plan-distillation.js';
import { planDistillation } from './plan-distillation.js';
import { keepFitDense } from './fit-dense.js';
import { tensorDistillationEngine } from './tensor-distillation-engine.js';
import { ModelError } from '../../errors.js';
import type { FineTuneData, FineTuneEngine, FineTuneOptions } from '../fine-tune.js';
import { trainInPlace } from '../fine-tune.js';
import type { RunnableModel } from '../../model/runnable-model.js';
import type { TaskModel } from '../../model/task-model.js';
import { headNames } from '../../model/task-model.js';

/** What runs the passes of a distillation in place of TensorFlow.js. */
export interface DistillationEngine extends FineTuneEngine {
  /** What the teacher answers at full length, by the engine's own means: the logits of `RunnableModel.run`. Default: the teacher is asked. */
  answer?(inputs: readonly EncoderInput[]): Promise<Float32Array>;
  release(): Promise<void>;
}

export interface DistillOptions
  extends DistillationOptions, Omit<FineTuneOptions, 'engine' | 'lengthConfig' | 'seed' | 'temperature'> {
  /** Makes the engine. Default: TensorFlow.js, on the student's own variables. */
  readonly engine?: ((distillation: Distillation) => Promise<DistillationEngine>) | undefined;
}

const ownEngine = (distillation: Distillation): Promise<DistillationEngine> =>
  Promise.resolve({ training: tensorDistillationEngine(distillation), release: () => Promise.resolve() });

/**
 * Distils a teacher into a student of the same vocabulary, in place.
 *
 * - `intermediate`: the student's embeddings and layers learn the hidden states and attention probabilities of the teacher's
 *   (Jiao et al. 2020). The map between their widths, `fit_dense`, is saved with the student, so that another run goes on with it.
 * - `relations`: the student's last layer learns how the teacher's tokens relate to one another (MiniLMv2, Wang et al. 2021).
 * - `prediction`: the student learns the teacher's answers. Only here the dev examples choose the best epoch, and with `lengthDrop`
 *   the full pass learns from the teacher and the sub-models from the student's full pass (Dynamic-TinyBERT).
 *
 * Training goes as in `fineTune`: seeded, and resumed as if it had never stopped.
 *
 * @param teacher a model on any engine for `prediction`, one that `openModel` or `createTaskModel` gave for the others
 * @throws ModelError `TEACHER_MISMATCH`, `TENSOR_MISSING` for a teacher without a trained head, `OPTION_INVALID`, `DATA_INVALID`;
 * CoreError `ABORTED`, `DIVERGED`
 * @example
 * const student = await createStudent(teacher, { layers: [0, 2, 4] });
 * await distill(student, teacher, data, { method: 'intermediate', epochs: 5 });
 * await distill(student, teacher, data, { method: 'prediction', epochs: 3 });
 */
export const distill = async (
  student: TaskModel,
  teacher: RunnableModel,
  { train, dev }: FineTuneData,
  {
    method,
    temperature,
    labelLoss,
    stateWeight,
    attentionWeight,
    relationHeads,
    teacherLayer,
    seed = 42,
    lengthDrop,
    engine = ownEngine,
    ...options
  }: DistillOptions,
): Promise<TrainResult> => {
  if (lengthDrop && method !== 'prediction') {
    throw new ModelError(
      'OPTION_INVALID',
      `lengthDrop goes with prediction distillation, whose logits its sub-models learn from; the method is ${method}.`,
    );
  }
  const distillation = planDistillation(student, teacher, {
    method,
    temperature,
    labelLoss,
    stateWeight,
    attentionWeight,
    relationHeads,
    teacherLayer,
    seed,
  });
  const fit = distillation.method === 'intermediate' ? distillation.fit : undefined;
  try {
    const used = await engine(distillation);
    try {
      const answers = method === 'prediction';
      const result = await trainInPlace(
        student,
        { train, ...(answers && { dev }) },
        { ...options, seed, lengthDrop, engine: used, ...(answers && { temperature: temperature ?? 1 }) },
      );
      const untrained = new Set(answers ? [] : headNames(student)); // inside the encoder the head learns nothing
      student.markTrained(student.initialised.filter((name) => !untrained.has(name)));
      student.companions.clear(); // a map from before no longer fits the states
      if (fit) await keepFitDense(student, fit, await used.training.readWeights());
      return result;
    } finally {
      await used.release();
    }
  } finally {
    for (const { variable } of fit?.parameters ?? []) variable.dispose();
  }
};
