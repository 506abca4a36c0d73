/** Fronts with and without ranks and bits: what a search gains that may spend them beside lengths, and how long its points take. Nothing is trained. */
import type { OperatingPoint } from '@length-adaptive/core';
import type {
  LabelledInput,
  LatencyModel,
  LengthSearchOptions,
  ParetoPoint,
  RunnableTextModel,
  ScorePoints,
} from '@length-adaptive/models';
import { calibrateLatency, mean, processorTime, searchLengths } from '@length-adaptive/models';
import { hypervolume, paretoFront } from '@length-adaptive/search';
import type { Row } from '../harness.js';
import { compareInTurn, percent, quantile, spread } from '../harness.js';
import { fidelityOf, openScoreTable } from '../length-search/score-table.js';
import { roundsOf } from '../onnx/rounds.js';
import type { FrontSource } from './front-sources.js';
import { frontSources, hasData } from './front-sources.js';

/** Points of each search. */
const evaluations = 45;

const searchSeeds = [1, 2, 3] as const;

/** What one would do without a search. */
const rivalPoints: readonly (readonly [string, OperatingPoint])[] = [
  ['int8 at full length', { bits: 8 }],
  ['three of six layers', { skip: [1, 3, 5] }],
];

const directions = { score: 'maximize', cost: 'minimize' } as const;

/** A point with the share of the full length's predicted time that it takes. */
interface TimedPoint extends ParetoPoint {
  readonly time: number;
}

const volumeOf = (points: readonly TimedPoint[], by: 'cost' | 'time', worst: number): number => {
  const values = points.map((point) => ({ score: point.score, cost: point[by] }));
  const front = paretoFront(values, directions, { objectives: (point) => point });
  return hypervolume(front, { score: worst, cost: 1 }, directions);
};

/** What one seed's searches found. */
interface Found {
  readonly lengths: readonly TimedPoint[];
  readonly joint: readonly TimedPoint[];
  /** The same two searches by predicted time in place of MACs, which bits do not change; the second may spend bits as well. */
  readonly fast: { readonly lengths: readonly TimedPoint[]; readonly whole: readonly TimedPoint[] };
}

const search = async (
  { model }: RunnableTextModel,
  examples: readonly LabelledInput[],
  {
    score,
    latency,
    seed,
    dropRatioBound,
  }: Pick<FrontSource, 'dropRatioBound'> & {
    readonly score: ScorePoints;
    readonly latency: LatencyModel;
    readonly seed: number;
  },
): Promise<Found> => {
  const tokens = examples.map(({ input }) => input.ids.length);
  const milliseconds = (point: ParetoPoint['point']): number =>
    tokens.reduce((sum, count) => sum + latency.milliseconds(count, point), 0);
  const full = milliseconds({});
  const run = async (options: LengthSearchOptions): Promise<TimedPoint[]> => {
    const seen: TimedPoint[] = [];
    await searchLengths(model, examples, {
      ...{ metric: 'fidelity', method: 'surrogate', dropRatioBound },
      ...{ score, seed, evaluations },
      ...options,
      onEvaluation: (point) => seen.push({ ...point, time: milliseconds(point.point) / full }),
    });
    return seen;
  };
  const byTime = { objective: 'latency', latency } as const;
  return {
    lengths: await run({}),
    joint: await run({ spend: ['lengths', 'ranks'] }),
    fast: {
      lengths: await run(byTime),
      whole: await run({ ...byTime, spend: ['lengths', 'ranks', 'bits'] }),
    },
  };
};

const timed = { score: 'maximize', time: 'minimize' } as const;

/** Points of a front that are timed. */
const timedPoints = 10;

