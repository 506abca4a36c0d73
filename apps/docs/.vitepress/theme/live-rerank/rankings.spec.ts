import { sharedFirst, shownOf, waysOf } from './rankings.js';

const ranking = (...candidates: number[]) => candidates.map((index) => ({ index }));

test('a passage is shown with the places that it rose, and whether the full length has it, too', () => {
  expect(shownOf(ranking(4, 0, 2), ranking(0, 4, 1), 3)).toEqual([
    { candidate: 4, up: 4, isNew: false },
    { candidate: 0, up: -1, isNew: false },
    { candidate: 2, up: 0, isNew: true },
  ]);
  expect(sharedFirst(ranking(4, 0, 2), ranking(0, 4, 1), 3)).toBe(2);
});

test('ways are the full length and cascades that are near to it, the dearest first', () => {
  const cascade = (cost: number, fidelity: number, keep = 0) => ({ point: {}, keep, cost, fidelity });
  const all = [cascade(0.2, 0.5), cascade(0.3, 0.9), cascade(0.4, 0.95, 3), cascade(0.7, 0.97), cascade(1, 1)];
  const ways = waysOf(all, 0.9, 2);
  expect(ways.map(({ cascade: own }) => own?.cost)).toEqual([undefined, 0.7, 0.3]);
  expect(ways[2]?.name).toBe('30 % of the cost: a short look at all (fidelity 0.90)');
  expect(waysOf(all, 0.9)[2]?.name).toContain('the best 3 again at full length');
  expect(waysOf([], 0.9)).toEqual([{ name: 'Full length' }]);
});
