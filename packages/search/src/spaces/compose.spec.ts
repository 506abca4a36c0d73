import { createRandom, type Random } from '../random.js';
import type { Space } from '../space.js';
import { checkSpaceLaws, countsOf, invalidOption } from '../testing/space-laws.js';
import { choice } from './choice.js';
import { integer } from './integer.js';
import { permutation } from './permutation.js';
import { real } from './real.js';
import { record } from './record.js';
import { tuple } from './tuple.js';
import { vector } from './vector.js';

const unit = real({ lower: 0, upper: 1 });
const layer = record({ width: integer({ lower: 1, upper: 8 }), activation: choice(['relu', 'gelu']) });
const network = record({
  rate: unit,
  layers: vector(layer, 3),
  order: permutation(4),
  point: tuple(unit, choice([true, false])),
});

describe('spaces of spaces', () => {
  it('keep the laws of spaces', () => {
    checkSpaceLaws(network, ({ rate, layers, order, point }) => {
      const inner = layers.every(
        ({ width, activation }) => width >= 1 && width <= 8 && ['relu', 'gelu'].includes(activation),
      );
      return rate >= 0 && rate <= 1 && layers.length === 3 && inner && new Set(order).size === 4 && point.length === 2;
    });
    checkSpaceLaws(vector(integer({ lower: 0, upper: 1 }), 6), (genome) => genome.length === 6);
    checkSpaceLaws(tuple(unit, layer), ([x]) => x >= 0 && x <= 1);
  });

  it('cross gene by gene, and what one child takes of the first parent the other takes of the second', () => {
    const space = record({ a: choice([0, 1]), b: vector(choice([0, 1]), 2) });
    const random = createRandom(1);
    const pairs = Array.from({ length: 8_000 }, () =>
      space.crossover({ a: 0, b: [0, 0] }, { a: 1, b: [1, 1] }, random),
    );
    for (const [first, second] of pairs) {
      expect([first?.a, ...(first?.b ?? [])].map((gene) => 1 - (gene ?? NaN))).toEqual([
        second?.a,
        ...(second?.b ?? []),
      ]);
    }
    const counts = countsOf(pairs.map(([first]) => JSON.stringify(first)));
    expect(counts.size).toBe(8); // as in a flat vector of three: every pattern, equally often
    for (const count of counts.values()) expect(count / 8_000).toBeCloseTo(1 / 8, 1.5);
  });

  it('give a gene with one child to every child', () => {
    const mean: Space<number> = { ...unit, crossover: (a, b) => [(a + b) / 2] };
    expect(tuple(mean, choice(['x', 'y'])).crossover([0, 'x'], [1, 'x'], createRandom(1))).toEqual([
      [0.5, 'x'],
      [0.5, 'x'],
    ]);
    expect(tuple(mean, mean).crossover([0, 1], [1, 1], createRandom(1))).toEqual([[0.5, 1]]);
  });

  it('mutate each gene with probability 1/n and at least one', () => {
    const space = vector(integer({ lower: 0, upper: 9 }), 4);
    const random = createRandom(2);
    const changes = Array.from(
      { length: 8_000 },
      () => space.mutate([5, 5, 5, 5], random).filter((gene) => gene !== 5).length,
    );
    expect(Math.min(...changes)).toBe(1);
    expect(changes.reduce((sum, count) => sum + count, 0) / 8_000).toBeCloseTo(1 + 0.75 ** 4, 1.5);
  });

  it('repair what their spaces repair, and keep a genome that is legal', () => {
    const layers = [1, 2, 3].map((width) => ({ width, activation: 'relu' as const }));
    const whole = { rate: 0.5, layers, order: [3, 2, 1, 0], point: [0.1, true] as const };
    expect(network.repair?.(whole)).toBe(whole);
    const repaired = network.repair?.({ ...whole, rate: 7, order: [0, 0, 1, 2] });
    expect(repaired).toEqual({ ...whole, rate: 1, order: [0, 3, 1, 2] });
    expect(repaired?.layers).toBe(whole.layers);
    expect(() => network.repair?.({ ...whole, layers: [] })).toThrow(invalidOption('0 genes: expected an array of 3'));
    expect(() => network.repair?.({} as typeof whole)).toThrow(invalidOption('a gene is undefined'));
    expect(() => tuple(unit).repair?.([] as unknown as [number])).toThrow(invalidOption('expected an array of 1'));
  });

  it('have keys that no cut between genes can confuse, and that do not hang on the order of names', () => {
    const text: Space<string> = { initial: () => '', crossover: (a) => [a], mutate: (a) => a, key: (a) => a };
    const { key } = tuple(text, text);
    const genomes = [
      ['', '1:a'],
      ['1:a', ''],
      ['a', '1:'],
      ['a1:', ''],
    ] as const;
    expect(new Set(genomes.map((genome) => key?.(genome))).size).toBe(4);
    const point = record({ x: unit, y: unit });
    expect(point.key?.({ y: 1, x: 0 })).toBe(point.key?.({ x: 0, y: 1 }));
    expect(point.key?.({ y: 0, x: 1 })).not.toBe(point.key?.({ x: 0, y: 1 }));
  });

  it('take custom spaces without repair and key', () => {
    const custom: Space<{ readonly deep: number }> = {
      initial: (random: Random) => ({ deep: random.integer(0, 9) }),
      crossover: (a, b) => [a, b],
      mutate: ({ deep }) => ({ deep: (deep + 1) % 10 }),
    };
    checkSpaceLaws(vector(custom, 2), (genome) => genome.length === 2);
  });

  it('hand the number of the sample on to their spaces', () => {
    const counting: Space<number> = { ...unit, initial: (_, index) => index };
    expect(record({ a: counting, b: tuple(counting) }).initial(createRandom(1), 7)).toEqual({ a: 7, b: [7] });
  });

  it('take operators of your own', () => {
    const own = { crossover: <Genome>(a: Genome, b: Genome) => [b, a], mutate: <Genome>(genome: Genome) => genome };
    expect(vector(unit, 1, own).crossover([0], [1], createRandom(1))).toEqual([[1], [0]]);
    expect(record({ x: unit }, own).mutate({ x: 0.5 }, createRandom(1))).toEqual({ x: 0.5 });
    expect(choice(['a', 'b'], own).mutate('a', createRandom(1))).toBe('a');
    expect(permutation(2, own).mutate([0, 1], createRandom(1))).toEqual([0, 1]);
    expect(integer({ lower: 0, upper: 1, ...own }).mutate(0, createRandom(1))).toBe(0);
    expect(real({ lower: 0, upper: 1, ...own }).crossover(0, 1, createRandom(1))).toEqual([1, 0]);
  });

  it('refuse what is no space, or none', () => {
    expect(() => tuple()).toThrow(invalidOption('a space of no spaces'));
    expect(() => record({})).toThrow(invalidOption('a space of no spaces'));
    expect(() => vector(unit, 0)).toThrow(invalidOption('length is 0'));
    const wrong = { lower: 0, upper: 1 } as unknown as Space<number>;
    expect(() => record({ x: wrong })).toThrow(invalidOption('x is {"lower":0,"upper":1}: expected a space'));
    expect(() => tuple(unit, wrong)).toThrow(invalidOption('space 1 of a tuple'));
    expect(() => vector(undefined as unknown as Space<number>, 2)).toThrow(
      invalidOption('the space of a vector is undefined'),
    );
  });
});
