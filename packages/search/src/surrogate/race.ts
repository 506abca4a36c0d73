import { aborted } from '../abort.js';
import { checkOptions } from '../check-options.js';
import { invalidOption, SearchError } from '../errors.js';
import type { AbortSignalLike } from '../problem.js';
import { createRandom } from '../random.js';
import { isClearlyBetter } from './paired-comparison.js';

/** A genome with its score on every example, in the order of the examples. */
export interface Scored<Genome> {
  readonly genome: Genome;
  readonly scores: readonly number[];
}

/** How candidates race. */
export interface RaceOptions<Genome> {
  /** How many examples there are. */
  readonly examples: number;
  /**
   * Scores genomes on some examples, named by their numbers from 0: for each genome a row with a score for each of
   * these examples, in their order. Higher is better.
   */
  readonly score: (
    genomes: readonly Genome[],
    examples: readonly number[],
    context: { readonly signal?: AbortSignalLike },
  ) => Promise<readonly (readonly number[])[]>;
  /**
   * May the first dominate the second, if it scores better: is it nowhere worse in what is known exactly, such as the
   * cost? Default: yes.
   */
  readonly mayDominate?: (rival: Genome, candidate: Genome) => boolean;
  /** Who has run on all examples already. Default: nobody. */
  readonly rivals?: readonly Scored<Genome>[];
  /**
   * Whether candidates are rivals of each other too. If not, what becomes of each depends on `rivals` alone, and not on
   * who else is a candidate. Default true.
   */
  readonly together?: boolean;
  /**
   * The shares of the examples after which candidates are compared, ascending, below 1. Default `[1 / 8, 1 / 4, 1 /
   * 2]`.
   */
  readonly looks?: readonly number[];
  /**
   * The probability, for each candidate, that it is stopped by one that does not score better on all examples. Default
   * 0.05.
   */
  readonly error?: number;
  /** The order in which examples are taken: an integer from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignalLike;
}

const RACE_OPTIONS = [
  ...['examples', 'score', 'mayDominate', 'rivals', 'together', 'looks', 'error', 'seed', 'signal'],
];

/** What became of a candidate. */
export interface RaceOutcome<Genome> {
  readonly genome: Genome;
  /** How many examples it was scored on: all, unless it was stopped. */
  readonly examples: number;
  /**
   * Its mean score on all examples; of one that was stopped an estimate, below its stopper's: the stopper's mean less
   * the mean difference on the examples that both were scored on.
   */
  readonly mean: number;
  /** Its score on every example; absent if it was stopped. */
  readonly scores?: readonly number[];
  /** Who stopped it. */
  readonly stoppedBy?: Genome;
}

const check = ({
  examples,
  looks,
  error,
}: {
  readonly examples: number;
  readonly looks: readonly number[];
  readonly error: number;
}): void => {
  if (!Number.isInteger(examples) || examples < 1) throw invalidOption('examples', examples, 'an integer >= 1');
  if (!looks.every((look, i) => look > (looks[i - 1] ?? 0) && look < 1))
    throw invalidOption(
      'looks',
      `[${looks.join(', ')}]`,
      'shares above 0 and below 1, ascending, as in [1 / 8, 1 / 2]',
    );
  if (!(error > 0 && error < 0.5)) throw invalidOption('error', error, 'a probability above 0 and below 0.5');
};

/** The numbers from 0 on in an order of the seed's. */
const shuffled = (count: number, seed: number): number[] => {
  const random = createRandom(seed);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = random.integer(0, i);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
};

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Somebody in a race: scores in the order in which examples are taken. */
interface Runner<Genome> {
  readonly genome: Genome;
  readonly taken: number[];
  stopped: { readonly by: Runner<Genome>; readonly lead: number } | undefined;
}

/** The mean on all examples, known or estimated. Nobody is stopped by one who was stopped before, so this ends. */
const finalMean = <Genome>({ taken, stopped }: Runner<Genome>): number =>
  stopped ? finalMean(stopped.by) - stopped.lead : meanOf(taken);

/**
 * Races candidates over growing parts of the examples, the same for all: one that another clearly dominates stops early
 * (after Maron and Moore 1994; Birattari et al. 2002).
 *
 * At each look every candidate that still runs is compared with the best rival that may dominate it, and with every other
 * candidate that may, by a paired, one-sided t test of the differences on the examples that both were scored on. Examples are taken in a seeded random
 * order, without replacement, which the test's standard error counts; and it counts one more difference against the
 * rival, so that a few that are all alike stop nobody. The error is divided by the number of looks and of those
 * it is compared with (Bonferroni): that a candidate is stopped by anybody who is not truly better on all examples has, as far as
 * means of so many examples are normal, at most the probability `error`.
 *
 * @returns an outcome for each candidate, in their order
 * @throws SearchError `INVALID_OPTION`; `INVALID_OBJECTIVES` for scores that are missing or not finite; `ABORTED`
 * @example
 * const right = (share, example) => (Math.sin(example) ** 2 < share ? 1 : 0);
 * const outcomes = await race([0.2, 0.5, 0.9], {
 *   examples: 1_000,
 *   score: async (shares, examples) => shares.map((share) => examples.map((example) => right(share, example))),
 * });
 * outcomes[0].stoppedBy; // 0.9, after 125 examples
 */
export const race = async <Genome>(
  candidates: readonly Genome[],
  {
    examples,
    score,
    mayDominate = () => true,
    rivals = [],
    together = true,
    looks = [1 / 8, 1 / 4, 1 / 2],
    error = 0.05,
    seed = 0,
    signal,
    ...others
  }: RaceOptions<Genome>,
): Promise<RaceOutcome<Genome>[]> => {
  checkOptions('race()', others, RACE_OPTIONS);
  check({ examples, looks, error });
  const order = shuffled(examples, seed);
  const runners = candidates.map((genome): Runner<Genome> => ({ genome, taken: [], stopped: undefined }));
  const finished = rivals.map(({ genome, scores }): Runner<Genome> => {
    if (scores.length !== examples || !scores.every(Number.isFinite)) {
      throw new SearchError(
        'INVALID_OBJECTIVES',
        `the rival ${JSON.stringify(genome)} has ${scores.length} scores: expected a finite one for each of the ${examples} examples.`,
      );
    }
    return { genome, taken: order.map((example) => scores[example] ?? 0), stopped: undefined };
  });
  const ends = [...new Set(looks.map((look) => Math.ceil(look * examples)))].filter((end) => end < examples);
  // Of those that have finished the best alone: who is worse than any of them is worse than that one, and one comparison needs less of a lead than many.
  const ranked = finished
    .map((rival) => ({ rival, mean: meanOf(rival.taken) }))
    .sort((a, b) => b.mean - a.mean)
    .map(({ rival }) => rival);
  const possible = runners.map((runner) => {
    const best = ranked.find((rival) => mayDominate(rival.genome, runner.genome));
    const others = together
      ? runners.filter((rival) => rival !== runner && mayDominate(rival.genome, runner.genome))
      : [];
    return [...(best ? [best] : []), ...others];
  });

  for (const end of [...ends, examples]) {
    const running = runners.filter(({ stopped }) => !stopped);
    const part = order.slice(running[0]?.taken.length ?? 0, end);
    if (signal?.aborted) throw aborted(signal.reason);
    const genomes = running.map(({ genome }) => genome);
    const came = genomes.length > 0 ? await score(genomes, part, signal ? { signal } : {}) : [];
    running.forEach(({ genome, taken }, i) => {
      const row = came[i];
      if (row?.length !== part.length || !row.every(Number.isFinite)) {
        throw new SearchError(
          'INVALID_OBJECTIVES',
          `score gave ${JSON.stringify(row?.slice(0, 5))} for ${JSON.stringify(genome)}: expected a finite number for each of ${part.length} examples.`,
        );
      }
      for (const value of row) taken.push(value); // a call takes fewer arguments than there may be examples
    });
    if (end === examples) break;
    // All verdicts of a look are of one moment: who is stopped at it may stop others at it.
    const present = new Set([...finished, ...running]);
    const verdicts = running.map((runner) => {
      const others = possible[runners.indexOf(runner)] ?? [];
      const own = error / (ends.length * Math.max(1, others.length));
      for (const by of others) {
        if (!present.has(by)) continue;
        const differences = runner.taken.map((value, i) => (by.taken[i] ?? 0) - value);
        if (isClearlyBetter(differences, { examples, error: own })) return { by, lead: meanOf(differences) };
      }
      return undefined;
    });
    running.forEach((runner, i) => void (runner.stopped = verdicts[i]));
  }

  return runners.map((runner): RaceOutcome<Genome> => {
    const { genome, taken, stopped } = runner;
    const outcome = { genome, examples: taken.length, mean: finalMean(runner) };
    if (stopped) return { ...outcome, stoppedBy: stopped.by.genome };
    const scores = new Array<number>(examples).fill(0);
    order.forEach((example, i) => void (scores[example] = taken[i] ?? 0));
    return { ...outcome, scores };
  });
};
