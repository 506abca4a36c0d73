import fc from 'fast-check';
import { drawLayers, drawSandwich, randomLengths, smallestLengths } from './length-drop.js';
import { createRandom } from './random.js';

test('the smallest chain is the published one', () => {
  expect(smallestLengths(12, 384)).toEqual([308, 247, 198, 159, 128, 103, 83, 67, 54, 44, 36, 29]);
  expect(smallestLengths(12, 128)).toEqual([103, 83, 67, 54, 44, 36, 29, 24, 20, 16, 13, 11]);
});

test('random chains stay between the smallest next length and the one before', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 2, max: 384 }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      (seed, length, bound) => {
        const lengths = randomLengths(6, length, createRandom(seed), { dropRatioBound: bound });
        lengths.forEach((next, layer) => {
          const before = lengths[layer - 1] ?? length;
          expect(next).toBeLessThanOrEqual(before);
          expect(next).toBeGreaterThanOrEqual(Math.max(2, Math.ceil(before * (1 - bound) - 1e-9)));
        });
      },
    ),
  );
});

test('random chains reach both ends of every step, evenly', () => {
  const counts = new Map<number, number>();
  const random = createRandom(7);
  for (let i = 0; i < 5000; i++) {
    const [first = 0] = randomLengths(1, 10, random, { dropRatioBound: 0.4 });
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual([6, 7, 8, 9, 10]);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('a sandwich holds the full length, the smallest chain and the random ones', () => {
  const { full, reduced } = drawSandwich({ layers: 12, randomSubModels: 3 }, createRandom(1));
  expect(full).toEqual({});
  expect(reduced).toHaveLength(4);
  expect(reduced[0]?.config?.[11]).toBeCloseTo(11 / 128);
});

test('the same seed draws the same sandwich, another seed another', () => {
  const draw = (seed: number) => drawSandwich({ layers: 6, layerDrop: 0.2 }, createRandom(seed));
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
});

test('a layer that does not run repeats the length; one that does drops no more than its bound', () => {
  expect(smallestLengths(4, 100, { executed: [1, 3] })).toEqual([100, 80, 80, 64]);
  for (let seed = 0; seed < 100; seed++) {
    for (const { config = [], layers = [] } of drawSandwich({ layers: 12, layerDrop: 0.3 }, createRandom(seed))
      .reduced) {
      config.forEach((ratio, layer) => {
        const before = Math.round((config[layer - 1] ?? 1) * 128);
        const after = Math.round(ratio * 128);
        expect(after).toBeGreaterThanOrEqual(
          layers.includes(layer) ? Math.max(2, Math.ceil(before * 0.8 - 1e-9)) : before,
        );
      });
    }
  }
});

test('LayerDrop keeps layers by its probability, and never none', () => {
  const random = createRandom(11);
  let kept = 0;
  for (let i = 0; i < 2000; i++) {
    const layers = drawLayers(6, 0.2, random);
    expect(layers.length).toBeGreaterThan(0);
    kept += layers.length;
  }
  expect(kept / 12000).toBeCloseTo(0.8, 1);
  expect(drawLayers(4, 0.999999, createRandom(5))).toHaveLength(1);
});

test('shares outside [0, 1) are refused', () => {
  expect(() => drawSandwich({ layers: 2, dropRatioBound: 1 }, createRandom(1))).toThrow(/dropRatioBound is 1/);
  expect(() => drawSandwich({ layers: 2, layerDrop: -0.1 }, createRandom(1))).toThrow(/layerDrop is -0.1/);
});