/** How far the times of a front are off, as shares of the full length's: those that were predicted from those that its points take. */
const timeErrors = async (
  { model }: RunnableTextModel,
  examples: readonly LabelledInput[],
  found: readonly TimedPoint[],
): Promise<readonly number[]> => {
  const front = paretoFront(found, timed, { objectives: ({ score, time }) => ({ score, time }) });
  const every = Math.ceil(front.length / timedPoints);
  const chosen = front.filter((_, at) => at % every === 0);
  const run = (point: OperatingPoint) => async (): Promise<void> => {
    for (const { input } of examples) await model.run([input], { point });
  };
  const runs: Readonly<Record<string, () => Promise<void>>> = {
    full: run({}),
    ...Object.fromEntries(chosen.map(({ point }, at) => [String(at), run(point)])),
  };
  const options = { rounds: roundsOf(9), now: processorTime(), settle: 1 };
  const times: Readonly<Record<string, readonly number[]>> = await compareInTurn(runs, options);
  const taken = (name: string): number => quantile(times[name] ?? [], 0.5);
  return chosen.map(({ time }, at) => Math.abs((time * taken('full')) / taken(String(at)) - 1));
};

export const frontRows = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  const only = process.env['BENCH_FRONTS']?.split(',');
  for (const source of frontSources.filter(({ id }) => only?.includes(id) ?? true)) {
    if (!hasData(source)) continue;
    const { id, dropRatioBound } = source;
    const { text, examples, about } = await source.open();
    const { model } = text;
    const table = openScoreTable(`weights-${id}`, model, examples);
    const score: ScorePoints = async (points) => {
      const scores: number[] = [];
      for (const point of points) scores.push(fidelityOf(await table(point), model));
      return scores;
    };
    const latency = await calibrateLatency(model, {
      lengths: examples.map(({ input }) => input.ids.length),
      repeats: 9,
      seconds: 20,
      bits: [8],
      now: processorTime(),
    });
    const gains = { time: [] as number[], cost: [] as number[], bits: [] as number[] };
    const errors: number[] = [];
    for (const seed of searchSeeds) {
      const { lengths, joint, fast } = await search(text, examples, { score, latency, seed, dropRatioBound });
      const worst = Math.min(...[...lengths, ...joint].map((point) => point.score));
      for (const by of ['time', 'cost'] as const)
        gains[by].push(volumeOf(joint, by, worst) / volumeOf(lengths, by, worst));
      const least = Math.min(...[...fast.lengths, ...fast.whole].map((point) => point.score));
      gains.bits.push(volumeOf(fast.whole, 'time', least) / volumeOf(fast.lengths, 'time', least));
      errors.push(...(await timeErrors(text, examples, fast.whole)));
      console.log(id, seed, gains.time.at(-1), gains.cost.at(-1), gains.bits.at(-1), spread(errors));
    }
    const rivals: string[] = [];
    for (const [name, point] of rivalPoints) {
      const times = examples.map(({ input: { ids } }) => latency.milliseconds(ids.length, point) / latency.milliseconds(ids.length, {})); // prettier-ignore
      rivals.push(
        `${name}: fidelity ${fidelityOf(await table(point), model).toFixed(3)} at ${mean(times).toFixed(2)} of the time`,
      );
    }
    model.dispose();
    for (const [by, end, what] of [
      ['cost', '', 'MACs'],
      ['time', '.time', 'predicted time on this machine, of the same points'],
      ['bits', '.bits', 'predicted time on this machine, which both were searched by'],
    ] as const)
      rows.push({
        id: `weights.joint.hv_gain.${id}${end}`,
        value: spread(gains[by]).p50,
        unit: 'times',
        note: `hypervolume of fidelity and ${what} of the front with ${by === 'bits' ? 'ranks and bits' : 'ranks'} beside lengths by that with lengths alone, median of ${searchSeeds.length} seeds (${gains[by].map((value) => value.toFixed(3)).join(', ')}); ${evaluations} points each, by surrogate; ${about}${by === 'bits' ? `. Beside it, ${rivals.join('; ')}` : ''}`,
      });
    rows.push({
      id: `weights.joint.time_error.${id}`,
      value: spread(errors).p50,
      unit: 'median relative error',
      note: `predicted against measured share of the full length's time, of ${errors.length} points of the ${searchSeeds.length} fronts with ranks and bits; ${percent(errors.filter((error) => error <= 0.15).length / errors.length)} within 15 %, at most ${percent(Math.max(...errors))}; ${about}, ONNX Runtime, one thread`,
    });
  }
  return rows;
};
