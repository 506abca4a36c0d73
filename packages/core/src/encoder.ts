/** The encoder over the operations of an engine, as the sub-path `@length-adaptive/core/encoder`: what an engine of its own is written with, without TensorFlow.js. */
export { frameOfInput, greatestPrior, typeStride } from './encoder/batch.js';
export type { EncoderInput } from './encoder/batch.js';
export type { Activation } from './encoder/activation.js';
export type {
  Attended,
  AttendOptions,
  AttentionBlock,
  DenseOps,
  DropoutKind,
  EncoderBlocks,
  EncoderOps,
  HeadOps,
  MeanWeights,
  Merging,
  NormOptions,
  Passed,
  ProjectionsOf,
  Unmerge,
  Voters,
} from './encoder/encoder-ops.js';
export type { EngineTypes, TravellingTokens } from './encoder/engine-types.js';
export type { Destinations, Matching, MergedAt, MergeOf } from './encoder/merge.js';
export type { Best, NumberOps } from './encoder/number-ops.js';
export type { Observe, ObservedBy } from './encoder/observe.js';
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
export type { TileOps, TileOptions } from './encoder/tile-ops.js';
export { comparisonsOf } from './encoder/comparisons.js';
export { entryOrder } from './encoder/summary.js';
export type { SummaryToken } from './encoder/summary.js';
export { angleValues } from './encoder/angles.js';
export type { Turning } from './encoder/angles.js';
export { waveValues } from './encoder/waves.js';
export type {
  AffineWeights,
  AttentionWeights,
  BlockWeights,
  BottleneckWeights,
  DecoderWeights,
  DenseWeights,
  DistanceVectors,
  EmbeddingWeights,
  EncoderWeights,
  FactoredWeights,
  FeedForwardWeights,
  LayerNormWeights,
  NormalMapWeights,
  NormOrder,
  PatchWeights,
  PredictorWeights,
  RelativePositions,
  WaveVectors,
  WeightTree,
  WordMapWeights,
} from './encoder/weights.js';
export { extentOf, paddingScore, slotValues } from './extent.js';
export type { Extent } from './extent.js';
export { attentionReducer } from './reducers/attention-reducer.js';
export { clsAttentionReducer } from './reducers/cls-attention-reducer.js';
export { fuseReducer } from './reducers/merging/fuse-reducer.js';
export type { FuseSettings } from './reducers/merging/fuse-reducer.js';
export type { UnmergeSettings } from './reducers/merging/merging-definition.js';
export type { LikenessOf, LikenessSettings } from './reducers/merging/partners.js';
export { priorReducer } from './reducers/prior-reducer.js';
export type { PriorLeave, PriorReducerSettings } from './reducers/prior-reducer.js';
export { checkPriors } from './reducers/check-priors.js';
export { poolReducer } from './reducers/merging/pool-reducer.js';
export { tokenPoolingReducer } from './reducers/merging/token-pooling-reducer.js';
export type { TokenPoolingSettings } from './reducers/merging/token-pooling-reducer.js';
export { decideStraightThrough, decisionOffsets } from './reducers/skim/decisions.js';
export type { OffsetOptions } from './reducers/skim/decisions.js';
export { skimReducer } from './reducers/skim/skim-reducer.js';
export type { SkimLearning, SkimPredictor, SkimSettings } from './reducers/skim/skim-reducer.js';
export { predictedAt } from './reducers/token-predictor.js';
export type {
  DecisionTraining,
  JudgedBlocks,
  PredictedAt,
  PredictorMap,
  PredictorShape,
  TokenPredictor,
} from './reducers/token-predictor.js';
export { tomeReducer } from './reducers/merging/tome-reducer.js';
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
