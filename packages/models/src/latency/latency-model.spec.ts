import type { LengthConfig, Ranks } from '@length-adaptive/core';
import { keptTokens, uniformRanks } from '@length-adaptive/core';
import type { LatencyFit } from './latency-model.js';
import { createLatencyModel, fitLatency, isLatencyFit, largestError } from './latency-model.js';

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

test('layers that take tokens two by two take the time of those that they leave, and a file keeps which they are', () => {
  const halving = [1, 3];
  const halved = (tokens: number, config: LengthConfig): number => {
    let milliseconds = 0.4 + 0.002 * tokens;
    let entering = tokens;
    for (const [layer, leaving] of keptTokens(config, tokens, { halving }).entries()) {
      const asking = halving.includes(layer) ? leaving : entering;
      const dropping = !halving.includes(layer) && leaving < entering ? 0.2 : 0;
      milliseconds += 0.01 * entering + 0.0004 * entering * asking + 0.03 * leaving + dropping;
      entering = leaving;
    }
    return milliseconds;
  };
  const fit = fitLatency(passes([8, 24, 60, 128], halved), 4, [], { halving });
  expect(fit.error).toBeLessThan(1e-9);
  expect(isLatencyFit(JSON.parse(JSON.stringify(fit)))).toBe(true);
  expect(isLatencyFit({ ...fit, halving: ['1'] })).toBe(false);
  const latency = createLatencyModel(fit, 4);
  expect(latency.milliseconds(77, { lengths: full })).toBeCloseTo(halved(77, full), 6);
});

