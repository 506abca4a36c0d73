import type { OperatingPoint } from '@length-adaptive/core';
import { isFullPoint, pointKey } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { createRandom, descendingVector, dominates } from '@length-adaptive/search';
import { encodeExamples } from '../examples/encode-examples.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import type { LatencyFit } from '../latency/latency-model.js';
import { createLatencyModel } from '../latency/latency-model.js';
import type { TextModel } from '../model/open-model.js';
import type { RunnableModel } from '../model/runnable-model.js';
import type { ScorePoints } from '../scoring/score-points.js';
import { tinyExamples, tinyModel } from '../testing/tiny-model.js';
import { bitsGene, withGene } from './gene-space.js';
import type { LengthSearchOptions } from './length-problem.js';
import { searchLengths } from './length-search.js';
import { pointSpace } from './point-space.js';

const coefficients = { input: 0.5, tokens: 0, entering: 0.02, enteringSquared: 0, leaving: 0.05, dropping: 0.1 };
const fit: LatencyFit = {
  coefficients,
  error: 0.04,
  heldOut: 8,
  bits: 32,
  otherBits: [{ bits: 8, coefficients: { ...coefficients, input: 0.2, leaving: 0.01 }, error: 0.06, heldOut: 8 }],
  machine: 'the fast one',
};

let text: TextModel;
let model: RunnableModel;
beforeAll(async () => {
  await useWasm();
  text = await tinyModel();
  const fileBytes = ({ bits }: OperatingPoint): number => (bits === 8 ? 2_500 : 10_000);
  model = { ...text.model, engine: 'onnxruntime', otherBits: [8], fileBytes };
});
afterAll(() => text.model.dispose());

/** The longer the better, and integers a little worse. */
const score: ScorePoints = (points) =>
  Promise.resolve(
    points.map(({ lengths = [1], bits }) => lengths.reduce((sum, share) => sum + share) - (bits === 8 ? 0.01 : 0)),
  );

const examples = () => encodeExamples(text.tokenizer, text.model.task, tinyExamples(16));
const search = (options: LengthSearchOptions, on: RunnableModel = model) =>
  searchLengths(on, examples(), {
    seed: 3,
    generations: 2,
    populationSize: 8,
    spend: ['lengths', 'bits'],
    score,
    ...options,
  });

test('both bits are reached from either, at every length, and points name those that are not the own', () => {
  const space = withGene(pointSpace(descendingVector({ length: 3, steps: 100, lower: 0.1 }), 3), bitsGene);
  const random = createRandom(1);
  const seen = new Set<string>();
  let [one, other] = [space.repair({ lengths: [1, 1, 1] }), space.initial(random, 1)];
  for (let i = 0; i < 500; i++) {
    const [child = one] = space.crossover(one, other, random);
    [one, other] = [space.mutate(child, random), i % 50 === 0 ? { lengths: [1, 1, 1], bits: 8 } : one];
    expect(space.repair(one)).toEqual(one);
    seen.add(String(one.bits));
  }
  expect([...seen].sort()).toEqual(['8', 'undefined']);
  expect(space.repair({ lengths: [1, 1, 1], bits: 8 })).toEqual({ lengths: [1, 1, 1], bits: 8 });
  expect(space.repair({ lengths: [1, 1, 1], bits: 32 })).toEqual({ lengths: [1, 1, 1] });
});

test('MACs say nothing of bits: the size of the file is weighed beside them, and told', async () => {
  const seen: ParetoPoint[] = [];
  const { paretoSet, full } = await search({ onEvaluation: (point) => seen.push(point) });
  expect(full.fileBytes).toBe(10_000);
  expect(isFullPoint(full.point)).toBe(true);
  const sizes = new Set(paretoSet.map(({ fileBytes }) => fileBytes));
  expect([...sizes].sort()).toEqual([10_000, 2_500]);
  for (const { point, fileBytes } of seen) expect(fileBytes).toBe(point.bits === 8 ? 2_500 : 10_000);
  const directions = { score: 'maximize', cost: 'minimize', fileBytes: 'minimize' } as const;
  const values = ({ score: own, cost, fileBytes = Number.NaN }: ParetoPoint) => ({ score: own, cost, fileBytes });
  const kept = new Set(paretoSet.map(({ point }) => pointKey(point)));
  for (const point of seen)
    expect(seen.some((rival) => dominates(values(rival), values(point), directions))).toBe(
      !kept.has(pointKey(point.point)) &&
        !seen.some((twin) => kept.has(pointKey(twin.point)) && same(values(twin), values(point))),
    );
});

