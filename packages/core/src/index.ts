export { CoreError } from './errors.js';
export type { CoreErrorCode } from './errors.js';
export { createRandom, shuffled } from './random.js';
export type { Random } from './random.js';
export {
  constantRatioConfig,
  formatLengthConfig,
  fromAbsoluteLengths,
  fullLength,
  isFullLength,
  keptTokens,
  parseLengthConfig,
  toAbsoluteLengths,
  validateLengthConfig,
} from './length-config.js';
export type { KeepOptions, LengthConfig } from './length-config.js';
export {
  bitChoices,
  formatPoint,
  isFullPoint,
  keptAt,
  leavesLayersOut,
  lengthsOf,
  namedReducerOf,
  pointKey,
  ranksKey,
  runningLayers,
  validateOperatingPoint,
} from './operating-point.js';
export type { Bits, OperatingPoint } from './operating-point.js';
export {
  areFullRanks,
  breakEvenRank,
  formatRanks,
  matrixMacs,
  rankKinds,
  rankOf,
  uniformRanks,
  validateRanks,
} from './ranks.js';
export type { Ranks } from './ranks.js';
export { drawLayers, drawSandwich, randomLengths, smallestLengths, smallestOf } from './length-drop.js';
export type { LengthDropOptions, LengthsOptions, Sandwich, SubModel } from './length-drop.js';
export {
  attentionWidth,
  classificationHeadCost,
  cost,
  costParts,
  pointCost,
  relativeCost,
  relativePointCost,
  relativePointCosts,
  tokenHeadCost,
  totalCost,
} from './cost.js';
export type { CostOptions, CostParts, EncoderShape, HeadCost } from './cost.js';
export { publishedCost, publishedCostParts } from './published-cost.js';
export type { PublishedCostOptions } from './published-cost.js';
export { attentionSignificance } from './significance.js';
export type { SignificanceOptions } from './significance.js';
export { attentionReducer } from './reducers/attention-reducer.js';
export { clsAttentionReducer } from './reducers/cls-attention-reducer.js';
export { priorReducer } from './reducers/prior-reducer.js';
export type { PriorLeave, PriorReducerSettings } from './reducers/prior-reducer.js';
export { checkPriors } from './reducers/check-priors.js';
export { fuseReducer } from './reducers/merging/fuse-reducer.js';
export type { FuseSettings } from './reducers/merging/fuse-reducer.js';
export type { UnmergeSettings } from './reducers/merging/merging-definition.js';
export type { LikenessOf, LikenessSettings } from './reducers/merging/partners.js';
export { poolReducer } from './reducers/merging/pool-reducer.js';
export { tokenPoolingReducer } from './reducers/merging/token-pooling-reducer.js';
export type { TokenPoolingSettings } from './reducers/merging/token-pooling-reducer.js';
export { skimReducer } from './reducers/skim/skim-reducer.js';
export type { SkimLearning, SkimPredictor, SkimSettings } from './reducers/skim/skim-reducer.js';
export type {
  DecisionTraining,
  JudgedBlocks,
  PredictedAt,
  PredictorMap,
  PredictorShape,
  TokenPredictor,
} from './reducers/token-predictor.js';
export { tomeReducer } from './reducers/merging/tome-reducer.js';
export { greatestPrior } from './encoder/batch.js';
export { addPrior } from './encoder/on-tensors/add-prior.js';
export { namedReducer } from './reducers/reducer.js';
export type { Merge, NamedReducer, Reducer, ReducerOf, ReducerSettings } from './reducers/reducer.js';
export type { ReducerDefinition } from './reducers/reducer-definition.js';
export {
  findReducer,
  isRegisteredReducer,
  leavesBefore,
  needsPrior,
  predictorMacs,
  predictorOf,
  reducerKey,
  reducerNames,
  registerReducer,
} from './reducers/registry.js';
export { moveSlots, moveTokens, restoreTokens } from './drop-and-restore.js';
export type { TokenGroup } from './drop-and-restore.js';
export { keepOrder, rankOrder, selectionOf } from './selection/selection.js';
export type { Selection } from './selection/selection.js';
export { configFromRetention, fadeTokens, retentionRegularizer } from './soft-extract.js';
export type { FadeOptions, SoftExtract } from './soft-extract.js';
export { encode } from './encode.js';
export type { DecideOptions, EncodeOptions, EncodeOutput, LayerTrace } from './encode.js';
export { dense } from './encoder/on-tensors/dense.js';
export { denseOnTensors, headOnTensors } from './encoder/on-tensors/on-tensors.js';
export { applyDropout } from './encoder/on-tensors/dropout.js';
export type { Dropout } from './encoder/on-tensors/dropout.js';
export type { EncoderInput } from './encoder/batch.js';
export { extentOf, paddingScore, slotValues } from './extent.js';
export type { Extent } from './extent.js';
export type { Destinations, Matching, MergedAt, MergeOf } from './encoder/merge.js';
export type { Best, NumberOps } from './encoder/number-ops.js';
export type { TileOps, TileOptions } from './encoder/tile-ops.js';
export type { Observe, ObservedBy } from './encoder/observe.js';
export type { WatchInputs } from './encoder/on-tensors/watch-inputs.js';
export type { Observed, Projections, TensorEngine } from './encoder/on-tensors/tensor-engine.js';
export { imageTokens, patchCount, patchGrid, patchSize, pixelCount } from './encoder/image-shape.js';
export type { ImageShape } from './encoder/image-shape.js';
export { atRanks, factorsOf } from './encoder/factors.js';
export type {
  BlockFactors,
  EncoderFactors,
  FeedForwardFactors,
  MatrixFactors,
  SliceFactors,
} from './encoder/factors.js';
export { runEncoder } from './encoder/run-encoder.js';
export type { EncoderRun, RunOptions, TracedLayer } from './encoder/run-encoder.js';
export type { FadedAt, LayerOptions } from './encoder/run-layer.js';
export type { ScoredAt } from './encoder/scored-at.js';
export type { Wanted } from './encoder/wanted.js';
export type { Activation } from './encoder/activation.js';
export type {
  Attended,
  DenseOps,
  AttendOptions,
  DropoutKind,
  EncoderOps,
  Merging,
  NormOptions,
  Passed,
  ProjectionsOf,
  Unmerge,
  Voters,
} from './encoder/encoder-ops.js';
export type { EngineTypes, TravellingTokens } from './encoder/engine-types.js';
export type {
  AffineWeights,
  AttentionWeights,
  BlockWeights,
  BottleneckWeights,
  DecoderWeights,
  DenseWeights,
  EmbeddingWeights,
  EncoderWeights,
  FactoredWeights,
  FeedForwardWeights,
  LayerNormWeights,
  NormalMapWeights,
  PatchWeights,
  PredictorWeights,
  WeightTree,
  WordMapWeights,
} from './encoder/weights.js';
export { crossEntropy, klDivergence, meanSquaredError } from './training/distillation.js';
export {
  distillationDivergence,
  weightedAttentionLoss,
  weightedCrossEntropy,
  weightedCosineLoss,
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
export { tensorLossOps } from './training/tensor-loss-ops.js';
export { attentionLoss, hiddenStateLoss } from './training/layer-losses.js';
export { relationLoss } from './training/relation-loss.js';
export type { RelationOptions } from './training/relation-loss.js';
export { addGradient, globalNorm } from './training/gradients.js';
export type { Gradient, Gradients } from './training/gradients.js';
export { adamW, createAdamWState } from './training/optimizer.js';
export type { AdamWOptions, AdamWState, ParameterValues } from './training/optimizer.js';
export { linearSchedule } from './training/schedule.js';
export { sandwichStep } from './training/sandwich.js';
export type { FullPass, SandwichOptions, TrainableModel } from './training/sandwich.js';
export { runSandwich } from './training/run-sandwich.js';
export type { RunSandwichOptions, SandwichLosses, SandwichPasses, TrainingPass } from './training/run-sandwich.js';
export { tensorEngine } from './training/tensor-engine.js';
export { train } from './training/trainer.js';
export type { Evaluation, StepReport, TrainerState, TrainOptions, TrainResult } from './training/trainer.js';
export type { TrainingEngine } from './training/training-engine.js';
