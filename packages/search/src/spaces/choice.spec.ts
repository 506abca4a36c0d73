import { createRandom } from '../random.js';
import { checkSpaceLaws, countsOf, invalidOption } from '../testing/space-laws.js';
import { choice, type Choosable } from './choice.js';

describe('choice', () => {
  it.each<{ readonly values: readonly Choosable[] }>([
    { values: ['relu', 'gelu', 'silu'] },
    { values: [false, true, null, 0, '0'] },
    { values: [[1, 2], [2, 1], { kind: 'skip' }] },
    { values: ['only'] },
  ])('keeps the laws of spaces for $values', ({ values }) => {
    checkSpaceLaws(choice(values), (value) => values.includes(value));
  });

  it('samples evenly, inherits from either parent, and mutates to any other value', () => {
    const random = createRandom(1);
    const space = choice(['a', 'b', 'c']);
    for (const count of countsOf(Array.from({ length: 6_000 }, () => space.initial(random, 0))).values()) {
      expect(count / 6_000).toBeCloseTo(1 / 3, 1.5);
    }
    const children = countsOf(Array.from({ length: 100 }, () => space.crossover('a', 'c', random).join()));
    expect([...children.keys()].sort()).toEqual(['a,c', 'c,a']);
    const mutants = countsOf(Array.from({ length: 4_000 }, () => space.mutate('b', random)));
    expect([...mutants.keys()].sort()).toEqual(['a', 'c']);
    expect((mutants.get('a') ?? 0) / 4_000).toBeCloseTo(0.5, 1.5);
  });

  it('hands out the values themselves, also for equal ones', () => {
    const dense = { kind: 'dense' };
    const skip = { kind: 'skip' };
    const space = choice([dense, skip]);
    expect(space.repair?.({ kind: 'dense' })).toBe(dense);
    expect(space.mutate({ kind: 'dense' }, createRandom(1))).toBe(skip);
    expect(space.key?.({ kind: 'skip' })).toBe(space.key?.(skip));
  });

  it('does not follow a list that is changed later', () => {
    const values = ['a', 'b'];
    const space = choice(values);
    values.length = 0;
    expect(space.mutate('a', createRandom(1))).toBe('b');
  });

  it('refuses what cannot be chosen from', () => {
    expect(() => choice([])).toThrow(invalidOption('at least one value'));
    expect(() => choice('ab' as unknown as string[])).toThrow(invalidOption('choice got "ab"'));
    expect(() => choice([1, 2, 1])).toThrow(invalidOption('choices 0 and 2 are both 1'));
    expect(() => choice([1, NaN])).toThrow(invalidOption('choice 1 is NaN'));
    expect(() => choice([(): number => 1])).toThrow(invalidOption('JSON can hold'));
    expect(() => choice([1, 2]).repair?.(3 as 1)).toThrow(invalidOption('a gene is 3: expected one of [1,2]'));
  });
});