const same = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

test('it may be left out, and what only has a smaller file is then in no set', async () => {
  const { paretoSet } = await search({ fileSize: false });
  expect(paretoSet.every(({ point }) => point.bits === undefined)).toBe(true);
  expect(paretoSet.every(({ fileBytes }) => fileBytes === 10_000)).toBe(true); // told all the same
});

test('by predicted time points in fewer bits win, with and without the size of the file', async () => {
  const latency = createLatencyModel(fit, 3);
  for (const options of [{}, { fileSize: true }] satisfies LengthSearchOptions[]) {
    const { paretoSet, full, latency: kept } = await search({ objective: 'latency', latency, ...options });
    expect(kept).toEqual(fit);
    expect(paretoSet.some(({ point }) => point.bits === 8)).toBe(true);
    const [fastest] = [...paretoSet].sort((a, b) => (a.latencyMs ?? Number.NaN) - (b.latencyMs ?? Number.NaN));
    expect(fastest?.point.bits).toBe(8);
    expect(fastest?.latencyMs).toBeLessThan(full.latencyMs ?? 0);
  }
});

test('the same search goes on from its checkpoint; one that weighs something else does not', async () => {
  let checkpoint: unknown;
  const whole = await search({});
  const short = await search({
    generations: 1,
    onGeneration: (_, saved) => {
      checkpoint = JSON.parse(JSON.stringify(saved));
    },
  });
  expect(short.evaluations).toBeLessThan(whole.evaluations);
  expect((await search({ resume: checkpoint })).paretoSet).toEqual(whole.paretoSet);
  await expect(search({ resume: checkpoint, fileSize: false })).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH' });
});

test('by a regression too, whose points race with sizes weighed', async () => {
  const racing = await searchLengths(model, examples(), { ...{ seed: 3, evaluations: 14, fileSize: true } });
  const slow = await searchLengths(model, examples(), { ...{ seed: 3, evaluations: 14, fileSize: true, race: false } });
  expect(racing.raced).toBeDefined();
  expect(racing.full).toEqual(slow.full);
});

test('times of another machine are refused, in a calibration and in a checkpoint', async () => {
  const latency = createLatencyModel(fit, 3);
  const elsewhere = { objective: 'latency', machine: 'this one' } as const;
  const refused = {
    code: 'MACHINE_MISMATCH',
    message: expect.stringMatching(/the fast one, and this is this one/) as string,
  };
  await expect(search({ ...elsewhere, latency })).rejects.toMatchObject(refused);
  let checkpoint: unknown;
  const there = { objective: 'latency', machine: 'the fast one' } as const;
  const found = await search({
    ...there,
    latency,
    onGeneration: (_, saved) => {
      checkpoint = JSON.parse(JSON.stringify(saved));
    },
  });
  await expect(search({ ...elsewhere, resume: checkpoint })).rejects.toMatchObject(refused);
  expect((await search({ ...there, resume: checkpoint })).paretoSet).toEqual(found.paretoSet);
});

test.each<[string, () => RunnableModel, LengthSearchOptions, RegExp]>([
  [
    'an engine that has one precision',
    () => text.model,
    {},
    /spend bits, and the model on tfjs runs in 32 alone.*ONNX/,
  ],
  [
    'a model in integers',
    () => ({ ...model, precision: 'int8', otherBits: [32] }),
    {},
    /opened in int8\. Open it in fp32/,
  ],
  ['a model in half precision', () => ({ ...model, precision: 'fp16' }), {}, /opened in fp16\. Open it in fp32/],
  [
    'an engine that writes no files',
    () => text.model,
    { spend: ['lengths'], fileSize: true },
    /File sizes are to be weighed, and the model on tfjs does not tell them/,
  ],
  [
    'a calibration without them',
    () => model,
    { objective: 'latency', latency: createLatencyModel({ coefficients, error: 0, heldOut: 8 }, 3) },
    /point with 8 bits is asked for.*bits: \[8\]/,
  ],
])('%s is refused', async (_, on, options, message) => {
  await expect(search(options, on())).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringMatching(message) as string,
  });
});
