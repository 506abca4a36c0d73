import fc from 'fast-check';
import { createRandom } from '../random.js';
import { invalidOption, seeds } from '../testing/space-laws.js';
import { differential } from './differential.js';
import { edgeRecombination } from './edge-recombination.js';
import { inversion } from './inversion.js';
import { parentCentric } from './parent-centric.js';

const orders = fc.integer({ min: 0, max: 9 }).chain((length) => {
  const order = fc.shuffledSubarray([...'abcdefghi'].slice(0, length), { minLength: length });
  return fc.tuple(order, order);
});

/** The edges of a ring. */
const edgesOf = (order: readonly string[]): string[] =>
  order.map((gene, i) => [gene, order[(i + 1) % order.length] ?? ''].sort().join(''));

describe('edge recombination', () => {
  it('makes permutations of permutations, the same for the same seed, and changes no parent', () => {
    fc.assert(
      fc.property(seeds, orders, (seed, [a, b]) => {
        const before = [a.slice(), b.slice()];
        const children = edgeRecombination()(a, b, createRandom(seed));
        for (const child of children) expect(child.slice().sort()).toEqual(a.slice().sort());
        expect([a, b]).toEqual(before);
        expect(edgeRecombination()(a, b, createRandom(seed))).toEqual(children);
      }),
    );
  });

  it('has no edge that no parent has, but where it is at a dead end', () => {
    fc.assert(
      fc.property(seeds, orders, (seed, [a, b]) => {
        const known = new Set([...edgesOf(a), ...edgesOf(b)]);
        for (const child of edgeRecombination()(a, b, createRandom(seed))) {
          // A step over no edge of a parent is taken only from where all neighbours are in the child already.
          child.slice(1).forEach((gene, i) => {
            const from = child[i] ?? '';
            if (known.has([from, gene].sort().join(''))) return;
            const open = a.filter(
              (other) => known.has([from, other].sort().join('')) && !child.slice(0, i + 1).includes(other),
            );
            expect(open).toEqual([]);
          });
        }
      }),
    );
  });

  it('gives a parent back, in one of its two directions, where both are one', () => {
    fc.assert(
      fc.property(seeds, orders, (seed, [a]) => {
        fc.pre(a.length > 2);
        for (const child of edgeRecombination()(a, a, createRandom(seed)))
          expect(edgesOf(child).sort()).toEqual(edgesOf(a).sort());
      }),
    );
  });
});

describe('inversion', () => {
  it('turns one stretch of two genes or more round', () => {
    fc.assert(
      fc.property(seeds, orders, (seed, [a]) => {
        fc.pre(a.length > 1);
        const turned = a.flatMap((_, start) =>
          a.slice(start + 1).map((_unused, more) => {
            const end = start + more + 2;
            return [...a.slice(0, start), ...a.slice(start, end).reverse(), ...a.slice(end)].join('');
          }),
        );
        expect(turned).toContain(inversion()(a, createRandom(seed)).join(''));
      }),
    );
    expect(inversion()(['a'], createRandom(1))).toEqual(['a']);
    expect(inversion()([], createRandom(1))).toEqual([]);
  });
});

const vectors = (length: number) =>
  fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: length, maxLength: length }), {
    minLength: 3,
    maxLength: 3,
  });

describe('differential evolution', () => {
  it('adds the weighted difference of two parents to a third, within the box', () => {
    fc.assert(
      fc.property(seeds, vectors(4), fc.double({ min: 0.1, max: 1, noNaN: true }), (seed, parents, weight) => {
        const { combine } = differential({ weight });
        const [child = []] = combine(parents, createRandom(seed));
        const [a = [], b = [], c = []] = parents;
        child.forEach((gene, i) => {
          const naive = (a[i] ?? 0) + weight * ((b[i] ?? 0) - (c[i] ?? 0));
          if (naive >= 0 && naive <= 1) return expect(gene).toBe(naive);
          expect(gene).toBeGreaterThanOrEqual(naive < 0 ? 0 : (a[i] ?? 0));
          expect(gene).toBeLessThanOrEqual(naive < 0 ? (a[i] ?? 0) : 1);
        });
        expect(combine(parents, createRandom(seed))).toEqual([child]);
      }),
    );
  });

  it('puts genes that would leave the box at its border, if told to', () => {
    fc.assert(
      fc.property(seeds, vectors(4), (seed, parents) => {
        const [child = []] = differential({ weight: 1, outside: 'at' }).combine(parents, createRandom(seed));
        const [a = [], b = [], c = []] = parents;
        child.forEach((gene, i) =>
          expect(gene).toBe(Math.min(1, Math.max(0, (a[i] ?? 0) + ((b[i] ?? 0) - (c[i] ?? 0))))),
        );
      }),
    );
    expect(() => differential({ outside: 'in' as 'at' })).toThrow(invalidOption(''));
  });

  it('changes each gene with the rate, and one at least', () => {
    const random = createRandom(2);
    const { combine } = differential({ rate: 0.25, lower: -9, upper: 9 });
    const changed = Array.from({ length: 4_000 }, () => {
      const [child = []] = combine(
        [
          [0, 0, 0, 0],
          [1, 1, 1, 1],
          [0, 0, 0, 0],
        ],
        random,
      );
      return child.filter((gene) => gene !== 0).length;
    });
    expect(Math.min(...changed)).toBe(1);
    expect(changed.reduce((sum, count) => sum + count, 0) / 4_000).toBeCloseTo(1 + 3 * 0.25, 1);
  });

  it.each([{ weight: 0 }, { weight: NaN }, { rate: 2 }, { lower: 2, upper: 1 }])('refuses %j', (options) => {
    expect(() => differential(options)).toThrow(invalidOption(''));
  });
});

describe('parent-centric crossover', () => {
  const family = [
    [0.6, 0.5, 0.5],
    [0.4, 0.6, 0.5],
    [0.4, 0.4, 0.5],
  ];

  it('spreads children around the first parent, along and across the line from the mean as told', () => {
    const random = createRandom(4);
    const { combine } = parentCentric({ along: 0.2, across: 0.1 });
    const children = Array.from({ length: 20_000 }, () => combine(family, random)[0] ?? []);
    const deviation = (i: number): number =>
      Math.sqrt(children.reduce((sum, child) => sum + ((child[i] ?? 0) - (family[0]?.[i] ?? 0)) ** 2, 0) / 20_000);
    // The mean is (7/15, 1/2, 1/2): the line lies along the first axis, 2/15 long, and the others are 0.1 away from it.
    expect(deviation(0)).toBeCloseTo(0.2 * (2 / 15), 3);
    expect(deviation(1)).toBeCloseTo(0.1 * 0.1, 3);
    expect(deviation(2)).toBeCloseTo(0.1 * 0.1, 3);
  });

  it('stays in the box, and gives the same for the same seed', () => {
    fc.assert(
      fc.property(seeds, vectors(3), (seed, parents) => {
        const { combine } = parentCentric({ along: 3, across: 3 });
        const [child = []] = combine(parents, createRandom(seed));
        expect(child.every((gene) => gene >= 0 && gene <= 1)).toBe(true);
        expect(combine(parents, createRandom(seed))).toEqual([child]);
      }),
    );
  });

  it.each([{ parents: 2 }, { along: -1 }, { across: Infinity }])('refuses %j', (options) => {
    expect(() => parentCentric(options)).toThrow(invalidOption(''));
  });
});
