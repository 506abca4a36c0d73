import fc from 'fast-check';
import { dominates, type Objectives } from '../dominance.js';
import { hypervolume } from '../indicators/hypervolume.js';
import { paretoFront } from '../pareto.js';
import type { Discarded, Result } from '../problem.js';
import { createRandom, type Random } from '../random.js';
import type { BenchmarkProblem } from './benchmark-problem.js';
import {
  bnh,
  c1dtlz1,
  c1dtlz3,
  dtlz1,
  dtlz2,
  dtlz3,
  dtlz4,
  dtlz5,
  dtlz6,
  dtlz7,
  mw1,
  mw2,
  mw3,
  mw6,
  mw11,
  osy,
  srn,
  tnk,
  wfg1,
  wfg2,
  wfg3,
  wfg4,
  wfg5,
  wfg6,
  wfg7,
  wfg8,
  wfg9,
  zdt1,
  zdt2,
  zdt3,
  zdt4,
  zdt6,
} from './index.js';

const wfgs = [wfg1, wfg2, wfg3, wfg4, wfg5, wfg6, wfg7, wfg8, wfg9];
const curves = [
  zdt1(),
  zdt2(),
  zdt3(),
  zdt4(),
  zdt6(),
  bnh(),
  osy(),
  srn(),
  tnk(),
  mw1(),
  mw2(),
  mw3(),
  mw6(),
  mw11(),
  ...wfgs.map((wfg) => wfg()),
] as readonly BenchmarkProblem<string, string>[];
const scalable = [dtlz1, dtlz2, dtlz3, dtlz4, dtlz5, dtlz6, dtlz7];
const surfaces: readonly BenchmarkProblem<string, string>[] = [
  ...scalable.map((dtlz) => dtlz()),
  c1dtlz1(),
  c1dtlz3(),
  dtlz1({ objectives: 5 }),
  dtlz2({ objectives: 4 }),
  dtlz7({ objectives: 4 }),
];
const flat = scalable.map((dtlz) => dtlz({ objectives: 2, k: 4 }));
const invalid = (text: string) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(text) });
const named = (problems: readonly BenchmarkProblem<string, string>[]) =>
  problems.map(
    (problem) => [`${problem.name} of ${Object.keys(problem.objectives).length} objectives`, problem] as const,
  );

const evaluate = async (
  problem: BenchmarkProblem<string, string>,
  genomes: readonly (readonly number[])[],
): Promise<readonly Objectives[]> => {
  const results = await problem.evaluate(genomes, { generation: 0, keys: [] });
  return [...(results as readonly Result[])] as Exclude<Result, Discarded>[];
};

/** A genome near `genome`, or, one time in four, anywhere. */
const near = (
  problem: BenchmarkProblem<string, string>,
  genome: readonly number[],
  random: Random,
): readonly number[] => {
  const other = problem.initial(random, 0);
  if (random.integer(0, 3) === 0) return other;
  const step = 10 ** -random.integer(1, 5);
  return genome.map((gene, i) => (random.integer(0, 1) === 0 ? gene : gene + step * ((other[i] ?? 0) - gene)));
};

