import type { OperatingPoint } from '@length-adaptive/core';
import { isFullPoint, pointKey } from '@length-adaptive/core';
import type { Solution } from '@length-adaptive/search';
import { paretoFront } from '@length-adaptive/search';
import { ModelError } from '../errors.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import { ownBits } from '../folder/bits.js';
import { calibrateLatency } from '../latency/calibrate-latency.js';
import type { LatencyFit, LatencyModel } from '../latency/latency-model.js';
import { createLatencyModel, isLatencyFit } from '../latency/latency-model.js';
import type { RunnableModel } from '../model/runnable-model.js';
import { pointScorer } from '../scoring/score-points.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import type { LengthSearchCheckpoint, LengthSearchOptions } from './length-problem.js';
import { lengthSearchProblem, pricesOf } from './length-problem.js';
import type { LengthObjective } from './objectives.js';
import { createMethod } from './create-method.js';
import { pricerOf } from './price.js';
import type { RacedExamples } from './race-points.js';
import { racesWith } from './race-points.js';
import { readLengthCheckpoint } from './read-checkpoint.js';
import type { LengthSearchMethod } from './search-method.js';

export interface LengthSearchResult {
  /**
   * Points that no other beats in both score and what was the objective, MACs or predicted time, and in the size of its file where that was weighed; fewest
   * MACs first.
   * `latencyMs` is there for the objective `latency`: predicted, and averaged over the lengths of the examples; `expectedScore` for
   * the method `surrogate`.
   */
  readonly paretoSet: readonly ParetoPoint[];
  /** Score and cost of the full length, whether or not it is in the Pareto set. */
  readonly full: ParetoPoint;
  readonly method: LengthSearchMethod;
  readonly evaluations: number;
  /** Generations, or batches, after the first. */
  readonly generations: number;
  /** What predicted times, for the objective `latency`. */
  readonly latency?: LatencyFit;
  /** There if its points raced. */
  readonly raced?: RacedExamples;
}

/** A whole search rests on its calibration, so it may take longer than one for a single budget. */
const searchCalibration = { repeats: 15, seconds: 4 } as const;

/** @throws ModelError `MACHINE_MISMATCH` for times of another machine than this */
const checkMachine = (fit: LatencyFit, machine: string | undefined, what: string): LatencyFit => {
  if (machine === undefined || fit.machine === undefined || fit.machine === machine) return fit;
  throw new ModelError(
    'MACHINE_MISMATCH',
    `The times of the ${what} were taken on ${fit.machine}, and this is ${machine}: they say nothing of it. Go on there, calibrate here (calibrateLatency), or search by MACs.`,
  );
};

/**
 * What predicts the times of a search; undefined when it needs none.
 *
 * @throws ModelError `OPTION_INVALID` for a checkpoint of another objective, `MACHINE_MISMATCH`
 */
const latencyFor = async (
  model: RunnableModel,
  lengths: readonly number[],
  { objective = 'macs', latency, signal, spend = [], machine, now }: LengthSearchOptions,
  saved: Partial<LengthSearchCheckpoint> | undefined,
): Promise<LatencyModel | undefined> => {
  const { layers } = model.dimensions;
  const before = saved?.objective ?? 'macs';
  if (saved && before !== objective) {
    throw new ModelError(
      'OPTION_INVALID',
      `The objective is ${objective}, but the checkpoint is of a search with the objective ${before}. Go on with that one, or start anew.`,
    );
  }
  if (objective === 'macs') return undefined;
  if (saved && !isLatencyFit(saved.latency))
    throw new ModelError(
      'DATA_INVALID',
      'The search checkpoint does not hold what its times were predicted by; start the search anew.',
    );
  if (isLatencyFit(saved?.latency))
    return createLatencyModel(checkMachine(saved.latency, machine, 'checkpoint'), layers);
  if (latency) checkMachine(latency.fit, machine, 'calibration');
  const bits = spend.includes('bits') ? model.otherBits : undefined;
  const given =
    latency ?? (await calibrateLatency(model, { lengths, bits, machine, now, ...searchCalibration, signal }));
  return createLatencyModel(given.fit, layers); // one that observes nothing while the search goes on
};

type Found = Solution<OperatingPoint, LengthObjective>;

/**
 * Points that raced with the scores that all examples give them at once. Integers make it another number: activations of a whole batch are rounded on
 * one scale, so that an answer depends a little on what ran beside it, and in a race that were others. What is stated is what a later run gives.
 *
 * @throws ModelError `ABORTED`
 */
