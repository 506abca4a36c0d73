import { pointKey } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { paretoFront } from '@length-adaptive/search';
import { encodeExamples } from '../examples/encode-examples.js';
import type { LatencyFit } from '../latency/latency-model.js';
import { createLatencyModel } from '../latency/latency-model.js';
import { lateConfigs } from './late-configs.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import type { LengthSearchCheckpoint, LengthSearchOptions } from './length-problem.js';
import { lengthSearchProblem } from './length-problem.js';
import { searchLengths } from './length-search.js';
import { macsShare } from './price.js';
import type { ScorePoints } from '../scoring/score-points.js';
import { pointScorer } from '../scoring/score-points.js';
import type { TextModel } from '../model/open-model.js';
import { tinyExamples, tinyModel } from '../testing/tiny-model.js';

const fitOf = (coefficients: Partial<LatencyFit['coefficients']>): LatencyFit => ({
  coefficients: { input: 0, tokens: 0, entering: 0, enteringSquared: 0, leaving: 0, dropping: 0, ...coefficients },
  error: 0.04,
  heldOut: 8,
});
const fit = fitOf({ input: 0.5, entering: 0.02, leaving: 0.05, dropping: 0.1 });

let text: TextModel;
beforeAll(async () => {
  await useWasm();
  text = await tinyModel();
});
afterAll(() => text.model.dispose());

const examples = () => encodeExamples(text.tokenizer, text.model.task, tinyExamples(16));
const lengths = () => examples().map(({ input }) => input.ids.length);
const small: LengthSearchOptions = {
  generations: 2,
  populationSize: 6,
  dropRatioBound: 0.3,
  metric: 'fidelity',
  seed: 3,
};
const search = (options: LengthSearchOptions) => searchLengths(text.model, examples(), { ...small, ...options });

test('with the objective macs nothing is calibrated and no time is told', async () => {
  const onCalibration = jest.fn();
  const result = await search({ onCalibration });
  expect(onCalibration).not.toHaveBeenCalled();
  expect(result).not.toHaveProperty('latency');
  expect(result.full).not.toHaveProperty('latencyMs');
});

test('with the objective latency the set is what nothing beats in score and predicted time', async () => {
  const seen: ParetoPoint[] = [];
  const calibrated: LatencyFit[] = [];
  const { paretoSet, full, latency } = await search({
    objective: 'latency',
    latency: createLatencyModel(fit, 3),
    onCalibration: (found) => calibrated.push(found),
    onEvaluation: (point) => seen.push(point),
  });
  expect([latency, calibrated]).toEqual([fit, [fit]]);
  const predicted = createLatencyModel(fit, 3);
  for (const { point, cost, latencyMs } of [full, ...paretoSet]) {
    expect(cost).toBe(macsShare(text.model, point, lengths()));
    const mean = lengths().reduce((sum, tokens) => sum + predicted.milliseconds(tokens, point), 0) / lengths().length;
    expect(latencyMs).toBeCloseTo(mean, 9);
  }
  const directions = { score: 'maximize', latencyMs: 'minimize' } as const;
  const objectives = ({ score, latencyMs = 0 }: ParetoPoint) => ({ score, latencyMs });
  const front = paretoFront(seen, directions, { objectives });
  expect(paretoSet).toHaveLength(front.length);
  expect(new Set(paretoSet.map(({ point }) => pointKey(point)))).toEqual(
    new Set(front.map(({ point }) => pointKey(point))),
  );
  paretoSet.slice(1).forEach(({ cost }, i) => expect(cost).toBeGreaterThanOrEqual(paretoSet[i]?.cost ?? 1));
});

test('where dropping costs more than it saves, the full length alone is worth having', async () => {
  const { paretoSet } = await search({
    objective: 'latency',
    latency: createLatencyModel(fitOf({ leaving: 0.001, dropping: 50 }), 3),
  });
  expect(paretoSet.map(({ point }) => point)).toEqual([{ lengths: [1, 1, 1] }]);
});

test('it calibrates by itself, on the lengths of the examples', async () => {
  const { latency, full } = await search({ objective: 'latency', generations: 0 });
  expect(latency?.heldOut).toBeGreaterThan(0);
  expect(full.latencyMs).toBeGreaterThan(0);
});

