import { axesOf, type Directions, type Objectives } from '../dominance.js';
import { checkOptions } from '../check-options.js';
import { SearchError } from '../errors.js';
import { paretoFront } from '../pareto.js';
import { checkNames, type Evaluate, type Result } from '../problem.js';
import { race, type RaceOptions, type Scored } from './race.js';

/** How the candidates of a search race. */
export interface RacingOptions<Genome, Name extends string, Raced extends Name> extends Pick<
  RaceOptions<Genome>,
  'examples' | 'score' | 'looks' | 'error' | 'seed'
> {
  /** The problem's objectives. */
  readonly objectives: Directions<Name>;
  /** The objective that is the mean of `score` over the examples. */
  readonly raced: Raced;
  /** All others: known exactly. */
  readonly exact: { readonly [Other in Exclude<Name, Raced>]: (genome: Genome) => number };
  /**
   * What the search is told of a candidate that was stopped: that it was `discarded`, or an `estimate` of its mean,
   * which is below that of somebody who is nowhere worse, so that it never reaches a front, but a model learns from it.
   * Default `discarded`.
   */
  readonly stopped?: 'discarded' | 'estimate';
  /**
   * Whom a candidate races against: those of its generation too (`everybody`), or only those of `earlier` generations,
   * so that what becomes of it does not depend on which of its generation are evaluated together: a generation that a
   * limit cut short, and that is made again whole, then has the results it would have had. Default `everybody`.
   */
  readonly against?: 'everybody' | 'earlier';
  /** Who is never stopped. Default: nobody. */
  readonly unstoppable?: (genome: Genome) => boolean;
  /** Whom candidates race against from the start, such as `rivals()` of an earlier process. Default: nobody. */
  readonly rivals?: readonly Rival<Genome>[];
}

/** Somebody who ran on every example, and in which generation. */
export interface Rival<Genome> extends Scored<Genome> {
  /** Default: before all. */
  readonly generation?: number;
}

/** An `evaluate` whose candidates race. */
export interface RacingEvaluate<Genome, Name extends string> {
  (...parameters: Parameters<Evaluate<Genome, Name>>): Promise<readonly Result<Name>[]>;
  /**
   * Whom the next batch races against: the front of all that ran on every example; if that is of `earlier` generations,
   * beside it all of the latest. Plain data; with it a resumed search is the one that was not interrupted.
   */
  rivals(): readonly Rival<Genome>[];
  /** Scores that were asked for so far, and how many all candidates on all examples would have been. */
  readonly scored: { readonly asked: number; readonly all: number };
}

const RACING_OPTIONS = [
  ...['objectives', 'raced', 'exact', 'stopped', 'against', 'unstoppable', 'rivals'],
  ...['score', 'examples', 'looks', 'error', 'seed'],
];

/**
 * Makes the `evaluate` of a problem whose one measured objective is a mean over examples: the candidates of a batch
 * race over growing parts of the examples, against each other and against the best so far, and those that are clearly
 * dominated stop early.
 *
 * @throws SearchError `INVALID_PROBLEM` for objectives that are none or not all there
 * @example
 * const evaluate = racingEvaluate({
 *   objectives: problem.objectives,
 *   raced: 'score',
 *   exact: { cost: (shares) => shares.reduce((sum, share) => sum + share, 0) },
 *   examples: 800,
 *   score: async (genomes, examples) =>
 *     genomes.map((shares) => examples.map((example) => (Math.sin(example) ** 2 < shares[0] ? 1 : 0))),
 * });
 * await new Search({ ...problem, evaluate }, { generations: 3 }).run();
 * console.log(evaluate.scored);
 */
export const racingEvaluate = <Genome, Name extends string, Raced extends Name>({
  objectives,
  raced,
  exact,
  stopped = 'discarded',
  against = 'everybody',
  unstoppable = () => false,
  rivals = [],
  score,
  examples,
  looks,
  error,
  seed,
  ...unknown
}: RacingOptions<Genome, Name, Raced>): RacingEvaluate<Genome, Name> => {
  checkOptions('racingEvaluate()', unknown, RACING_OPTIONS);
  const options = {
    examples,
    ...(looks !== undefined && { looks }),
    ...(error !== undefined && { error }),
    ...(seed !== undefined && { seed }),
  };
  checkNames(objectives, []);
  const axes = axesOf<string>(objectives);
  const known = exact as Readonly<Record<string, ((genome: Genome) => number) | undefined>>;
  const others = axes.filter(({ name }) => name !== raced);
  const missing = others.find(({ name }) => typeof known[name] !== 'function');
  if (missing || others.length === axes.length) {
    throw new SearchError(
      'INVALID_PROBLEM',
      missing
        ? `exact.${missing.name} is ${typeof known[missing.name]}: expected a function of a genome for every objective but "${raced}".`
        : `raced is "${String(raced)}": expected one of ${axes.map(({ name }) => name).join(', ')}.`,
    );
  }
  const sign = objectives[raced] === 'maximize' ? 1 : -1;
  const valueOf = (name: string, genome: Genome): number => known[name]?.(genome) ?? Number.NaN;
  const valuesOf = (genome: Genome, mean: number): Objectives<Name> =>
    Object.fromEntries(
      axes.map(({ name }) => [name, name === raced ? sign * mean : valueOf(name, genome)]),
    ) as Objectives<Name>;
  const meanOf = (scores: readonly number[]): number => scores.reduce((sum, value) => sum + value, 0) / scores.length;
  const frontOf = (members: readonly Rival<Genome>[]): readonly Rival<Genome>[] =>
    paretoFront(members, objectives, {
      objectives: ({ genome, scores }) => valuesOf(genome, sign * meanOf(scores)),
    });
  let best: readonly Rival<Genome>[] = rivals; // scores as the caller has them
  let asked = 0;
  let all = 0;

  const evaluate = async (
    ...[genomes, { signal, generation }]: Parameters<Evaluate<Genome, Name>>
  ): Promise<Result<Name>[]> => {
    const isEarlier = (rival: Rival<Genome>): boolean => (rival.generation ?? -1) < generation;
    const front = against === 'earlier' ? frontOf(best.filter(isEarlier)) : best;
    const turned = (scores: readonly number[]): number[] => scores.map((value) => sign * value);
    const outcomes = await race(genomes, {
      ...options,
      ...(signal && { signal }),
      score: async (some, wanted, context) => (await score(some, wanted, context)).map(turned),
      together: against === 'everybody',
      mayDominate: (rival, candidate) =>
        !unstoppable(candidate) &&
        others.every(({ name, sign: side }) => side * valueOf(name, rival) <= side * valueOf(name, candidate)),
      rivals: front.map(({ genome, scores }) => ({ genome, scores: turned(scores) })),
    });
    asked += outcomes.reduce((sum, outcome) => sum + outcome.examples, 0);
    all += outcomes.length * examples;
    const complete = outcomes.flatMap(({ genome, scores }) =>
      scores ? [{ genome, scores: turned(scores), generation }] : [],
    );
    best =
      against === 'earlier'
        ? [...front, ...best.filter((rival) => !isEarlier(rival)), ...complete]
        : frontOf([...best, ...complete]);
    return outcomes.map(({ genome, mean, examples: taken, stoppedBy }) =>
      stoppedBy === undefined || stopped === 'estimate'
        ? valuesOf(genome, mean)
        : { discarded: `dominated after ${taken} of ${examples} examples by ${JSON.stringify(stoppedBy)}` },
    );
  };
  const racing = Object.assign(evaluate, { rivals: () => best, scored: { asked, all } });
  return Object.defineProperty(racing, 'scored', { get: () => ({ asked, all }) });
};
