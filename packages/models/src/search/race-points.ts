import type { OperatingPoint } from '@length-adaptive/core';
import { isFullPoint } from '@length-adaptive/core';
import type { EvaluateContext } from '@length-adaptive/search';
import type { Rival } from '@length-adaptive/search/surrogate';
import { racingEvaluate } from '@length-adaptive/search/surrogate';
import { ModelError } from '../errors.js';
import type { ExampleScorer } from '../scoring/score-examples.js';
import type { LengthObjective } from './objectives.js';
import { directionsOf } from './objectives.js';

/** What a checkpoint keeps of a search whose points race. */
export interface RacingRecord {
  /** Whom points race against. */
  readonly rivals: readonly Rival<OperatingPoint>[];
  /** Passes over an example: those that were made, and those that all points on all examples would have been. */
  readonly scored: RacedExamples;
}

/** Passes over an example. */
export interface RacedExamples {
  readonly asked: number;
  readonly all: number;
}

/** The race of a search's points. */
export interface PointRace {
  /** The score of each point, or its estimate. */
  scores(points: readonly OperatingPoint[], context: EvaluateContext): Promise<readonly number[]>;
  /** What the next checkpoint keeps. */
  record(): RacingRecord;
}

/**
 * Whether the points of a search race: as they did before where it goes on from a checkpoint, else unless told otherwise.
 *
 * @throws ModelError `OPTION_INVALID` where another is asked for than the checkpoint's
 */
export const racesWith = (
  { race }: { readonly race?: boolean | undefined },
  saved: { readonly racing?: RacingRecord | undefined } | undefined,
): boolean => {
  if (saved === undefined) return race ?? true;
  const before = saved.racing !== undefined;
  if (race === undefined || race === before) return before;
  throw new ModelError(
    'OPTION_INVALID',
    `race is ${race}, but the points of the checkpoint's search ${before ? 'raced' : 'did not race'}. Go on with race: ${before}, or start anew.`,
  );
};

/**
 * Points that race over growing parts of the examples: one that a point of earlier generations or batches beats clearly, at no more cost, stops
 * early with an estimate of its score that is below the other's. The full length always runs on all examples.
 */
export const racePoints = (
  scorer: ExampleScorer,
  {
    exact,
    fileSize = false,
    isExempt,
    seed = 42,
    saved,
  }: {
    /** What is known of a point without an example: its cost, and the size of its file where that is weighed. */
    readonly exact: Readonly<Record<'cost', (point: OperatingPoint) => number>>;
    /** Whether sizes of files are weighed, too. Default false. */
    readonly fileSize?: boolean | undefined;
    readonly isExempt: (point: OperatingPoint) => boolean;
    readonly seed?: number | undefined;
    readonly saved?: RacingRecord | undefined;
  },
): PointRace => {
  const evaluate = racingEvaluate<OperatingPoint, LengthObjective, 'score'>({
    objectives: directionsOf(fileSize),
    raced: 'score',
    exact,
    examples: scorer.examples,
    score: (points, examples, { signal }) =>
      scorer.score(points, examples, { signal: signal as AbortSignal | undefined }),
    stopped: 'estimate',
    against: 'earlier',
    unstoppable: (point) => isFullPoint(point) || isExempt(point),
    seed,
    rivals: saved?.rivals ?? [],
  });
  const before = saved?.scored ?? { asked: 0, all: 0 };
  return {
    scores: async (points, context) =>
      (await evaluate(points, context)).map((result) => ('score' in result ? scorer.ofMean(result.score) : Number.NaN)),
    record: () => ({
      rivals: evaluate.rivals(),
      scored: { asked: before.asked + evaluate.scored.asked, all: before.all + evaluate.scored.all },
    }),
  };
};
