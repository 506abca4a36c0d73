import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../examples/tiny-encoder.js';
import type { CostOptions, EncoderShape } from './cost.js';
import {
  classificationHeadCost,
  cost,
  costParts,
  pointCost,
  relativeCost,
  relativePointCost,
  relativePointCosts,
} from './cost.js';
import { encode } from './encode.js';
import { atRanks } from './encoder/factors.js';
import { runEncoder } from './encoder/run-encoder.js';
import type { EncoderWeights } from './encoder/weights.js';
import { fullLength, keptTokens } from './length-config.js';
import type { CountedMacs, CountingEngine } from './testing/counting-ops.js';
import { countingOps, encoderShapes } from './testing/counting-ops.js';
import { exactFactors, sliceTensors } from './testing/exact-factors.js';
import { profiledMacs } from './testing/profiled-macs.js';
import { uniformRanks } from './ranks.js';

const miniLm = { layers: 6, hiddenSize: 384, intermediateSize: 1536 };

/** Runs the encoder on an engine that only counts. */
const countedRun = (
  shape: EncoderShape,
  config: readonly number[],
  length: number,
  { wanted = 'all', layers = config.map((_, layer) => layer), minTokens = 2, ranks }: CostOptions,
): CountedMacs => {
  const { ops, counted } = countingOps(length);
  const kept = keptTokens(config, length, { minTokens, halving: shape.halving, running: layers });
  runEncoder<CountingEngine>(ops, encoderShapes(shape, 1, ranks), {
    wanted,
    layers,
    steps: layers.map((layer) => kept[layer] as number),
    score: () => undefined,
    priorLayers: 0,
  });
  return counted();
};

const wanteds = fc.constantFrom('first' as const, 'all' as const, 'survivors' as const);
const ratios = (layers: number) =>
  fc
    .array(fc.oneof(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.constant(1)), {
      minLength: layers,
      maxLength: layers,
    })
    .map((config) => config.sort((a, b) => b - a));
/** Shares of break-even ranks, whole matrices among them. */
const rankShares = (layers: number) => {
  const shares = fc.array(fc.oneof(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.constant(1)), {
    minLength: layers,
    maxLength: layers,
  });
  return fc.option(fc.record({ attention: shares, feedForward: shares }), { nil: undefined });
};
/** Some of the layers of a model, ascending. */
const running = (layers: number) =>
  fc.subarray(
    Array.from({ length: layers }, (_, layer) => layer),
    { minLength: 1 },
  );

test('it is what the encoder multiplies, whatever its shape, the input, the configuration, the ranks, the layers that run and what is wanted', () => {
  const size = fc.integer({ min: 1, max: 12 });
  const models = fc.record({
    layers: fc.integer({ min: 1, max: 5 }),
    hiddenSize: size,
    intermediateSize: size,
    feedForwards: fc.integer({ min: 1, max: 3 }),
    bottleneck: fc.option(fc.record({ size, shared: fc.boolean() }), { nil: undefined }),
    wordInputs: fc.option(
      size.map((width) => 3 * width),
      { nil: undefined },
    ),
  });
  /** Layers of a decoder, and those before it that halve. */
  const withDecoder = models
    .filter(({ bottleneck, feedForwards }) => !bottleneck && feedForwards === 1)
    .chain((shape) =>
      fc
        .record({
          decoder: fc.integer({ min: 1, max: 2 }),
          halving: fc.subarray(Array.from({ length: shape.layers - 1 }, (_, layer) => layer + 1)),
        })
        .map((more): EncoderShape => ({ ...shape, ...more })),
    );
  const cases = fc.oneof<fc.Arbitrary<EncoderShape>[]>(models, withDecoder).chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      config: ratios(shape.layers),
      length: fc.integer({ min: 1, max: 60 }),
      options: fc.record({
        wanted: wanteds,
        layers: running(shape.layers),
        minTokens: fc.integer({ min: 1, max: 9 }),
        ranks: rankShares(shape.layers),
      }),
    }),
  );
  fc.assert(
    fc.property(cases, ({ shape, config, length, options }) => {
      const { dense, attend, norm } = countedRun(shape, config, length, options);
      const { projections, attention, feedForward, layerNorm } = costParts(shape, config, length, options);
      expect({ dense: projections + feedForward, attend: attention, norm: layerNorm }).toEqual({ dense, attend, norm });
      expect(cost(shape, config, length, options)).toBe(dense + attend + norm);
    }),
    { numRuns: 500 },
  );
});

test('the matrix products that TensorFlow.js runs are those that it prices', async () => {
  await tf.setBackend('cpu');
  tf.env().set('IS_TEST', true);
  const weights = tinyEncoder();
  const factors = exactFactors(weights);
  const shape = { layers: 3, hiddenSize: 16, intermediateSize: 32 };
  const cases = fc.record({
    config: ratios(3),
    length: fc.integer({ min: 1, max: 24 }),
    wanted: wanteds,
    layers: running(3),
    minTokens: fc.integer({ min: 1, max: 4 }),
    ranks: rankShares(3),
  });
  const property = fc.asyncProperty(cases, async ({ config, length, ranks, ...options }) => {
    const run = await profiledMacs(() => {
      const own = ranks ? atRanks(weights, factors, ranks, sliceTensors) : weights;
      return encode(own as EncoderWeights, [{ ids: new Int32Array(length) }], { config, ...options }).hidden;
    });
    const { projections, attention, feedForward } = costParts(shape, config, length, { ...options, ranks });
    expect(run).toBe(projections + attention + feedForward);
  });
  await fc.assert(property, { numRuns: 40 });
});

