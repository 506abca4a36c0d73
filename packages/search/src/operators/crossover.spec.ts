import fc from 'fast-check';
import { createRandom } from '../random.js';
import { countsOf, invalidOption, seeds } from '../testing/space-laws.js';
import { orderCrossover } from './order-crossover.js';
import { pointCrossover } from './point-crossover.js';
import { uniformCrossover } from './uniform-crossover.js';

const mothers = (length: number): string[] => Array.from({ length }, (_, i) => `a${i}`);
const fathers = (length: number): string[] => Array.from({ length }, (_, i) => `b${i}`);
const cutsOf = (child: readonly string[]): number =>
  child.filter((gene, i) => i > 0 && gene[0] !== child[i - 1]?.[0]).length;

describe.each([
  { name: 'uniform', cross: uniformCrossover() },
  { name: 'one-point', cross: pointCrossover() },
  { name: 'two-point', cross: pointCrossover({ points: 2 }) },
  { name: '9-point', cross: pointCrossover({ points: 9 }) },
])('$name crossover', ({ cross }) => {
  it('gives each place to one child from one parent and to the other from the other', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 20 }), (seed, length) => {
        const [a, b] = [mothers(length), fathers(length)];
        const [first, second] = cross(a, b, createRandom(seed));
        expect(first.map((gene, i) => [gene, second[i]].sort())).toEqual(a.map((gene, i) => [gene, b[i]]));
        expect([a, b]).toEqual([mothers(length), fathers(length)]);
        expect(cross(a, b, createRandom(seed))).toEqual([first, second]);
      }),
    );
  });
});

describe('uniform crossover', () => {
  it.each([0, 0.2, 0.5, 1])('takes a share of %d from the second parent', (probability) => {
    const [child] = uniformCrossover({ probability })(mothers(20_000), fathers(20_000), createRandom(1));
    expect(child.filter((gene) => gene.startsWith('b')).length / 20_000).toBeCloseTo(probability, 1.7);
  });

  it('refuses what is no probability', () => {
    expect(() => uniformCrossover({ probability: -1 })).toThrow(invalidOption('probability is -1'));
  });
});

describe('point crossover', () => {
  it.each([1, 2, 5])('cuts %i times, anywhere, equally often', (points) => {
    const random = createRandom(6);
    const children = Array.from({ length: 6_000 }, () => pointCrossover({ points })(mothers(7), fathers(7), random)[0]);
    expect(new Set(children.map(cutsOf))).toEqual(new Set([points]));
    const places = countsOf(
      children.flatMap((child) => [1, 2, 3, 4, 5, 6].filter((i) => child[i]?.[0] !== child[i - 1]?.[0])),
    );
    for (let i = 1; i < 7; i += 1) expect((places.get(i) ?? 0) / 6_000).toBeCloseTo(points / 6, 1.2);
  });

  it('makes do with fewer cuts in a short array', () => {
    expect(pointCrossover({ points: 4 })(['a', 'a', 'a'], ['b', 'b', 'b'], createRandom(1))).toEqual([
      ['a', 'b', 'a'],
      ['b', 'a', 'b'],
    ]);
  });

  it.each([0, 1.5, NaN])('refuses %d points', (points) => {
    expect(() => pointCrossover({ points })).toThrow(invalidOption('expected an integer >= 1'));
  });
});

describe('order crossover', () => {
  const permutations = fc.integer({ min: 0, max: 9 }).chain((length) => {
    const order = fc.shuffledSubarray([...'abcdefghi'].slice(0, length), { minLength: length });
    return fc.tuple(order, order);
  });

  it('makes permutations of permutations', () => {
    fc.assert(
      fc.property(seeds, permutations, (seed, [a, b]) => {
        const before = [a.slice(), b.slice()];
        const children = orderCrossover()(a, b, createRandom(seed));
        for (const child of children) expect(child.slice().sort()).toEqual(a.slice().sort());
        expect([a, b]).toEqual(before);
        expect(orderCrossover()(a, b, createRandom(seed))).toEqual(children);
        expect(orderCrossover()(a, a, createRandom(seed))).toEqual([a, a]);
      }),
    );
  });

  it('keeps a stretch and fills the rest from its end on, in the order of the other parent', () => {
    const a = [...'abcdefgh'];
    const b = [...'hgfedcba'];
    const random = createRandom(8);
    const again = createRandom(8);
    for (let run = 0; run < 50; run += 1) {
      const [child] = orderCrossover()(a, b, random);
      const cuts = [again.integer(0, 7), again.integer(0, 7)].sort((x, y) => x - y);
      const [start = 0, last = 0] = cuts;
      expect(child.slice(start, last + 1)).toEqual(a.slice(start, last + 1));
      const round = <Gene>(genes: readonly Gene[]): Gene[] => [...genes.slice(last + 1), ...genes.slice(0, last + 1)];
      const rest = round(b).filter((gene) => !a.slice(start, last + 1).includes(gene));
      expect(round(child).slice(0, rest.length)).toEqual(rest);
    }
  });
});