test('a decoder takes the time of all tokens, whoever has left, and a file keeps how many layers it has', () => {
  const behind = (tokens: number, config: LengthConfig): number =>
    truth(tokens, config) + 2 * (0.01 * tokens + 0.0004 * tokens ** 2 + 0.03 * tokens);
  const fit = fitLatency(passes([8, 24, 60, 128], behind), 4, [], { decoder: 2 });
  expect(fit.error).toBeLessThan(1e-9);
  expect(isLatencyFit(JSON.parse(JSON.stringify(fit)))).toBe(true);
  expect(isLatencyFit({ ...fit, decoder: '2' })).toBe(false);
  const latency = createLatencyModel(fit, 4);
  for (const config of [full, [0.9, 0.7, 0.3, 0.1]])
    expect(latency.milliseconds(77, { lengths: config })).toBeCloseTo(behind(77, config), 6);
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

describe('with factors', () => {
  /** What a machine takes that waits for weights: half of them are half of that, and every matrix in factors is a product more. */
  const ofRanks = (tokens: number, config: LengthConfig, { attention, feedForward }: Ranks): number => {
    let milliseconds = 0.1;
    let entering = tokens;
    keptTokens(config, tokens).forEach((leaving, layer) => {
      const [a = 1, f = 1] = [attention[layer], feedForward[layer]];
      const products = (a < 1 ? 4 : 0) + (f < 1 ? 2 : 0);
      const through = (a < 1 ? 4 * entering : 0) + (f < 1 ? 2 * leaving : 0);
      milliseconds += 0.5 * (a / 3 + (2 * f) / 3) + 0.01 * products + 0.0005 * through; // read once, whatever the tokens
      milliseconds += 0.01 * entering * a + 0.0004 * entering ** 2 + 0.03 * leaving * f;
      entering = leaving;
    });
    return milliseconds;
  };
  const some: readonly Ranks[] = [uniformRanks(4, 0.5), { attention: [1, 1, 1, 1], feedForward: [0.6, 0.6, 0.6, 0.6] }];
  const ranked = [8, 24, 60, 128].flatMap((tokens) => [
    ...configs.map((config) => ({
      tokens,
      point: { lengths: config },
      milliseconds: ofRanks(tokens, config, uniformRanks(4, 1)),
    })),
    ...some.flatMap((ranks, i) =>
      [configs[i] ?? full, configs[i + 2] ?? full].map((config) => ({
        tokens,
        point: { lengths: config, ranks },
        milliseconds: ofRanks(tokens, config, ranks),
      })),
    ),
  ]);

  test('fits a machine that waits for its weights, and foretells ranks that were not timed', () => {
    const fit = fitLatency(ranked, 4);
    expect(fit.error).toBeLessThan(1e-6);
    const latency = createLatencyModel(fit, 4);
    for (const [tokens, config, ranks] of [
      [12, full, uniformRanks(4, 0.25)],
      [40, [0.9, 0.7, 0.3, 0.1], { attention: [1, 0.5, 0.5, 1], feedForward: [0.8, 0.8, 0.2, 0.2] }],
    ] as const)
      expect(latency.milliseconds(tokens, { lengths: config, ranks })).toBeCloseTo(ofRanks(tokens, config, ranks), 6);
    const again: unknown = JSON.parse(JSON.stringify(fit));
    const point = { lengths: full, ranks: some[0] };
    expect(isLatencyFit(again) && createLatencyModel(again, 4).milliseconds(9, point)).toBe(
      latency.milliseconds(9, point),
    );
    for (const wrong of [{ weights: 1 }, null, { ...fit.factors, factored: -1 }])
      expect(isLatencyFit({ ...fit, factors: wrong })).toBe(false);
    expect(isLatencyFit({ ...fit, ranks: { attention: [0.5], feedForward: [2] } })).toBe(false);
  });

  test('puts points in the order that they take, where shares of the time of tokens alone do not', () => {
    const points = [0.25, 0.5, 0.75].flatMap((share) =>
      [full, [0.8, 0.64, 0.5, 0.4], [0.3, 0.2, 0.1, 0.1]].map((lengths) => ({
        lengths,
        ranks: uniformRanks(4, share),
      })),
    );
    const wrong = (fit: LatencyFit): number => {
      const latency = createLatencyModel(fit, 4);
      const pairs = points.flatMap((a) => points.map((b) => [a, b] as const));
      return pairs.filter(([a, b]) => {
        const [first, second] = [a, b].map(({ lengths, ranks }) => ofRanks(10, lengths, ranks)) as [number, number];
        return first < second && latency.milliseconds(10, a) > latency.milliseconds(10, b);
      }).length;
    };
    const dense = ranked.filter(({ point }) => !('ranks' in point));
    expect(wrong(fitLatency(ranked, 4))).toBe(0);
    expect(fitLatency(dense, 4).factors).toBeUndefined();
    expect(wrong(fitLatency(dense, 4))).toBeGreaterThan(3);
  });

  test('of a model that is made of them, a point that says nothing of ranks has its own', () => {
    const own = uniformRanks(4, 0.5);
    const latency = createLatencyModel(fitLatency(ranked, 4, [], { ranks: own }), 4);
    expect(latency.milliseconds(20, {})).toBe(latency.milliseconds(20, { ranks: own }));
  });
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

test('passes in other bits have a fit of their own, which a file keeps; what was not timed is refused', () => {
  const coefficients = { input: 1, tokens: 0, entering: 0.02, enteringSquared: 0, leaving: 0.03, dropping: 0.1 };
  const own = { coefficients, error: 0.02, heldOut: 4 };
  const eight = { coefficients: { ...coefficients, input: 0.25, leaving: 0.01 }, error: 0.05, heldOut: 4 };
  const fit: LatencyFit = { ...own, bits: 32, otherBits: [{ bits: 8, ...eight }], machine: 'here' };
  const again: unknown = JSON.parse(JSON.stringify(fit));
  if (!isLatencyFit(again)) throw new Error('a calibration that was written is one');
  const latency = createLatencyModel(again, 4);
  for (const [bits, alone] of [
    [32, own],
    [8, eight],
  ] as const)
    expect(latency.milliseconds(20, { bits, lengths: [1, 0.5, 0.5, 0.5] })).toBe(
      createLatencyModel(alone, 4).milliseconds(20, { lengths: [1, 0.5, 0.5, 0.5] }),
    );
  expect(latency.milliseconds(20, {})).toBe(latency.milliseconds(20, { bits: 32 }));
  expect([latency.error, largestError(own)]).toEqual([0.05, 0.02]);
  expect(() => createLatencyModel(own, 4).milliseconds(20, { bits: 8 })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
  const before = latency.milliseconds(20, { bits: 8 });
  for (let i = 0; i < 200; i++) latency.observe(20, { bits: 8 }, 2 * before);
  expect(latency.milliseconds(20, { bits: 8 }) / before).toBeCloseTo(2, 1);
  for (const wrong of [
    { bits: '32' },
    { machine: 1 },
    { otherBits: {} },
    { otherBits: [{ ...eight }] },
    { otherBits: [{ bits: 8 }] },
  ])
    expect(isLatencyFit({ ...fit, ...wrong })).toBe(false);
});
