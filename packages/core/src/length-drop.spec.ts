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

test('a ladder: the rung that keeps the least in every step, and others by chance, each as often', () => {
  const ladder = [
    [0.9, 0.8, 0.7],
    [0.6, 0.3, 0.1],
    [0.8, 0.6, 0.4],
    [1, 1, 0.2],
  ];
  const drawn = new Map(ladder.map((config) => [config, 0]));
  for (let seed = 0; seed < 300; seed++) {
    const { full, reduced } = drawSandwich({ layers: 3, ladder, randomSubModels: 2 }, createRandom(seed));
    expect(full).toEqual({});
    expect(reduced).toHaveLength(3);
    expect(reduced[0]).toEqual({ config: ladder[1] });
    expect(new Set(reduced.map(({ config }) => config)).size).toBe(3);
    for (const { config } of reduced)
      if (config) drawn.set(config as number[], (drawn.get(config as number[]) ?? Number.NaN) + 1);
  }
  expect(drawn.get(ladder[1] as number[])).toBe(300);
  for (const rung of [0, 2, 3].map((i) => ladder[i] as number[])) {
    expect(drawn.get(rung)).toBeGreaterThan(160); // of 200 on average
    expect(drawn.get(rung)).toBeLessThan(240);
  }
});

test('a ladder of one rung has one sub-model a step; of none, or of other layers, it is refused', () => {
  const draw = (ladder: number[][]) => drawSandwich({ layers: 2, ladder, layerDrop: 0.5 }, createRandom(1));
  const [only, ...others] = draw([[0.5, 0.4]]).reduced;
  expect(others).toEqual([]);
  expect(only?.config).toEqual([0.5, 0.4]);
  expect(only?.layers?.length).toBeGreaterThan(0);
  expect(() => draw([])).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  expect(() => draw([[0.5, 0.4, 0.3]])).toThrow(expect.objectContaining({ code: 'LENGTH_CONFIG_INVALID' }));
});
