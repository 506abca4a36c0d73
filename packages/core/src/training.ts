/** Training as every engine does it, as the sub-path `@length-adaptive/core/training`: sub-models, sandwich steps, gradients, optimiser and loop, without TensorFlow.js. */
export { drawLayers, drawSandwich, randomLengths, smallestLengths } from './length-drop.js';
export type { LengthDropOptions, LengthsOptions, Sandwich, SubModel } from './length-drop.js';
export type { Dropout } from './encoder/on-tensors/dropout.js';
export { addGradient, globalNorm } from './training/gradients.js';
export type { Gradient, Gradients } from './training/gradients.js';
export {
  distillationDivergence,
  weightedAttentionLoss,
  weightedCosineLoss,
  weightedCrossEntropy,
  weightedListLoss,
  weightedMarginLoss,
  weightedRelationLoss,
  weightedSimilarityLoss,
  weightedSquaredError,
} from './training/losses.js';
export type {
  ComparedValues,
  ComparisonOptions,
  HeadedValue,
  KlOptions,
  RelatedValue,
  RelationLossOptions,
} from './training/losses.js';
export type { LayerLossOps, LossOps, RelateOptions } from './training/loss-ops.js';
export { adamW, createAdamWState } from './training/optimizer.js';
export type { AdamWOptions, AdamWState, ParameterValues } from './training/optimizer.js';
export { linearSchedule } from './training/schedule.js';
export type { SandwichOptions } from './training/sandwich.js';
export { runSandwich } from './training/run-sandwich.js';
export type { RunSandwichOptions, SandwichLosses, SandwichPasses, TrainingPass } from './training/run-sandwich.js';
export { train } from './training/trainer.js';
export type { Evaluation, StepReport, TrainerState, TrainOptions, TrainResult } from './training/trainer.js';
export type { TrainingEngine } from './training/training-engine.js';
