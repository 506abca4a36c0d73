import { crowdingDistance } from './index.js';

describe('crowding distance', () => {
  it('adds the normalised gaps between neighbours', () => {
    const values = new Float64Array([0, 4, 1, 2, 3, 1, 4, 0]); // four points of one front
    const distances = crowdingDistance(values, 2, Uint32Array.from([0, 1, 2, 3]));
    expect(distances[0]).toBe(Infinity);
    expect(distances[1]).toBeCloseTo(3 / 4 + 3 / 4, 12);
    expect(distances[2]).toBeCloseTo(3 / 4 + 2 / 4, 12);
    expect(distances[3]).toBe(Infinity);
  });

  it('follows the order of the front it is given', () => {
    const values = new Float64Array([0, 4, 1, 2, 3, 1, 4, 0, 9, 9]);
    const forward = crowdingDistance(values, 2, Uint32Array.from([0, 1, 2, 3]));
    const backward = crowdingDistance(values, 2, Uint32Array.from([3, 2, 1, 0]));
    expect([...backward].reverse()).toEqual([...forward]);
  });

  it('ignores an objective in which all are equal and never gives NaN', () => {
    const distances = crowdingDistance(new Float64Array([1, 5, 1, 5, 1, 5]), 2, Uint32Array.from([0, 1, 2]));
    expect([...distances]).toEqual([0, 0, 0]);
    expect(crowdingDistance(new Float64Array(0), 2, new Uint32Array(0))).toHaveLength(0);
  });
});
