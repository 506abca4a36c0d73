/** What an engine is written with, as the sub-path `@length-adaptive/models/engine`: a model's description and weights, and the seams to run, train and distil it, without TensorFlow.js. */
export { ModelError } from './errors.js';
export type { ModelErrorCode, NearestPoint } from './errors.js';
export type {
  Architecture,
  Dimensions,
  HeadWeights,
  PoolerActivation,
  Readout,
  TowerName,
} from './architectures/architecture.js';
export { readWeight } from './architectures/deferred-weights.js';
export type { DeferredWeight } from './architectures/deferred-weights.js';
export type { ModelConfig } from './architectures/model-config.js';
export { checkParameters } from './architectures/parameter.js';
export type { Parameter } from './architectures/parameter.js';
export type { ParameterSpec, SpecTree } from './architectures/parameter-specs.js';
export { architectureNames, architectureOf, registerArchitecture } from './architectures/registry.js';
export { describeModel } from './model/describe-model.js';
export type { ModelDescription, ModelWeightTrees } from './model/describe-model.js';
export { costOptionsOf, headCostOf } from './model/head-cost.js';
export { isTaskModel } from './model/is-task-model.js';
export { createLifetime, endQuietly } from './model/lifetime.js';
export type { Lifetime } from './model/lifetime.js';
export { openDeferredModel } from './model/open-deferred-model.js';
export type { DeferredModel, DeferredTextModel } from './model/open-deferred-model.js';
export type { OpenModelOptions, TextModel } from './model/open-model.js';
export type { RunnableModel, RunnableTextModel } from './model/runnable-model.js';
export type { TokenTrace } from './model/token-trace.js';
export { scoresByToken } from './model/token-scores.js';
export type { ScoredLayer } from './model/token-scores.js';
export { runHead } from './model/run-head.js';
export type { HeadInput, HeadOptions } from './model/run-head.js';
export { taskOf, taskOfFamily } from './tasks/task-config.js';
export type { TaskModel } from './model/task-model.js';
export { shortDigest, weightsDigest } from './model/weights-digest.js';
export { openTokenizer } from './model/within-tables.js';
export { rowsBy } from './metrics/rows-by.js';
export { choosePrior, resolvePrior, withPriors } from './priors/prior-settings.js';
export type { PriorName } from './tasks/prior-name.js';
export type { ModelPrior, PriorSettings } from './priors/prior-settings.js';
export { departedAnswerOf, departedAnswers, withDeparted } from './tasks/departed-answer.js';
export type { DepartedAnswer } from './tasks/departed-answer.js';
export { comparedArrays } from './tasks/adaptation-loss.js';
export type { AdaptationLoss, AdaptationWeights, ComparedArrays } from './tasks/adaptation-loss.js';
export type { LabelledInput } from './tasks/labelled-input.js';
export type { Teaching } from './tasks/matters-targets.js';
export { mattersTargets, predictorLoss, teachingOf } from './tasks/matters-targets.js';
export { answerStrength, rankedArrays, saliencyLoss } from './tasks/saliency.js';
export type { RankedArrays, RankedValues } from './tasks/saliency.js';
export { skimLoss, tokenPrices } from './tasks/skim-loss.js';
export type { TargetArrays } from './tasks/target-arrays.js';
export { digestIn, withDigest } from './tasks/embedding-settings.js';
export type { Task } from './tasks/task.js';
export { labelLoss, labelLossIsWeighted, targetAxes, teacherLoss } from './tasks/task-losses.js';
export { mean } from './metrics/mean.js';
export { logitAxes, logitCount, logitShape, outputNamesOf, wantedStates } from './tasks/readout.js';
export type { TargetValues, TaskLoss } from './tasks/task-loss.js';
export type { LossTask } from './tasks/task-losses.js';
export type { AdaptationPlan } from './training/distillation/plan-adaptation.js';
export type { DistillationEngine } from './training/distillation/distill.js';
export { observedLayers } from './training/distillation/observed-layers.js';
export type { ObservedLayers } from './training/distillation/observed-layers.js';
export type {
  Distillation,
  IntermediateDistillation,
  PredictionDistillation,
  RelationDistillation,
} from './training/distillation/plan-distillation.js';
export type { FineTuneEngine } from './training/fine-tune.js';
