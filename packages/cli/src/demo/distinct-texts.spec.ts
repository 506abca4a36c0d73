import * as fc from 'fast-check';
import { distinctTexts } from './distinct-texts.js';

const words = fc.array(fc.constantFrom(...'abcdefghijklmnop'.split('').map((letter) => letter.repeat(3))), {
  minLength: 4,
  maxLength: 30,
});

/** Runs of four words that two texts share, as a share of those of the shorter. */
const shared = (one: readonly string[], other: readonly string[]): number => {
  const runs = (list: readonly string[]) => new Set(list.slice(3).map((_, i) => list.slice(i, i + 4).join(' ')));
  const [a, b] = [runs(one), runs(other)];
  return [...a].filter((run) => b.has(run)).length / Math.min(a.size, b.size);
};

test('no two that stay share more than was said, and each that goes does so with one that stays before it', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), fc.constantFrom(0, 0.3, 0.7), (lists, share) => {
      const kept = distinctTexts(
        lists.map((list) => list.join(' ')),
        share,
      );
      expect(kept).toEqual([...kept].sort((a, b) => a - b));
      lists.forEach((list, place) => {
        const before = kept.filter((other) => other < place);
        const isNear = before.some((other) => shared(lists[other] ?? [], list) > share);
        expect(kept.includes(place)).toBe(!isNear);
      });
    }),
  );
});

test('case and signs make no other text; a text without four words is left out', () => {
  expect(
    distinctTexts([
      'Make money fast, at home!',
      'MAKE money -- fast at: HOME',
      'hello there',
      'quite another text here',
    ]),
  ).toEqual([0, 3]);
});
