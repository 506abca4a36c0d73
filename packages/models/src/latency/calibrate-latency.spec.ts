import type { LengthConfig, OperatingPoint, Ranks } from '@length-adaptive/core';
import { keptTokens, lengthsOf, rankKinds, uniformRanks } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { calibrateLatency } from './calibrate-latency.js';
import type { RunnableModel } from '../model/runnable-model.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { tinyModel } from '../testing/tiny-model.js';

/** A model that only takes time, on a clock of its own. */
const sleeper = ({
  layers = 6,
  positions = 512,
  builtIn = undefined as OperatingPoint | undefined,
  largestRanks = undefined as Ranks | undefined,
} = {}) => {
  let clock = 0;
  const runs: { tokens: number; point: OperatingPoint }[] = [];
  const truth = (tokens: number, config: LengthConfig, ranks: Ranks = uniformRanks(layers, 1)): number => {
    let entering = tokens;
    return keptTokens(config, tokens).reduce((sum, leaving, i) => {
      const [a = 1, f = 1] = [ranks.attention[i], ranks.feedForward[i]];
      const read = 0.1 * (1 - (a + 2 * f) / 3); // what factors need not read
      const layer = 0.01 * entering * a + 0.0001 * entering ** 2 + 0.02 * leaving * f - read;
      entering = leaving;
      return sum + layer;
    }, 1.5);
  };
  const model = {
    dimensions: { layers, positions },
    task: questionAnswering(),
    builtIn,
    largestRanks,
    run: (inputs: readonly { readonly ids: ArrayLike<number> }[], { point = builtIn ?? {} } = {}) => {
      const tokens = inputs[0]?.ids.length ?? 0;
      const before = runs.at(-1)?.point.ranks;
      runs.push({ tokens, point });
      const slower = runs.length % 11 === 0 ? 5 : 1; // now and then something else runs
      const read = runs.length > 1 && before !== point.ranks ? 4 : 0; // matrices that others have put out of the cache
      clock += truth(tokens, lengthsOf(point, layers), point.ranks) * slower + read;
      return Promise.resolve(new Float32Array(2));
    },
  } as unknown as RunnableModel;
  return { model, runs, truth, now: () => clock };
};

test('predicts a machine that it has seen at other lengths and configurations', async () => {
  const { model, truth, now, runs } = sleeper();
  const latency = await calibrateLatency(model, { lengths: [30, 12, 90, 12], now });
  expect(latency.error).toBeLessThan(0.01);
  const config = [0.9, 0.9, 0.5, 0.4, 0.2, 0.1];
  for (const tokens of [12, 25, 90])
    expect(latency.milliseconds(tokens, { lengths: config }) / truth(tokens, config)).toBeCloseTo(1, 1);
  expect(Math.min(...runs.map(({ tokens }) => tokens))).toBe(12);
  expect(Math.max(...runs.map(({ tokens }) => tokens))).toBe(90);
});

test('of a model with factors, a few ranks are timed, none above those it has; others are foretold', async () => {
  const largestRanks = { attention: [1, 0.9, 0.9, 0.9, 0.9, 1], feedForward: [0.9, 0.9, 0.9, 0.9, 0.9, 0.9] };
  const { model, truth, now, runs } = sleeper({ largestRanks });
  const latency = await calibrateLatency(model, { lengths: [8, 90], now });
  expect(latency.error).toBeLessThan(0.02);
  expect(new Set(runs.map(({ point }) => point.ranks && JSON.stringify(point.ranks))).size).toBe(5);
  for (const { point } of runs)
    for (const kind of rankKinds)
      point.ranks?.[kind].forEach((share, layer) =>
        expect(share === 1 || share <= (largestRanks[kind][layer] as number)).toBe(true),
      );
  const lengths = [0.9, 0.9, 0.5, 0.4, 0.2, 0.1];
  for (const tokens of [8, 16, 90])
    for (const ranks of [uniformRanks(6, 0.25), uniformRanks(6, 0.6), uniformRanks(6, 1)])
      expect(latency.milliseconds(tokens, { lengths, ranks }) / truth(tokens, lengths, ranks)).toBeCloseTo(1, 1);
});

test('lengths stay within the positions; without any it takes 8 to 128', async () => {
  const longest = async (positions: number, lengths?: readonly number[]) => {
    const { model, now, runs } = sleeper({ positions });
    await calibrateLatency(model, { ...(lengths && { lengths }), now, repeats: 1 });
    return [Math.min(...runs.map(({ tokens }) => tokens)), Math.max(...runs.map(({ tokens }) => tokens))];
  };
  expect(await longest(512)).toEqual([8, 128]);
  expect(await longest(40)).toEqual([8, 40]);
  expect(await longest(40, [60, 5])).toEqual([5, 40]);
  expect(await longest(512, [Number.NaN])).toEqual([8, 128]);
  expect(await longest(512, [21])).toEqual([11, 21]);
});

test('rounds end with the time they are given, but one is always made', async () => {
  const rounds = async (seconds: number) => {
    const { model, now, runs } = sleeper();
    await calibrateLatency(model, { now, seconds });
    const isTimed = (run: (typeof runs)[number], at: number): boolean => run.point !== runs[at + 1]?.point; // not made for the next one alone
    return runs.filter(isTimed).length / 20;
  };
  expect(await rounds(100)).toBe(6); // a warm-up, and five
  expect(await rounds(0)).toBe(2);
});

test('a model with a point built in is asked for no other', async () => {
  const builtIn = { lengths: [0.5, 0.5, 0.4] };
  const { model, now, runs } = sleeper({ layers: 3, builtIn });
  await calibrateLatency(model, { now, repeats: 1 });
  for (const { point } of runs) expect(point).toBe(builtIn);
});

test('stops when it is told to', async () => {
  const { model, now, runs } = sleeper();
  await expect(calibrateLatency(model, { now, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  expect(runs).toEqual([]);
});

test('calibrates a real model', async () => {
  await useWasm();
  const { model } = await tinyModel();
  const latency = await calibrateLatency(model, { lengths: [6, 30], repeats: 2 });
  expect(latency.milliseconds(16, {})).toBeGreaterThan(0);
  expect(latency.fit.heldOut).toBe(8);
  model.dispose();
});
