import { sharedFirst, shownOf } from './rankings.js';

const ranking = (...candidates: number[]) => candidates.map((index) => ({ index }));

test('a passage is shown with the places that it rose, and whether the full length has it, too', () => {
  expect(shownOf(ranking(4, 0, 2), ranking(0, 4, 1), 3)).toEqual([
    { candidate: 4, up: 4, isNew: false },
    { candidate: 0, up: -1, isNew: false },
    { candidate: 2, up: 0, isNew: true },
  ]);
  expect(sharedFirst(ranking(4, 0, 2), ranking(0, 4, 1), 3)).toBe(2);
});
