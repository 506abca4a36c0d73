import type { LengthConfig } from '@length-adaptive/core';
import { keptTokens } from '@length-adaptive/core';
import { createLatencyModel, fitLatency, isLatencyFit } from './latency-model.js';

const full = [1, 1, 1, 1];
const configs: readonly LengthConfig[] = [
  full,
  [0.8, 0.64, 0.5, 0.4],
  [0.5, 0.25, 0.12, 0.06],
  [1, 1, 0.3, 0.3],
  [0.5, 0.5, 0.5, 0.5],
  [1, 1, 1, 0.2],
];

/** What some machine takes. */
const truth = (tokens: number, config: LengthConfig): number => {
  let milliseconds = 0.4 + 0.002 * tokens;
  let entering = tokens;
  for (const leaving of keptTokens(config, tokens)) {
    milliseconds += 0.01 * entering + 0.0004 * entering ** 2 + 0.03 * leaving + (leaving < entering ? 0.2 : 0);
    entering = leaving;
  }
  return milliseconds;
};

const passes = (lengths: readonly number[], of = truth) =>
  lengths.flatMap((tokens) =>
    configs.map((config) => ({ tokens, point: { lengths: config }, milliseconds: of(tokens, config) })),
  );

test('fits a machine whose time is made of its terms, exactly', () => {
  const latency = createLatencyModel(fitLatency(passes([8, 24, 60, 128]), 4), 4);
  expect(latency.error).toBeLessThan(1e-9);
  for (const config of [full, [0.9, 0.7, 0.3, 0.1]])
    expect(latency.milliseconds(77, { lengths: config })).toBeCloseTo(truth(77, config), 6);
});

test('layers that are left out take no time: theirs of the tokens, and their part of what has no tokens in it', () => {
  for (const wanted of ['all', 'first'] as const) {
    const fit = fitLatency(passes([8, 24, 60, 128]), 4, [], { wanted });
    const latency = createLatencyModel(fit, 4);
    const shallower = createLatencyModel(
      { ...fit, coefficients: { ...fit.coefficients, input: fit.coefficients.input / 2 } },
      2,
    );
    expect(latency.milliseconds(40, { lengths: [0.9, 0.8, 0.5, 0.4], skip: [0, 2] })).toBeCloseTo(
      shallower.milliseconds(40, { lengths: [0.8, 0.4] }),
      9,
    );
    expect(latency.milliseconds(40, { skip: [3] })).toBeLessThan(latency.milliseconds(40, {}));
  }
  const { milliseconds } = createLatencyModel(fitLatency(passes([8, 24, 60, 128]), 4), 4);
  expect(milliseconds(30, { lengths: [0.5, 0.4, 0.3, 0.2], floor: 30 })).toBe(milliseconds(30, {}));
});

test('where the first token alone is wanted, what a configuration keeps in the last layer takes no time', () => {
  const first = (tokens: number, config: LengthConfig): number => {
    const kept = keptTokens(config.slice(0, -1), tokens);
    const last = kept.at(-1) ?? tokens;
    const before = kept.reduce(
      ({ entering, time }, leaving) => ({
        entering: leaving,
        time: time + 0.01 * entering + 0.0004 * entering ** 2 + 0.03 * leaving + (leaving < entering ? 0.2 : 0),
      }),
      { entering: tokens, time: 0.4 + 0.002 * tokens },
    );
    return before.time + 0.01 * last + 0.0004 * last + 0.03;
  };
  const fit = fitLatency(passes([8, 24, 60, 128], first), 4, passes([40], first), { wanted: 'first' });
  const latency = createLatencyModel(fit, 4);
  expect(latency.error).toBeLessThan(1e-9);
  expect(latency.milliseconds(77, { lengths: [0.9, 0.7, 0.3, 0.1] })).toBeCloseTo(first(77, [0.9, 0.7, 0.3, 0.1]), 6);
  expect(latency.milliseconds(77, { lengths: [1, 1, 1, 0.1] })).toBe(latency.milliseconds(77, {}));
  const again: unknown = JSON.parse(JSON.stringify(fit));
  expect(isLatencyFit(again) && createLatencyModel(again, 4).milliseconds(33, {})).toBe(latency.milliseconds(33, {}));
  expect(isLatencyFit({ ...fit, wanted: 'some' })).toBe(false);
  const { wanted: _, ...older } = fit; // all tokens, as before there was a choice
  expect(isLatencyFit(older)).toBe(true);
  expect(createLatencyModel(older, 4).milliseconds(77, { lengths: [1, 1, 1, 0.1] })).toBeLessThan(
    createLatencyModel(older, 4).milliseconds(77, {}),
  );
});

test('the error is that of passes that were not fitted', () => {
  const fit = fitLatency(
    passes([8, 24, 60, 128]),
    4,
    passes([40], (tokens, config) => 1.25 * truth(tokens, config)),
  );
  expect(fit.error).toBeCloseTo(0.2, 6);
  expect(fit.heldOut).toBe(configs.length);
  expect(fitLatency([], 4).error).toBe(0);
});

test('a little noise moves it a little', () => {
  const noisy = passes([8, 24, 60, 128]).map((pass, i) => ({
    ...pass,
    milliseconds: pass.milliseconds * (1 + 0.03 * ((i % 3) - 1)),
  }));
  expect(fitLatency(noisy, 4, passes([16, 100])).error).toBeLessThan(0.03);
});

test('never predicts less for a longer input, nor below zero, whatever was measured', () => {
  const latency = createLatencyModel(
    fitLatency(
      passes([8, 64], (tokens) => 100 / tokens),
      4,
    ),
    4,
  );
  let before = 0;
  for (const tokens of [1, 2, 10, 100, 500]) {
    expect(latency.milliseconds(tokens, {})).toBeGreaterThanOrEqual(before);
    before = latency.milliseconds(tokens, {});
  }
});

test('a clock that saw no time pass is survived', () => {
  expect(
    createLatencyModel(
      fitLatency(
        passes([8, 64], () => 0),
        4,
      ),
      4,
    ).milliseconds(30, {}),
  ).toBeGreaterThanOrEqual(0);
});

test('follows a machine that got slower, and keeps its shape however long inputs of one size come', () => {
  const latency = createLatencyModel(fitLatency(passes([8, 24, 60, 128]), 4), 4);
  for (let i = 0; i < 1000; i++) latency.observe(100, {}, 3 * truth(100, full));
  for (const tokens of [10, 100]) expect(latency.milliseconds(tokens, {}) / truth(tokens, full)).toBeCloseTo(3, 1);
});

test('the first observation counts as much as the calibration, no more', () => {
  const latency = createLatencyModel(fitLatency(passes([8, 24, 60, 128]), 4), 4);
  latency.observe(20, {}, 9 * truth(20, full));
  expect(latency.milliseconds(20, {}) / truth(20, full)).toBeCloseTo(5, 6);
});

test('JSON keeps a fit', () => {
  const fit = fitLatency(passes([8, 128]), 4, passes([32]));
  const again: unknown = JSON.parse(JSON.stringify(fit));
  expect(isLatencyFit(again) && createLatencyModel(again, 4).milliseconds(33, {})).toBe(
    createLatencyModel(fit, 4).milliseconds(33, {}),
  );
  for (const wrong of [
    undefined,
    null,
    3,
    {},
    { ...fit, error: null },
    { ...fit, coefficients: { input: 1 } },
    { ...fit, coefficients: { ...fit.coefficients, leaving: -1 } },
  ]) {
    expect(isLatencyFit(wrong)).toBe(false);
  }
});
