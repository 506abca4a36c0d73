import fc from 'fast-check';
import { longestFirst } from './truncation.js';

/** The definition, one token at a time: the longer gives way; of two equally long, the one that was shorter before. */
const oneByOne = (first: number, second: number, room: number): readonly [number, number] => {
  let [a, b] = [first, second];
  while (a + b > room) {
    if (a > b || (a === b && first <= second)) a -= 1;
    else b -= 1;
  }
  return [a, b];
};

describe('longestFirst', () => {
  test.each([
    [3, 4, 10, [3, 4]],
    [3, 4, 7, [3, 4]],
    [2, 9, 6, [2, 4]],
    [9, 2, 6, [4, 2]],
    [9, 9, 7, [3, 4]],
    [9, 8, 7, [4, 3]],
    [12, 0, 5, [5, 0]],
    [5, 7, Infinity, [5, 7]],
  ])('%d and %d tokens in room for %d', (first, second, room, expected) => {
    expect(longestFirst(first, second, room)).toEqual(expected);
  });

  test('does what taking token after token from the longer one would', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(80), (first, second, room) => {
        expect(longestFirst(first, second, room)).toEqual(oneByOne(first, second, room));
      }),
    );
  });
});
