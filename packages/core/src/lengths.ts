/** Length configurations and what they cost, as the sub-path `@length-adaptive/core/lengths`: arithmetic alone, without TensorFlow.js. */
export { CoreError } from './errors.js';
export type { CoreErrorCode } from './errors.js';
export {
  constantRatioConfig,
  formatLengthConfig,
  fromAbsoluteLengths,
  fullLength,
  halvedTokens,
  isFullLength,
  keptTokens,
  letsLeave,
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
export type { Wanted } from './encoder/wanted.js';
