import { checkOptions } from '../check-options.js';
import type { Directions } from '../dominance.js';
import { SearchError } from '../errors.js';
import { checkNames, type Evaluate, type EvaluateContext, type Result, type Results } from '../problem.js';
import { inOrder, isDiscarded } from '../results.js';
import { bestOf } from './promotion.js';

/** What an evaluation at one fidelity is told beside the genomes. */
export interface FidelityContext extends EvaluateContext {
  /** How thoroughly to measure: one of `fidelities`. */
  readonly fidelity: number;
}

/** How `successiveHalving` goes. */
export interface SuccessiveHalvingOptions<Genome, Name extends string, Constraint extends string = never> {
  /** What is measured on, ascending: shares of the data, epochs, whatever your `evaluate` takes them for. */
  readonly fidelities: readonly number[];
  /** The share of a round that the next fidelity gets, in (0, 1], rounded up. Default 1/3. */
  readonly keep?: number;
  /** The problem's objectives. */
  readonly objectives: Directions<Name>;
  /** The problem's constraints. */
  readonly constraints?: readonly Constraint[];
  /** Genomes that reach the last fidelity whatever they score before, beyond the share. Default: none. */
  readonly always?: (genome: Genome) => boolean;
  /** Measures a batch at one fidelity: one result for each genome. `evaluateEach` and a worker pool make one of these. */
  readonly evaluate: (
    genomes: readonly Genome[],
    context: FidelityContext,
  ) => Promise<Results<Genome, NoInfer<Name | Constraint>>>;
}

const check = ({ fidelities, keep }: { readonly fidelities: readonly number[]; readonly keep: number }): void => {
  const ascending = fidelities.every((fidelity, i) => Number.isFinite(fidelity) && fidelity > (fidelities[i - 1] ?? 0));
  if (fidelities.length === 0 || !ascending) {
    throw new SearchError(
      'INVALID_OPTION',
      `fidelities is [${fidelities.join(', ')}]: expected numbers above 0 in ascending order, as in [0.1, 0.3, 1].`,
    );
  }
  if (!(keep > 0 && keep <= 1))
    throw new SearchError('INVALID_OPTION', `keep is ${keep}: expected a share above 0, at most 1.`);
};

/**
 * Makes the `evaluate` of a problem that measures roughly first (Jamieson and Talwalkar 2016; Li et al. 2018): the whole batch at the
 * lowest fidelity, the best share of it at the next, and so on. The best are those of the first fronts, feasible before infeasible,
 * then the least crowded.
 *
 * Only results at the last fidelity reach the search, so scores are honest and comparable across generations; all others are
 * discarded, `not promoted from fidelity 0.1`. A generation brings fewer new members then: ask for more `offspring`.
 *
 * The `evaluate` it gives throws SearchError `INVALID_OBJECTIVES` for a result that is none, at any fidelity.
 *
 * @throws SearchError `INVALID_OPTION`, `INVALID_PROBLEM`
 * @example
 * const evaluate = successiveHalving({
 *   fidelities: [0.1, 0.3, 1],
 *   objectives: problem.objectives,
 *   evaluate: async (genomes, { fidelity }) => {
 *     const rows = Math.ceil(fidelity * 2_000);
 *     return genomes.map((shares) => ({ cost: shares[0], score: Math.sqrt(shares[0]) - 1 / rows }));
 *   },
 * });
 * const { front } = await new Search({ ...problem, evaluate }, { generations: 5 }).run();
 */
export const successiveHalving = <Genome, Name extends string, Constraint extends string = never>({
  fidelities,
  keep = 1 / 3,
  objectives,
  constraints = [],
  always = () => false,
  evaluate,
  ...others
}: SuccessiveHalvingOptions<Genome, Name, Constraint>): Evaluate<Genome, Name | Constraint> => {
  checkOptions('successiveHalving()', others, [
    'fidelities',
    'keep',
    'objectives',
    'constraints',
    'always',
    'evaluate',
  ]);
  check({ fidelities, keep });
  checkNames(objectives, constraints);
  const names = [...Object.keys(objectives), ...constraints];
  const last = fidelities[fidelities.length - 1];
  return async (genomes, { keys, ...context }) => {
    const results: Result<Name | Constraint>[] = [];
    let round: readonly number[] = genomes.map((_, i) => i); // positions in the batch
    for (const fidelity of fidelities) {
      if (round.length === 0) break;
      const sent = round.map((i) => genomes[i] as Genome);
      const given = await evaluate(sent, { ...context, keys: round.map((i) => keys[i] ?? ''), fidelity });
      const came = inOrder(given, sent, names);
      const room = fidelity === last ? round.length : Math.ceil(keep * round.length - 1e-9); // 0.1 * 30 is 3.0000000000000004
      const best = new Set(bestOf(came, room, { objectives, constraints }));
      const promoted: number[] = [];
      round.forEach((position, i) => {
        const result = came[i] as Result<Name | Constraint>;
        const passes = best.has(i) || (!isDiscarded(result) && always(sent[i] as Genome));
        results[position] =
          passes || isDiscarded(result) ? result : { discarded: `not promoted from fidelity ${fidelity}` };
        if (passes) promoted.push(position);
      });
      round = promoted;
    }
    return results;
  };
};
