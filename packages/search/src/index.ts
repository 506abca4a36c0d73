export { Search } from './search.js';
export { minimize } from './minimize.js';
export type { Candidate, DiscardedCandidate, Generation, RunOptions, SearchResult, StopReason } from './generation.js';
export type { SearchLimits, SearchOptions, SearchSettings } from './options.js';
export {
  afterEvaluations,
  afterGenerations,
  afterSeconds,
  allOf,
  anyOf,
  whenReached,
  whenStagnant,
} from './termination.js';
export type { SearchState, Termination, TerminationStatus } from './termination.js';
export { defineProblem } from './problem.js';
export type {
  AbortSignalLike,
  Discarded,
  Evaluate,
  EvaluateContext,
  Problem,
  Result,
  Results,
  Solution,
} from './problem.js';
export type { Crossover, GenomeOf, Mutation, Recombination, Space } from './space.js';
export type { Checkpoint, CheckpointEntry } from './checkpoint.js';
export { SearchError } from './errors.js';
export type { SearchErrorCode } from './errors.js';
export { createRandom, restoreRandom } from './random.js';
export type { Random, RandomState } from './random.js';
export { nsga2 } from './algorithms/nsga2.js';
export { nsga3 } from './algorithms/nsga3.js';
export type { Nsga3Options } from './algorithms/nsga3.js';
export type { Algorithm, FamilyContext, Preference, Rows } from './algorithms/algorithm.js';
export { constrainedSort, fillFromFronts } from './algorithms/constrained-sort.js';
export { referenceDirections } from './algorithms/reference-directions.js';
export { dominates } from './dominance.js';
export type { Direction, Directions, Objectives } from './dominance.js';
export { paretoFront } from './pareto.js';
export { hypervolume } from './indicators/hypervolume.js';
export { gd, igd, igdPlus } from './indicators/distances.js';
export { spread } from './indicators/spread.js';
export { createArchive } from './archive.js';
export type { Archive } from './archive.js';
export { bestUnder, cheapestWith, knee } from './choice.js';
export { pseudoWeights } from './pseudo-weights.js';
export type { Conditions, Limits } from './choice.js';
export type { Measured, ObjectiveOf } from './measured.js';
export { evaluateEach } from './evaluators/evaluate-each.js';
export type { EvaluateEachOptions, EvaluateInOrder } from './evaluators/evaluate-each.js';
export type { BatchContext, EvaluateOneContext } from './evaluators/evaluate-batch.js';
export type { FailurePolicy } from './evaluators/failure-policy.js';
export type { NamesOf, OneResult } from './evaluators/one-result.js';
export type { PlatformAbortSignal } from './evaluators/platform.js';
export { successiveHalving } from './evaluators/successive-halving.js';
export type { FidelityContext, SuccessiveHalvingOptions } from './evaluators/successive-halving.js';
export { nonDominatedSort } from './non-dominated-sort.js';
export type { NonDominatedSort } from './non-dominated-sort.js';
export { crowdingDistance } from './crowding-distance.js';
export { choice } from './spaces/choice.js';
export type { Choosable } from './spaces/choice.js';
export { constantRatioChain, constantRatioSeeds } from './spaces/constant-ratio.js';
export { descendingVector } from './spaces/descending-vector.js';
export type { DescendingOptions, DescendingVector } from './spaces/descending-vector.js';
export { integer } from './spaces/integer.js';
export type { IntegerOptions } from './spaces/integer.js';
export { integerVector } from './spaces/integer-vector.js';
export type { IntegerVectorOptions } from './spaces/integer-vector.js';
export type { Overrides } from './spaces/overrides.js';
export { permutation } from './spaces/permutation.js';
export { real } from './spaces/real.js';
export type { RealOptions } from './spaces/real.js';
export { realVector } from './spaces/real-vector.js';
export type { RealVectorOptions } from './spaces/real-vector.js';
export { record } from './spaces/record.js';
export type { RecordOf } from './spaces/record.js';
export { tuple } from './spaces/tuple.js';
export type { TupleOf } from './spaces/tuple.js';
export { vector } from './spaces/vector.js';
export { vectorIdentity } from './spaces/vector-identity.js';
export { vectorKey } from './spaces/vector-key.js';
export { creep } from './operators/creep.js';
export type { CreepOptions } from './operators/creep.js';
export { edgeRecombination } from './operators/edge-recombination.js';
export { inversion } from './operators/inversion.js';
export { orderCrossover } from './operators/order-crossover.js';
export { pointCrossover } from './operators/point-crossover.js';
export { polynomial } from './operators/polynomial.js';
export type { PolynomialOptions } from './operators/polynomial.js';
export { reset } from './operators/reset.js';
export { sbx } from './operators/sbx.js';
export type { SbxOptions } from './operators/sbx.js';
export { swap } from './operators/swap.js';
export { uniformCrossover } from './operators/uniform-crossover.js';
export type { Bound, Box } from './operators/box.js';
