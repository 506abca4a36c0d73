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
  expect(elsewhere).toEqual(await search({}));
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
