import { attentionWidth } from '@length-adaptive/core/lengths';
import { ModelError } from '../../errors.js';
import type { RunnableModel } from '../../model/runnable-model.js';
import type { TaskModel } from '../../model/task-model.js';
import type { AdaptationPlan } from './plan-adaptation.js';
import { checkAnswers, checkVocabulary, withLayers } from './check-teacher.js';
import type { FitDense } from './fit-dense.js';
import { openFitDense } from './fit-dense.js';
import type { LayerMatch } from './layer-matches.js';
import { layerMatches } from './layer-matches.js';

/** What a student learns from: the teacher's layers, its answers, or the relations between its tokens. */
export type DistillationMethod = 'intermediate' | 'prediction' | 'relations';

/** Layer by layer, as TinyBERT and Dynamic-TinyBERT do: hidden states through one shared map, and attention probabilities. */
export interface IntermediateDistillation {
  readonly method: 'intermediate';
  readonly student: TaskModel;
  readonly teacher: TaskModel;
  /** Ascending; the first is the embeddings, which have no attention. */
  readonly matches: readonly LayerMatch[];
  readonly fit: FitDense;
  /** Weight of the losses of the hidden states, summed over the matches. */
  readonly stateWeight: number;
  /** Weight of the losses of the attention probabilities, summed over the matches. */
  readonly attentionWeight: number;
}

/** From the teacher's answers, and the labels if wanted. */
export interface PredictionDistillation {
  readonly method: 'prediction';
  readonly student: TaskModel;
  readonly teacher: RunnableModel;
  readonly temperature: number;
  /** Weight of the task's own loss beside that of distillation. */
  readonly labelLoss: number;
}

/** From MiniLMv2's self-attention relations: any widths, any heads. */
export interface RelationDistillation {
  readonly method: 'relations';
  readonly student: TaskModel;
  readonly teacher: TaskModel;
  /** The student's last layer, from 0. */
  readonly studentLayer: number;
  /** The layer of the teacher that it learns from, from 0. */
  readonly teacherLayer: number;
  /** What both widths are cut into. */
  readonly relationHeads: number;
}

/** A distillation, checked and ready for an engine. */
export type Distillation = IntermediateDistillation | PredictionDistillation | RelationDistillation | AdaptationPlan;

export interface DistillationOptions {
  readonly method: DistillationMethod;
  /** `prediction`: softens both distributions; the loss is scaled by its square. Default 1. */
  readonly temperature?: number | undefined;
  /** `prediction`: weight of the labels' loss beside the teacher's. Default 0. */
  readonly labelLoss?: number | undefined;
  /** `intermediate`: weight of the hidden states. Default 1. */
  readonly stateWeight?: number | undefined;
  /** `intermediate`: weight of the attention probabilities. Default 1. */
  readonly attentionWeight?: number | undefined;
  /** `relations`: what both widths are cut into. Default: the largest number that divides both, up to the teacher's attention heads. */
  readonly relationHeads?: number | undefined;
  /** `relations`: layer of the teacher, from 0. Default the last; of a large teacher one above the middle is better. */
  readonly teacherLayer?: number | undefined;
  /** Seed of a new `fit_dense`. Default 42. */
  readonly seed?: number | undefined;
}

const expectNumber = (name: string, value: number, valid: boolean, expected: string): void => {
  if (!valid) throw new ModelError('OPTION_INVALID', `${name} is ${value}; expected ${expected}.`);
};

const optionsOf: Readonly<Record<DistillationMethod, readonly (keyof DistillationOptions)[]>> = {
  prediction: ['temperature', 'labelLoss'],
  intermediate: ['stateWeight', 'attentionWeight'],
  relations: ['relationHeads', 'teacherLayer'],
};

/** An option that the method does not know is a mistake, not something to ignore. */
const checkOptions = (options: DistillationOptions): void => {
  for (const [method, names] of Object.entries(optionsOf)) {
    const idle = method === options.method ? undefined : names.find((name) => options[name] !== undefined);
    if (idle !== undefined)
      throw new ModelError(
        'OPTION_INVALID',
        `${idle} goes with ${method} distillation; the method is ${options.method}. Leave it out.`,
      );
  }
};

const planPrediction = (
  student: TaskModel,
  teacher: RunnableModel,
  { temperature = 1, labelLoss = 0 }: DistillationOptions,
): PredictionDistillation => {
  checkAnswers(student, teacher);
  expectNumber('temperature', temperature, temperature > 0, 'a number above 0');
  expectNumber('labelLoss', labelLoss, labelLoss >= 0, 'a number of at least 0');
  return { method: 'prediction', student, teacher, temperature, labelLoss };
};

const planIntermediate = (
  student: TaskModel,
  teacher: TaskModel,
  { stateWeight = 1, attentionWeight = 1, seed = 42 }: DistillationOptions,
): IntermediateDistillation => {
  expectNumber('stateWeight', stateWeight, stateWeight >= 0, 'a number of at least 0');
  expectNumber('attentionWeight', attentionWeight, attentionWeight >= 0, 'a number of at least 0');
  const matches = layerMatches(student.dimensions.layers, teacher.dimensions.layers);
  return {
    method: 'intermediate',
    student,
    teacher,
    matches,
    fit: openFitDense(student, teacher.dimensions.hiddenSize, seed),
    stateWeight,
    attentionWeight,
  };
};

/** The largest number up to `most` that divides both. */
const commonDivisor = (a: number, b: number, most: number): number => {
  let divisor = most;
  while (a % divisor !== 0 || b % divisor !== 0) divisor--;
  return divisor;
};

const planRelations = (student: TaskModel, teacher: TaskModel, options: DistillationOptions): RelationDistillation => {
  const { layers } = student.dimensions;
  const { heads, layers: teacherLayers } = teacher.dimensions;
  const [own, theirs] = [attentionWidth(student.dimensions), attentionWidth(teacher.dimensions)];
  const { relationHeads = commonDivisor(own, theirs, heads), teacherLayer = teacherLayers - 1 } = options;
  const divides =
    Number.isInteger(relationHeads) && relationHeads > 0 && own % relationHeads === 0 && theirs % relationHeads === 0;
  expectNumber(
    'relationHeads',
    relationHeads,
    divides,
    `a whole number that divides both widths, ${own} and ${theirs}`,
  );
  const exists = Number.isInteger(teacherLayer) && teacherLayer >= 0 && teacherLayer < teacherLayers;
  expectNumber('teacherLayer', teacherLayer, exists, `a layer of the teacher, 0 to ${teacherLayers - 1}`);
  return { method: 'relations', student, teacher, studentLayer: layers - 1, teacherLayer, relationHeads };
};

/**
 * Checks that a student can learn from a teacher, and settles what.
 *
 * @throws ModelError `TEACHER_MISMATCH` where vocabularies, tasks or labels differ, `TENSOR_MISSING` for a teacher whose head was
 * never trained, `OPTION_INVALID`
 */
export const planDistillation = (
  student: TaskModel,
  teacher: RunnableModel,
  options: DistillationOptions,
): Distillation => {
  const { method } = options;
  checkOptions(options);
  checkVocabulary(student, teacher);
  if (method === 'prediction') return planPrediction(student, teacher, options);
  const plan = method === 'intermediate' ? planIntermediate : planRelations;
  return plan(student, withLayers(teacher, method), options);
};
