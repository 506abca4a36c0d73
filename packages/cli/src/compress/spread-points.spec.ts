import type { LengthAdaptiveFile } from '@length-adaptive/models';
import { spreadPoints } from './spread-points.js';

const point = (cost: number, score = cost) => ({ point: { lengths: [cost, cost / 2] }, score, cost });
const fileOf = (costs: readonly number[], more: Partial<LengthAdaptiveFile> = {}): LengthAdaptiveFile => ({
  format: 'length-adaptive',
  version: 2,
  paretoSet: costs.map((cost) => point(cost)),
  ...more,
});
const costsOf = (file: LengthAdaptiveFile, count: number) => spreadPoints(file, count).map(({ cost }) => cost);

test('costs are spread from the cheapest to the full length, which is the last', () => {
  const file = fileOf([0.3, 0.31, 0.32, 0.33, 0.5, 0.52, 0.7, 0.71, 0.9]);
  expect(costsOf(file, 4)).toEqual([0.3, 0.52, 0.71, 1]);
  expect(costsOf(file, 2)).toEqual([0.3, 1]);
  expect(costsOf(file, 10)).toEqual([0.3, 0.31, 0.32, 0.33, 0.5, 0.52, 0.7, 0.71, 0.9, 1]);
  expect(costsOf(file, 50)).toHaveLength(10);
});

test('no point is taken twice, and a full length in the set is the one that stays', () => {
  const full = { point: { lengths: [1, 1] }, score: 0.95, cost: 1, macs: 7 };
  const crowded = fileOf([0.9, 0.91, 0.92, 0.93]);
  expect(costsOf(crowded, 4)).toHaveLength(4);
  expect(new Set(costsOf(crowded, 4)).size).toBe(4);
  expect(spreadPoints({ ...crowded, paretoSet: [...crowded.paretoSet, full] }, 3).at(-1)).toBe(full);
});

test('the score of the full length is that of the search, else the best there is', () => {
  expect(spreadPoints(fileOf([0.5, 0.8]), 2).at(-1)).toEqual({ point: { lengths: [1, 1] }, score: 0.8, cost: 1 });
  expect(
    spreadPoints(
      fileOf([0.5, 0.8], { search: { full: { point: { lengths: [1, 1] }, score: 0.9, cost: 1, macs: 5 } } }),
      2,
    ).at(-1),
  ).toEqual({ point: { lengths: [1, 1] }, score: 0.9, cost: 1, macs: 5 });
  expect(spreadPoints(fileOf([]), 3)).toEqual([]);
});