test('stopped and resumed, a search predicts as it did before and ends with the same result', async () => {
  const latency = createLatencyModel(fit, 3);
  const whole = await search({ objective: 'latency', latency, generations: 3 });
  let saved = '';
  await search({
    objective: 'latency',
    latency,
    generations: 1,
    onGeneration: (_, checkpoint) => void (saved = JSON.stringify(checkpoint)),
  });
  const resume = JSON.parse(saved) as LengthSearchCheckpoint;
  expect(resume).toMatchObject({ objective: 'latency', latency: fit });
  const other = createLatencyModel(fitOf({ input: 7 }), 3); // the machine of the day: the checkpoint knows better
  expect(await search({ objective: 'latency', latency: other, generations: 3, resume })).toEqual(whole);

  await expect(search({ resume })).rejects.toThrow(
    /objective is macs, but the checkpoint is of a search with the objective latency/,
  );
  await expect(search({ resume })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  const { latency: _, ...forgetful } = resume;
  await expect(search({ objective: 'latency', resume: forgetful })).rejects.toMatchObject({ code: 'DATA_INVALID' });
});

test('a checkpoint from before there were objectives is one of macs', async () => {
  let saved: LengthSearchCheckpoint | undefined;
  await search({ generations: 1, onGeneration: (_, checkpoint) => void (saved = structuredClone(checkpoint)) });
  const { objective, ...old } = saved as LengthSearchCheckpoint;
  expect(objective).toBe('macs');
  expect(await search({ resume: old })).toEqual(await search({}));
  await expect(search({ objective: 'latency', resume: old })).rejects.toThrow(/with the objective macs/);
});

test('a checkpoint from before there were points holds bare lengths, and is gone on with', async () => {
  let saved: LengthSearchCheckpoint | undefined;
  await search({ generations: 1, onGeneration: (_, checkpoint) => void (saved = structuredClone(checkpoint)) });
  const { evaluated, ...rest } = saved as LengthSearchCheckpoint;
  const old = { ...rest, evaluated: evaluated.map(({ genome, ...entry }) => ({ genome: genome.lengths, ...entry })) };
  expect(evaluated.length).toBeGreaterThan(6);
  expect(await search({ resume: JSON.parse(JSON.stringify(old)) })).toEqual(await search({}));
  await expect(search({ resume: { ...old, version: 0 } })).rejects.toMatchObject({ code: 'CHECKPOINT_VERSION' });
});

test('a problem whose objective is latency needs what predicts it', () => {
  expect(() => lengthSearchProblem(text.model, examples(), { objective: 'latency' })).toThrow(/nothing predicts it/);
});

test('configurations that are given are tried as they are, even below the bound', async () => {
  const configs = [
    [0.53125, 0.40625, 0.03125],
    [0.9, 0.8, 0.7],
  ];
  const points = configs.map((config) => ({ lengths: config }));
  const tried: string[] = [];
  const { paretoSet } = await search({ points, onEvaluation: ({ point }) => tried.push(pointKey(point)) });
  for (const config of configs) expect(tried.filter((key) => key === pointKey({ lengths: config }))).toHaveLength(1);
  expect(paretoSet[0]?.point.lengths).toEqual(configs[0]); // nothing else is as cheap
  await expect(search({ points: [{ lengths: [0.5, 0.6, 0.4] }] })).rejects.toMatchObject({
    code: 'LENGTH_CONFIG_INVALID',
  });
});

test('scored elsewhere, in whatever order, a search ends with the same set', async () => {
  const here = pointScorer(text.model, examples(), 'fidelity');
  const seen: ParetoPoint[] = [];
  const score: ScorePoints = async (points, { keys, onScore }) => {
    expect(keys).toEqual(points.map(pointKey));
    const scores = await here(points, { keys });
    onScore?.(points.length - 1, scores.at(-1) ?? 0);
    return scores;
  };
  const elsewhere = await search({ score, onEvaluation: (point) => seen.push(point) });
  expect(elsewhere).toEqual(await search({ race: false }));
  expect(seen).toHaveLength(elsewhere.evaluations);
  for (const { point, cost } of seen) expect(cost).toBe(macsShare(text.model, point, lengths()));
  await expect(search({ score: async () => [1] })).rejects.toThrow(/score gave 1 scores for \d+ configurations/);
});

test('the initial population holds shapes that drop late, unless it holds no chains either', () => {
  const { seeds = [] } = lengthSearchProblem(text.model, examples(), small);
  expect(seeds).toEqual(expect.arrayContaining(lateConfigs(3).map((config) => ({ lengths: config }))));
  expect(seeds).toHaveLength(2 + 6 + 3);
  expect(lengthSearchProblem(text.model, examples(), { ...small, seeds: 0 }).seeds).toHaveLength(2);
});

describe('by surrogate', () => {
  const led: LengthSearchOptions = {
    method: 'surrogate',
    evaluations: 22,
    generations: undefined,
    populationSize: undefined,
  };
  const directions = { score: 'maximize', cost: 'minimize' } as const;

  test('it is the method unless generations or a population are given, and says what it expects of each point', async () => {
    const seen: ParetoPoint[] = [];
    const proposers: (string | undefined)[] = [];
    const result = await search({
      ...led,
      method: undefined,
      onEvaluation: (point) => seen.push(point),
      onGeneration: ({ proposedBy }) => void proposers.push(proposedBy),
    });
    expect(result).toMatchObject({ method: 'surrogate', evaluations: 22, generations: 3 });
    expect(await search({ generations: 0 })).toMatchObject({ method: 'nsga2' });
    expect(proposers).toEqual(['start', 'model', 'model', 'model']);
    expect(seen).toHaveLength(22);
    expect(new Set(seen.map(({ point }) => pointKey(point))).size).toBe(22);
    // What is scored first: the full length, the smallest, and chains far from both.
    expect(seen[0]?.point).toEqual({ lengths: [1, 1, 1] });
    expect(seen[1]?.cost).toBe(Math.min(...seen.map(({ cost }) => cost)));
    const front = paretoFront(seen, directions, { objectives: ({ score, cost }) => ({ score, cost }) });
    expect(result.paretoSet.map(({ point }) => pointKey(point)).sort()).toEqual(
      front.map(({ point }) => pointKey(point)).sort(),
    );
    const scores = seen.map(({ score }) => score);
    for (const { score, expectedScore = NaN } of result.paretoSet) {
      expect(Math.abs(expectedScore - score)).toBeLessThan((Math.max(...scores) - Math.min(...scores)) / 4);
    }
  });

  test('what is given is scored as it is, beside as much as without it', async () => {
    const points = [{ lengths: [0.53125, 0.40625, 0.03125] }, { lengths: [0.9, 0.8, 0.7] }];
    const tried: string[] = [];
    const onEvaluation = ({ point }: ParetoPoint) => tried.push(pointKey(point));
    await search({ ...led, evaluations: undefined, points, onEvaluation });
    expect(tried).toHaveLength(45 + 2);
    expect(tried.slice(2, 4)).toEqual(points.map(pointKey));
  });

  test('stopped after any batch and resumed, it ends with the same result; also by time, with the same predictions', async () => {
    const points = [{ lengths: [0.53125, 0.40625, 0.03125] }];
    const timed = { ...led, points, objective: 'latency', latency: createLatencyModel(fit, 3) } as const;
    const saved: string[] = [];
    const onGeneration: LengthSearchOptions['onGeneration'] = (_, checkpoint) =>
      void saved.push(JSON.stringify(checkpoint));
    const whole = await search({ ...timed, onGeneration });
    expect(saved).toHaveLength(4);
    for (const text of saved) {
      const resume = JSON.parse(text) as LengthSearchCheckpoint;
      expect(resume).toMatchObject({ format: 'length-adaptive-surrogate-search', objective: 'latency', latency: fit });
      expect(await search({ ...timed, latency: undefined, resume })).toEqual(whole);
      // The checkpoint knows its method.
      expect(await search({ ...timed, method: undefined, resume })).toEqual(whole);
    }
    const longer = await search({ ...timed, evaluations: 30, resume: JSON.parse(saved.at(-1) ?? '') });
    expect(longer.evaluations).toBe(30);
  });

  test('a batch that is interrupted is scored again', async () => {
    const whole = await search(led);
    const stop = new AbortController();
    let saved = '';
    let count = 0;
    await expect(
      search({
        ...led,
        signal: stop.signal,
        onEvaluation: () => void ((count += 1) === 14 && stop.abort()),
        onGeneration: (_, checkpoint) => void (saved = JSON.stringify(checkpoint)),
      }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    const resume = JSON.parse(saved) as LengthSearchCheckpoint;
    expect(resume.evaluated).toHaveLength(10);
    expect(await search({ ...led, resume })).toEqual(whole);
  });

  test('scored elsewhere, it ends with the same set', async () => {
    const here = pointScorer(text.model, examples(), 'fidelity');
    const batches: number[] = [];
    const score: ScorePoints = (points, context) => {
      batches.push(points.length);
      expect(context.keys).toEqual(points.map(pointKey));
      return here(points, context);
    };
    expect(await search({ ...led, score })).toEqual(await search({ ...led, race: false }));
    expect(batches).toEqual([10, 5, 5, 2]);
  });

  test('what one method has and the other has not is refused, as are checkpoints of the other', async () => {
    let saved: LengthSearchCheckpoint | undefined;
    const keep: LengthSearchOptions['onGeneration'] = (_, checkpoint) => void (saved = structuredClone(checkpoint));
    await search({ ...led, evaluations: 4, onGeneration: keep });
    const bySurrogate = saved;
    await search({ generations: 0, onGeneration: keep });
    const byEvolution = saved;
    const refusals: readonly [LengthSearchOptions, RegExp][] = [
      [{ ...led, generations: 3 }, /generations is 3, and the method surrogate has none/],
      [{ ...led, populationSize: 4 }, /populationSize is 4/],
      [{ ...led, method: 'genetic' as 'nsga2' }, /method is "genetic"; expected surrogate or nsga2/],
      [{ ...led, evaluations: 0 }, /evaluations is 0; expected a whole number of at least 1/],
      [{ resume: bySurrogate }, /The method is nsga2, but the checkpoint is of a search by surrogate/],
      [{ ...led, resume: byEvolution }, /The method is surrogate, but the checkpoint is of a search by nsga2/],
    ];
    for (const [options, message] of refusals) {
      await expect(search(options)).rejects.toThrow(message);
      await expect(search(options)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    }
    expect(await search({ evaluations: 7 })).toMatchObject({ method: 'nsga2', evaluations: 7 });
  });
});
