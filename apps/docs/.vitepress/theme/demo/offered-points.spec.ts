import fc from 'fast-check';
import type { OfferedPoint } from './offered-points.js';
import { nearestStep, offeredPoints, startStep } from './offered-points.js';

type Given = Parameters<typeof offeredPoints>[0];

const setOf = (scores: readonly (readonly [cost: number, heldOut: number])[]): Given =>
  scores.map(([cost, heldOutScore]) => ({ point: { lengths: [cost] }, cost, score: 0.9, heldOutScore }));
/** As the question model has them: the search's favourite is worse on other texts than one that is cheaper. */
const questions = setOf([
  [0.21, 0.189],
  [0.38, 0.579],
  [0.5, 0.645],
  [0.57, 0.638],
  [0.75, 0.626],
  [1, 0.642],
]);

test('only what loses no more than was said is offered, from the full length down, and the cheapest of the best is recommended', () => {
  const points = offeredPoints(questions, { offered: 0.03, recommended: 0.01 });
  expect(points.map(({ cost }) => cost)).toEqual([1, 0.75, 0.57, 0.5]);
  expect(points.map(({ recommended }) => recommended)).toEqual([false, false, false, true]);
  expect(points.map(({ shownScore }) => shownScore)).toEqual([0.642, 0.626, 0.638, 0.645]);
  expect(startStep(points)).toBe(3);
  expect(nearestStep(points, 0.6)).toBe(2);
  expect(nearestStep(points, 0.05)).toBe(3);
});

test('where nothing shorter is good enough the full length is recommended, and the slider begins one below it if there is one', () => {
  const points = offeredPoints(questions, { offered: 1, recommended: -0.001 });
  expect(points.filter(({ recommended }) => recommended).map(({ cost }) => cost)).toEqual([0.5]);
  const steep = offeredPoints(
    setOf([
      [0.5, 0.6],
      [1, 0.9],
    ]),
    { offered: 1, recommended: 0.01 },
  );
  expect(steep.map(({ recommended }) => recommended)).toEqual([true, false]);
  expect(startStep(steep)).toBe(1);
  expect(startStep(offeredPoints(setOf([[1, 0.9]]), { offered: 1, recommended: 0.01 }))).toBe(0);
  expect(offeredPoints([], { offered: 1, recommended: 0.01 })).toEqual([]);
});

test('the score of the search stands in where no other was measured', () => {
  const unscored = questions.map(({ heldOutScore, ...point }) => ({ ...point, score: heldOutScore ?? 0 })) as Given;
  expect(offeredPoints(unscored, { offered: 0.03, recommended: 0.01 }).map(({ shownScore }) => shownScore)).toEqual([
    0.642, 0.626, 0.638, 0.645,
  ]);
});

test('what is offered loses no more, holds the full length, and recommends one point', () => {
  const sets = fc
    .array(fc.tuple(fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), {
      maxLength: 8,
    })
    .map((rows) => setOf([...rows.sort(([a], [b]) => a - b), [1, 0.7]]));
  fc.assert(
    fc.property(sets, fc.double({ min: 0, max: 0.5, noNaN: true }), (set, offered) => {
      const points: OfferedPoint[] = offeredPoints(set, { offered, recommended: offered / 2 });
      expect(points[0]?.cost).toBe(1);
      for (const { shownScore } of points) expect(0.7 - shownScore).toBeLessThan(offered + 1e-6);
      expect(points.filter(({ recommended }) => recommended)).toHaveLength(1);
      expect(points[startStep(points)]).toBeDefined();
    }),
  );
});
