import fc from 'fast-check';
import { minimize, Search } from '../index.js';
import { createRandom } from '../random.js';
import { tnk } from '../suites/index.js';
import { naiveDominates, naiveRanks, pointSets, rowsOf } from '../testing/points.js';
import { archive, ctaea, updateConvergence, updateDiversity } from './c-taea.js';
import { weightsFor } from './reference-directions.js';

/** Points of two objectives, each with a violation of which many are 0. */
const constrainedSets = pointSets(2, 6).chain((points) =>
  fc.record({
    points: fc.constant(points),
    violations: fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: points.length, maxLength: points.length }),
  }),
);

const weights = weightsFor(2, 5);

const archived = (points: readonly (readonly number[])[], violations: readonly number[]) =>
  archive(
    { values: rowsOf(points), objectives: 2, violations: Float64Array.from(violations) },
    Float64Array.of(0, 0),
    weights,
  );

/** How bad a point is for the direction that it makes the least angle with, and which one that is: from the definitions. */
const byDefinition = (points: readonly (readonly number[])[], violations: readonly number[]) => {
  const ranked = points.map((_, i) => i).filter((i) => violations[i] === Math.min(...violations));
  const ranks = violations.includes(0) ? naiveRanks(ranked.map((i) => points[i] ?? [])) : ranked.map(() => 0);
  const best = ranked.filter((_, i) => ranks[i] === 0);
  const spans = [0, 1].map((m) => Math.max(...best.map((i) => points[i]?.[m] ?? 0)) || 1);
  return points.map((point) => {
    const scaled = point.map((value, m) => value / (spans[m] ?? 1));
    const along = weights.map(
      (weight) => weight.reduce((sum, part, m) => sum + part * (scaled[m] ?? 0), 0) / Math.hypot(...weight),
    );
    const niche = along.indexOf(Math.max(...along));
    const badness = Math.max(...scaled.map((value, m) => value / Math.max(1e-4, weights[niche]?.[m] ?? 0)));
    return { scaled, along, niche, badness };
  });
};