const scoredInOne = async (
  found: readonly Found[],
  model: RunnableModel,
  examples: readonly LabelledInput[],
  { metric, signal }: LengthSearchOptions,
): Promise<readonly Found[]> => {
  const inIntegers = ({ genome: { bits } }: Found): boolean => (bits ?? ownBits(model)) === 8;
  const points = found.filter(inIntegers).map(({ genome }) => genome);
  if (points.length === 0) return found;
  const scores = await pointScorer(model, examples, metric)(points, { signal, keys: points.map(pointKey) });
  const scoreOf = new Map(points.map((point, i) => [point, scores[i]]));
  return found.map((each) => {
    const score = scoreOf.get(each.genome);
    return score === undefined ? each : { ...each, objectives: { ...each.objectives, score } };
  });
};

/**
 * Searches the operating points of a model: which shares of tokens to keep, layer by layer, for the best score at
 * every cost. No training happens; each point is scored once, on all examples, or on a part of them where points race and another clearly beats it.
 *
 * @throws ModelError `DATA_INVALID` without examples, `OPTION_INVALID` for a checkpoint of another objective or method, `MACHINE_MISMATCH`
 * for times of another machine than `machine`, `ABORTED`;
 * SearchError `ABORTED` and others; and whatever `score` throws
 * @example
 * const { paretoSet, latency } = await searchLengths(model, examples, { objective: 'latency' });
 * console.log(paretoSet[0]?.latencyMs, 'ms, give or take', latency?.error);
 */
export const searchLengths = async (
  model: RunnableModel,
  examples: readonly LabelledInput[],
  options: LengthSearchOptions = {},
): Promise<LengthSearchResult> => {
  if (examples.length === 0) throw new ModelError('DATA_INVALID', 'There are no examples to score configurations on.');
  const { objective = 'macs', signal, onGeneration, onCalibration } = options;
  const lengths = examples.map(({ input }) => input.ids.length);
  const resume = readLengthCheckpoint(options.resume);
  const latency = await latencyFor(model, lengths, options, resume);
  if (latency) onCalibration?.(latency.fit);
  const fit = latency && { latency: latency.fit };
  const problem = lengthSearchProblem(model, examples, {
    ...options,
    latency,
    resume,
    race: racesWith(options, resume),
  });
  const { race } = problem;
  let scoring: Promise<unknown> = Promise.resolve();
  const watched: typeof problem = {
    ...problem,
    evaluate: (points, context) => {
      const results = problem.evaluate(points, context);
      scoring = results.catch(() => undefined);
      return results;
    },
  };
  const { method, search, expected } = createMethod(watched, resume, options);

  const { evaluations, generation } = await search
    .run({
      ...(signal && { signal }),
      onGeneration: (report) =>
        onGeneration?.(report, {
          ...search.checkpoint(),
          objective,
          ...fit,
          ...(race && { racing: race.record() }),
        }),
    })
    .finally(() => scoring); // an aborted search does not wait for its batch, but the model must be left in peace before it is disposed

  const frontOf = <S extends Found>(found: readonly S[]): S[] =>
    paretoFront(found, problem.objectives, { objectives: (solution) => solution.objectives });
  const searched = frontOf(search.evaluated());
  const whole = search.evaluated().find(({ genome }) => isFullPoint(genome));
  if (!whole)
    throw new ModelError('DATA_INVALID', 'The search checkpoint does not hold the full length; start the search anew.');
  const [full = whole, ...again] =
    race && !options.scoreExamples
      ? await scoredInOne([whole, ...searched], model, examples, options)
      : [whole, ...searched];
  const front = frontOf(again);
  const price = pricerOf(model, lengths, pricesOf({ ...options, latency }));
  const expectedScores = new Map(expected().map(({ genome, expected: { score } }) => [pointKey(genome), score?.mean]));
  const toPoint = ({ genome, objectives: { score } }: Found): ParetoPoint => {
    const expectedScore = expectedScores.get(pointKey(genome));
    return { point: genome, score, ...(expectedScore !== undefined && { expectedScore }), ...price.costs(genome) };
  };
  return {
    paretoSet: front.map(toPoint).sort((a, b) => a.cost - b.cost),
    full: toPoint(full),
    method,
    evaluations,
    generations: generation,
    ...fit,
    ...(race && { raced: race.record().scored }),
  };
};