describe.each(named([...curves, ...surfaces, ...flat]))('the true front of %s', (_, problem) => {
  const set = problem.trueSet(200);
  const front = problem.trueFront(200);
  const names = Object.keys(problem.objectives);

  it('is what the genomes of the true set evaluate to, feasible and in the box', async () => {
    const results = await evaluate(problem, set);
    results.forEach((result, i) => {
      for (const name of names) expect(result[name]).toBe(front[i]?.[name]);
      for (const name of problem.constraints ?? []) expect(result[name]).toBeLessThanOrEqual(1e-12);
    });
    for (const genome of set)
      problem.repair?.(genome).forEach((gene, i) => expect(gene).toBeCloseTo(genome[i] ?? NaN, 12));
  });

  it('has no member that another one dominates', () => {
    expect(paretoFront(front, problem.objectives)).toHaveLength(front.length);
  });

  it('has no member that a feasible genome, near or far, dominates', async () => {
    const random = createRandom(7);
    const genomes = Array.from({ length: 6_000 }, (_, i) => near(problem, set[i % set.length] ?? [], random));
    const results = await evaluate(problem, genomes);
    results.forEach((result, i) => {
      if (problem.constraints?.some((name) => (result[name] ?? NaN) > 0)) return;
      // Worse by a rounding: it has to be better by more.
      const raised = Object.fromEntries(
        names.map((name) => [name, (result[name] ?? NaN) + 1e-9 * (1 + Math.abs(result[name] ?? NaN))]),
      );
      const member = front[i % front.length];
      if (member && dominates(raised, member, problem.objectives))
        throw new Error(`${JSON.stringify(genomes[i])} dominates ${JSON.stringify(member)}`);
    });
  });

  it('comes near its limit hypervolume, ever nearer with more points, and never beyond', () => {
    const limit = problem.limitHypervolume();
    const gapOf = (points: number) =>
      1 - hypervolume(problem.trueFront(points), problem.reference, problem.objectives) / limit;
    const [few, some, many] = [gapOf(48), gapOf(names.length > 3 ? 150 : 400), gapOf(names.length > 3 ? 600 : 2_400)];
    expect(few).toBeGreaterThan(some);
    expect(some).toBeGreaterThan(many);
    expect(many).toBeGreaterThan(0);
    expect(many).toBeLessThan([0, 0, 0.001, 0.05, 0.15, 0.15][names.length] ?? 0);
  });

  it('refuses a reference within it, and a count that is none', () => {
    const low = { ...problem.reference, [names[0] ?? '']: -1e9 };
    expect(() => problem.limitHypervolume(low)).toThrow(invalid('reference.f1 is -1000000000'));
    for (const points of [1, 2.5, NaN])
      expect(() => problem.trueFront(points)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('grows its limit by what a larger reference adds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: names.length, maxLength: names.length }),
        (more) => {
          const larger = Object.fromEntries(
            names.map((name, m) => [name, (problem.reference[name] ?? 0) + (more[m] ?? 0)]),
          );
          const grown = problem.limitHypervolume(larger) - problem.limitHypervolume();
          const sample =
            hypervolume(front, larger, problem.objectives) - hypervolume(front, problem.reference, problem.objectives);
          expect(sample).toBeLessThanOrEqual(grown + 1e-9 * (1 + grown));
          expect(sample).toBeGreaterThanOrEqual(0.8 * grown - 1e-9);
        },
      ),
      { numRuns: 5 },
    );
  });
});

describe('the sample of a true front', () => {
  it.each(named([...curves, dtlz5(), dtlz6()]))('of %s, a curve, has as many points as asked for', (_, problem) => {
    for (const points of [2, 17, 1_000]) expect(problem.trueFront(points)).toHaveLength(points);
  });

  it.each(named(surfaces))('of %s has no more points than asked for, and not many fewer', (_, problem) => {
    const points = problem.trueFront(1_000).length;
    expect(points).toBeLessThanOrEqual(1_000);
    expect(points).toBeGreaterThan(700);
  });

  it('is evenly spread along a curve', () => {
    const front = zdt2().trueFront(101);
    const gaps = front
      .slice(1)
      .map((point, i) => Math.hypot(point.f1 - (front[i]?.f1 ?? 0), point.f2 - (front[i]?.f2 ?? 0)));
    expect(Math.max(...gaps) / Math.min(...gaps)).toBeLessThan(1.001);
  });

  it('is unknown of DTLZ5 and DTLZ6 with more than three objectives', () => {
    for (const dtlz of [dtlz5, dtlz6]) {
      expect(() => dtlz({ objectives: 4 }).trueFront()).toThrow(invalid('this one has 4'));
      expect(() => dtlz({ objectives: 4 }).limitHypervolume()).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
    }
  });
});
