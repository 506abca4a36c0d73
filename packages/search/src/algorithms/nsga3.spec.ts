import { minimize, nsga3, realVector, referenceDirections, Search, type Problem } from '../index.js';
import { createRandom } from '../random.js';
import { rowsOf } from '../testing/points.js';
import { associate, fillNiches } from './niching.js';
import { normalize } from './normalize.js';
import { finestLattice } from './reference-directions.js';

describe('reference directions', () => {
  it.each([
    [3, 12, 91],
    [5, 6, 210],
    [2, 99, 100],
  ])('%d objectives, %d divisions: %d points of the simplex, all different', (objectives, divisions, count) => {
    const directions = referenceDirections({ objectives, divisions });
    expect(new Set(directions.map((direction) => direction.join())).size).toBe(count);
    for (const direction of directions) expect(direction.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 12);
  });

  it('has an inner layer for many objectives: 156 directions for 8, as published', () => {
    const directions = referenceDirections({ objectives: 8, divisions: 3, inner: 2 });
    expect(directions).toHaveLength(156);
    for (const direction of directions) expect(direction.reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 12);
    expect(directions.slice(120).every((direction) => direction.every((part) => part > 0))).toBe(true);
  });

  it('finds the finest lattice of at most 100', () => {
    expect([2, 3, 4, 5].map((objectives) => finestLattice(objectives, 100))).toEqual([99, 12, 6, 4]);
  });
});

describe('normalising', () => {
  it('puts the ideal point at 0 and the cuts of the plane through the extremes at 1', () => {
    const points = [
      [1, 12],
      [6, 2],
      [3, 4],
    ]; // extremes are (0, 10) and (5, 0) away from the ideal point
    expect(Array.from(normalize(rowsOf(points), 2, Float64Array.of(1, 2), 3))).toEqual([0, 1, 1, 0, 0.4, 0.2]);
  });

  it('falls back to the worst of the first front where there is no such plane', () => {
    const points = [
      [1, 1],
      [2, 2],
      [4, 8],
    ];
    expect(Array.from(normalize(rowsOf(points), 2, Float64Array.of(0, 0), 2))).toEqual([0.5, 0.5, 1, 1, 2, 4]);
  });
});

describe('niching', () => {
  const directions = [
    [1, 0],
    [0.5, 0.5],
    [0, 1],
  ];

  it('joins each point to the nearest direction', () => {
    const { niches, distances } = associate(
      rowsOf([
        [2, 0.1],
        [1, 1],
        [0, 3],
      ]),
      2,
      directions,
    );
    expect(Array.from(niches)).toEqual([0, 1, 2]);
    expect(distances[0]).toBeCloseTo(0.1, 12);
    expect(distances[1]).toBeCloseTo(0, 7);
  });

  it('fills the emptiest niches, with the nearest where one is empty', () => {
    const association = associate(
      rowsOf([
        [1, 0],
        [0.5, 0.6],
        [0.5, 0.51],
        [0, 1],
      ]),
      2,
      directions,
    );
    const chosen = fillNiches(association, 1, 2, createRandom(1)); // row 0 is in already
    expect(Array.from(chosen).sort()).toEqual([2, 3]);
  });
});

describe('NSGA-III', () => {
  /** Points of a sphere's octant are best, whatever the distance function of the rest (DTLZ2 with 3 objectives). */
  const sphere: Problem<readonly number[], 'a' | 'b' | 'c'> = {
    ...realVector({ length: 7 }),
    objectives: { a: 'minimize', b: 'minimize', c: 'minimize' },
    evaluate: async (genomes) =>
      genomes.map(([x = 0, y = 0, ...rest]) => {
        const radius = 1 + rest.reduce((sum, value) => sum + (value - 0.5) ** 2, 0);
        const [u, v] = [(x * Math.PI) / 2, (y * Math.PI) / 2];
        return {
          a: radius * Math.cos(u) * Math.cos(v),
          b: radius * Math.cos(u) * Math.sin(v),
          c: radius * Math.sin(u),
        };
      }),
  };

  it('spreads over the whole front: most directions have a solution of their own', async () => {
    const { front } = await minimize(sphere, { algorithm: nsga3({ divisions: 6 }), seed: 1, generations: 120 });
    const values = rowsOf(front.map(({ objectives: { a, b, c } }) => [a, b, c]));
    const { niches } = associate(values, 3, referenceDirections({ objectives: 3, divisions: 6 }));
    expect(new Set(niches).size).toBeGreaterThanOrEqual(26); // of 28
    for (const {
      objectives: { a, b, c },
    } of front)
      expect(Math.hypot(a, b, c)).toBeLessThan(1.05);
  });

  it('takes its population size from the lattice, and is resumed bit for bit', async () => {
    const algorithm = nsga3({ divisions: 4 });
    const whole = new Search(sphere, { algorithm, seed: 3, generations: 12 });
    const sizes: number[] = [];
    await whole.run({ onGeneration: ({ populationSize }) => void sizes.push(populationSize) });
    expect(sizes).toEqual(Array(13).fill(16));
    const half = new Search(sphere, { algorithm, seed: 3, generations: 6 });
    await half.run();
    const saved: unknown = JSON.parse(JSON.stringify(half.checkpoint()));
    const resumed = Search.resume(sphere, saved, { algorithm, generations: 12 });
    await resumed.run();
    expect(JSON.stringify(resumed.checkpoint())).toBe(JSON.stringify(whole.checkpoint()));
    const mismatch = expect.objectContaining({ code: 'CHECKPOINT_MISMATCH' });
    expect(() => Search.resume(sphere, saved, { generations: 12 })).toThrow(mismatch);
    expect(() => Search.resume(sphere, saved, { algorithm: nsga3({ divisions: 5 }), generations: 12 })).toThrow(
      mismatch,
    );
  });

  it('refuses impossible lattices and directions', () => {
    const make = (options: object) => () => new Search(sphere, { algorithm: nsga3(options), generations: 1 });
    for (const options of [
      { divisions: 0 },
      { divisions: 2.5 },
      { inner: -1 },
      { directions: [[1, 0]] },
      { directions: [[0, 0, 0]] },
    ]) {
      expect(make(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    }
  });
});
