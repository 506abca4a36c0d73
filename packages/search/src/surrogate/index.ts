/** Searches of evaluations that take long, led by a regression over those that were made, as the sub-path `@length-adaptive/search/surrogate`; races over examples. */
export { SurrogateSearch } from './surrogate-search.js';
export type { SurrogateResult, SurrogateRunOptions } from './surrogate-search.js';
export type { SurrogateOptions, SurrogateSettings } from './surrogate-options.js';
export type { SurrogateProblem } from './surrogate-problem.js';
export type { ExpectedSolution, ProposedBy, SurrogateGeneration, ValueReport } from './surrogate-generation.js';
export type { FitParameters, ModelQuality } from './model.js';
export type { Forecast } from './modelled-values.js';
export type { SurrogateCheckpoint } from './surrogate-checkpoint.js';
export { gaussianProcess, ridge } from './gaussian-process.js';
export type { FittedRegression, JointPrediction, Regression } from './regression.js';
export { race } from './race.js';
export type { RaceOptions, RaceOutcome, Scored } from './race.js';
export { racingEvaluate } from './racing-evaluate.js';
export type { RacingEvaluate, RacingOptions, Rival } from './racing-evaluate.js';
export { rescore } from './rescore.js';
export type { Rescored } from './rescore.js';