test('where the first token alone is wanted, the last layer costs the same at every configuration with the layers before it', () => {
  const first = { wanted: 'first' } as const;
  expect(cost(miniLm, [1, 0.8, 0.6, 0.5, 0.4, 0.4], 90, first)).toBe(
    cost(miniLm, [1, 0.8, 0.6, 0.5, 0.4, 0.01], 90, first),
  );
  expect(cost(miniLm, [1, 0.8, 0.6, 0.5, 0.4, 0.4], 90)).toBeGreaterThan(
    cost(miniLm, [1, 0.8, 0.6, 0.5, 0.4, 0.01], 90),
  );
  expect(cost(miniLm, fullLength(6), 90, { wanted: 'survivors' })).toBe(cost(miniLm, fullLength(6), 90));
});

test('layers that do not run cost nothing, and drop nothing', () => {
  const config = [0.5, 0.4, 0.3];
  const shape = { ...miniLm, layers: 3 };
  const two = { ...miniLm, layers: 2 };
  expect(cost(shape, config, 40, { layers: [0, 2] })).toBe(cost(two, [0.5, 0.3], 40));
  expect(cost(shape, config, 40, { layers: [1, 2], wanted: 'first' })).toBe(
    cost(two, [0.4, 0.3], 40, { wanted: 'first' }),
  );
  expect(relativeCost(shape, fullLength(3), [40], { layers: [0, 1] })).toBeCloseTo(2 / 3, 3); // of the model whose layers all run
  expect(() => cost(shape, config, 40, { layers: [2, 0] })).toThrow(/layers is \[2, 0\]; expected ascending/);
});

test('a point costs what the layers that it runs cost', () => {
  const shape = { ...miniLm, layers: 3 };
  const two = { ...miniLm, layers: 2 };
  const point = { lengths: [0.5, 0.4, 0.3], skip: [1] };
  for (const wanted of ['first', 'all'] as const) {
    expect(pointCost(shape, point, 40, { wanted })).toBe(cost(two, [0.5, 0.3], 40, { wanted }));
    expect(relativePointCost(shape, point, [40, 12], { wanted })).toBe(
      (cost(two, [0.5, 0.3], 40, { wanted }) + cost(two, [0.5, 0.3], 12, { wanted })) /
        (cost(shape, [1, 1, 1], 40, { wanted }) + cost(shape, [1, 1, 1], 12, { wanted })),
    );
  }
  const shares = relativePointCosts(shape, [40, 12, 40]);
  expect(shares(point)).toBe(relativePointCost(shape, point, [40, 40, 12]));
  expect(shares(point)).toBe(relativeCost(shape, point.lengths, [40, 12, 40], { layers: [0, 2] }));
  expect(shares({ lengths: fullLength(3) })).toBe(1);
  expect(() => relativePointCosts(shape, [])).toThrow(/no input lengths/);
  expect(pointCost(shape, { lengths: [0.5, 0.4, 0.3], skip: [] }, 40)).toBe(cost(shape, [0.5, 0.4, 0.3], 40));
});

test('the relative cost of inputs is the ratio of their sums, not the mean of their ratios', () => {
  const config = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
  const lengths = [10, 10, 300];
  const sum = (c: readonly number[]) => lengths.reduce((total, length) => total + cost(miniLm, c, length), 0);
  expect(relativeCost(miniLm, config, lengths)).toBeCloseTo(sum(config) / sum(fullLength(6)), 12);
  expect(relativeCost(miniLm, fullLength(6), lengths)).toBe(1);
});

test('a configuration of another depth, or no lengths at all, are refused', () => {
  expect(() => cost(miniLm, [0.5], 10)).toThrow(/1 entries for a model of 6 layers/);
  expect(() => relativeCost(miniLm, fullLength(6), [])).toThrow(/no input lengths/);
});

test('heads count', () => {
  expect(
    cost(miniLm, fullLength(6), 16, { head: classificationHeadCost(384, 2) }) - cost(miniLm, fullLength(6), 16),
  ).toBe(384 * 384 + 768);
});

test('ranks halve the projections and the feed-forward blocks exactly where their rank is whole', () => {
  const shape = { layers: 2, hiddenSize: 768, intermediateSize: 768 };
  const dense = costParts(shape, fullLength(2), 20);
  const half = costParts(shape, fullLength(2), 20, { ranks: uniformRanks(2, 0.5) });
  expect(half).toEqual({ ...dense, projections: dense.projections / 2, feedForward: dense.feedForward / 2 });
  expect(costParts(shape, fullLength(2), 20, { ranks: uniformRanks(2, 1) })).toEqual(dense);
});

test('a model that is stored in factors is full at its own ranks', () => {
  const shape = { ...miniLm, ranks: uniformRanks(6, 0.5) };
  expect(cost(shape, fullLength(6), 30)).toBe(cost(miniLm, fullLength(6), 30, { ranks: uniformRanks(6, 0.5) }));
  expect(relativeCost(shape, fullLength(6), [30])).toBe(1);
  expect(relativeCost(shape, fullLength(6), [30], { ranks: uniformRanks(6, 0.25) })).toBeCloseTo(0.5, 1);
  expect(pointCost(shape, { ranks: uniformRanks(6, 1) }, 30)).toBe(cost(miniLm, fullLength(6), 30));
});

test('ranks of another depth are refused', () => {
  expect(() => cost(miniLm, fullLength(6), 10, { ranks: uniformRanks(3, 0.5) })).toThrow(
    /"attention" has 3 entries for a model of 6 layers/,
  );
});