describe('C-TAEA', () => {
  it('joins rows to directions and tells how bad they are there, as defined', () => {
    fc.assert(
      fc.property(constrainedSets, ({ points, violations }) => {
        const { niches, badness } = archived(points, violations);
        byDefinition(points, violations).forEach(({ along }, i) => {
          // The same direction, or one at the same angle up to rounding.
          expect(along[niches[i] ?? 0]).toBeCloseTo(Math.max(...along), 9);
          expect(badness[i]).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });

  it('presses on with feasible rows first, and fills up with what leads in violation and badness', () => {
    fc.assert(
      fc.property(constrainedSets, fc.integer({ min: 1, max: 30 }), ({ points, violations }, room) => {
        const own = archived(points, violations);
        const members = [...points.keys()];
        const kept = updateConvergence(own, members, room);
        expect(new Set(kept).size).toBe(kept.length);
        expect(kept).toHaveLength(Math.min(room, members.length));
        const feasible = members.filter((row) => violations[row] === 0);
        const keptFeasible = kept.filter((row) => violations[row] === 0);
        expect(keptFeasible).toHaveLength(Math.min(room, feasible.length));
        if (feasible.length >= room) {
          // Nothing comes from a front behind those that have enough.
          const ranks = naiveRanks(feasible.map((row) => points[row] ?? []));
          const last = [...ranks].sort((a, b) => a - b)[room - 1] ?? 0;
          for (const row of kept) expect(ranks[feasible.indexOf(row)]).toBeLessThanOrEqual(last);
          return;
        }
        const pair = (row: number): number[] => [violations[row] ?? 0, own.badness[row] ?? 0];
        const out = members.filter((row) => !kept.includes(row));
        for (const row of kept)
          if ((violations[row] ?? 0) > 0)
            for (const other of out) expect(naiveDominates(pair(other), pair(row))).toBe(false);
      }),
    );
  });

  it('thins the fullest directions, each time by the worse of two that are nearest', () => {
    fc.assert(
      fc.property(pointSets(2, 9), fc.integer({ min: 1, max: 12 }), (points, room) => {
        const own = archived(
          points,
          points.map(() => 0),
        );
        const ranks = naiveRanks(points);
        const sorted = [...ranks].sort((a, b) => a - b);
        let left = [...points.keys()].filter((row) => (ranks[row] ?? 0) <= (sorted[room - 1] ?? Infinity));
        while (left.length > room) {
          const counts = weights.map((_, niche) => left.filter((row) => own.niches[row] === niche).length);
          const fullest = counts.indexOf(Math.max(...counts));
          const inside = left.filter((row) => own.niches[row] === fullest);
          const pairs = inside.flatMap((a) =>
            inside.filter((b) => b !== a).map((b) => ({ a, distance: own.distance(a, b) })),
          );
          const least = Math.min(...pairs.map(({ distance }) => distance));
          const nearest = inside.filter(
            (row) => pairs.length === 0 || pairs.some(({ a, distance }) => a === row && distance === least),
          );
          const worst = Math.max(...nearest.map((row) => own.badness[row] ?? 0));
          const gone = nearest.filter((row) => own.badness[row] === worst).at(-1);
          left = left.filter((row) => row !== gone);
        }
        expect([...updateConvergence(own, [...points.keys()], room)].sort((a, b) => a - b)).toEqual(left);
      }),
      {
        examples: [
          // Three fronts, and two in one direction that are equally near and equally bad.
          [
            [
              [5, 0],
              [1, 0],
              [5, 4],
              [4, 0],
              [4, 4],
              [0, 7],
              [7, 1],
              [8, 0],
            ],
            7,
          ],
        ],
      },
    );
  });

  it('looks around where the other archive has least, round by round', () => {
    fc.assert(
      fc.property(
        constrainedSets,
        fc.integer({ min: 0, max: 30 }),
        fc.nat({ max: 9 }),
        ({ points, violations }, room, covered) => {
          const own = archived(points, violations);
          const members = [...points.keys()];
          const convergence = members.slice(0, covered);
          const naive: number[] = [];
          for (let round = 1; round <= 100; round += 1)
            for (const niche of weights.keys()) {
              const left = members.filter((row) => own.niches[row] === niche && !naive.includes(row));
              const there = convergence.filter((row) => own.niches[row] === niche).length;
              if (naive.length >= room || left.length === 0 || there >= round) continue;
              const leading = left.filter(
                (row) => !left.some((other) => naiveDominates(points[other] ?? [], points[row] ?? [])),
              );
              const least = Math.min(...leading.map((row) => own.badness[row] ?? 0));
              naive.push(leading.find((row) => own.badness[row] === least) ?? -1);
            }
          expect(updateDiversity(own, members, { room, convergence })).toEqual(naive);
        },
      ),
    );
  });

  it('keeps both halves equally large, whatever the population and the seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 }), (keep, count) => {
        const random = createRandom(1);
        const points = Array.from({ length: count }, () => [random.next(), random.next()]);
        const rows = { values: rowsOf(points), objectives: 2, violations: new Float64Array(count) };
        const context = { ideal: Float64Array.of(0, 0), random, settled: 0 };
        const first = ctaea().survivors(rows, keep, context);
        expect(first).toHaveLength(Math.min(Math.ceil(keep / 2), count) + Math.min(Math.floor(keep / 2), count));
      }),
    );
  });

  it('has 100 directions and two members for each, finds feasible solutions on the way through infeasible ones', async () => {
    const search = new Search(tnk(), { algorithm: ctaea(), generations: 1, seed: 1 });
    await search.run();
    expect(search.evaluations).toBe(300); // 200 and half as many
    const { front } = await minimize(tnk(), { algorithm: ctaea(), seed: 2, populationSize: 40, evaluations: 2_000 });
    expect(front.every(({ violation }) => violation === 0)).toBe(true);
    expect(front.length).toBeGreaterThan(5);
  });
});
