/** Times of ours beside pagmo's, in turn, on the same points. */
import { createRandom, hypervolume, minimize, nonDominatedSort } from '@length-adaptive/search';
import { zdt1 } from '@length-adaptive/search/suites';
import type { Row } from '../harness.js';
import { formatSpread, ratio, spread } from '../harness.js';
import { compilePagmo, type Pagmo } from './pagmo.js';

const rounds = 7;

/** Points of the unit sphere's corner: one front. */
const sphere = (objectives: number, points: number): number[][] => {
  const random = createRandom(1);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Array.from({ length: points }, () => {
    const row = Array.from({ length: objectives }, () => Math.abs(normal()));
    const norm = Math.hypot(...row);
    return row.map((value) => value / norm);
  });
};

/** Milliseconds of both, one after the other, again and again; both must give the same. */
const inTurn = (
  ours: () => { readonly ms: number; readonly result: number },
  theirs: (() => { readonly ms: number; readonly result: number }) | undefined,
): { readonly ours: number[]; readonly theirs: number[] } => {
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const mine = ours();
    times.ours.push(mine.ms);
    const other = theirs?.();
    if (!other) continue;
    times.theirs.push(other.ms);
    if (Math.abs(other.result - mine.result) > 1e-9 * Math.abs(mine.result))
      throw new Error(`${mine.result} and pagmo's ${other.result} differ`);
  }
  return times;
};

/** Runs until the engine has compiled it: a C++ program comes compiled. */
const warmUp = (run: () => unknown): void => {
  const start = performance.now();
  for (let i = 0; i < 3 || (i < 1_000 && performance.now() - start < 300); i++) run();
};

const timed = (run: () => number): { readonly ms: number; readonly result: number } => {
  const start = performance.now();
  const result = run();
  return { ms: performance.now() - start, result };
};

const rowOf = (
  id: string,
  what: string,
  { ours, theirs }: { readonly ours: number[]; readonly theirs: number[] },
): Row[] => {
  const note = `${what}: ${formatSpread(spread(ours), 2)}`;
  if (theirs.length === 0) return [{ id, value: spread(ours).p50, unit: 'ms', note: `${note}; no pagmo here` }];
  return [
    { id, value: spread(ours).p50, unit: 'ms', note: `${note}; in turn with pagmo` },
    { id: `${id}.pagmo`, value: spread(theirs).p50, unit: 'ms', note: `${what}: ${formatSpread(spread(theirs), 2)}` },
    {
      id: `${id}.ratio`,
      value: ratio(ours, theirs).p50,
      unit: 'times',
      note: `ours over pagmo's: ${formatSpread(ratio(ours, theirs), 2)}`,
    },
  ];
};

const lastOf = (pagmo: Pagmo | undefined, job: string) =>
  pagmo && (() => pagmo(job).at(-1) ?? { ms: Number.NaN, result: Number.NaN });

const volumeRows = (pagmo: Pagmo | undefined, objectives: number, points: number): Row[] => {
  const rows = sphere(objectives, points);
  const names = Array.from({ length: objectives }, (_, m) => `f${m + 1}`);
  const named = rows.map((row) => Object.fromEntries(row.map((value, m) => [names[m] ?? '', value])));
  const reference = Object.fromEntries(names.map((name) => [name, 1.1]));
  const directions = Object.fromEntries(names.map((name) => [name, 'minimize' as const]));
  const measure = (): number => hypervolume(named, reference, directions);
  warmUp(measure);
  const job = `hypervolume ${objectives} ${points} 2 ${rows.flat().join(' ')}`;
  const what = `hypervolume of ${points.toLocaleString('en')} points of a sphere, ${objectives} objectives`;
  return rowOf(
    `search.hypervolume.ms.${objectives}x${points}`,
    what,
    inTurn(
      () => {
        measure(); // pagmo's time is the second of two, too
        return timed(measure);
      },
      lastOf(pagmo, job),
    ),
  );
};

const sortRows = (pagmo: Pagmo | undefined, points: number): Row[] => {
  const rows = sphere(3, points);
  const values = Float64Array.from(rows.flat());
  const sort = (): number => nonDominatedSort(values, 3).fronts.length;
  warmUp(sort);
  const job = `sort 3 ${points} 1 ${rows.flat().join(' ')}`;
  const what = `sort of ${points.toLocaleString('en')} points of one front, 3 objectives`;
  return rowOf(
    `search.sort.front.ms.3x${points}`,
    what,
    inTurn(() => timed(sort), lastOf(pagmo, job)),
  );
};

const searchRows = async (pagmo: Pagmo | undefined): Promise<Row[]> => {
  const problem = zdt1();
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (const seed of [1, 2, 3]) await minimize(problem, { seed, evaluations: 25_000 });
  for (let seed = 1; seed <= 11; seed++) {
    const start = performance.now();
    await minimize(problem, { seed, evaluations: 25_000 });
    times.ours.push(performance.now() - start);
    if (pagmo) times.theirs.push(pagmo(`zdt1 ${seed}`)[0]?.ms ?? Number.NaN);
  }
  return rowOf('search.zdt1.ms', 'NSGA-II, ZDT1, 25,000 evaluations, one thread', times);
};

/** What pagmo's own algorithms reach, by the id of our row: the same seeds, evaluations and reference. */
const peers = {
  zdt1: 'nsga2 zdt 1',
  zdt2: 'nsga2 zdt 2',
  zdt3: 'nsga2 zdt 3',
  zdt4: 'nsga2 zdt 4',
  zdt6: 'nsga2 zdt 6',
  dtlz2: 'nsga2 dtlz 2',
  'dtlz3.moead': 'moead dtlz 3',
  'dtlz6.de': 'nspso dtlz 6',
  wfg1: 'nsga2 wfg 1',
  'wfg1.moead': 'moead wfg 1',
  wfg4: 'nsga2 wfg 4',
} as const;

const reachedByPagmo = (pagmo: Pagmo): Row[] =>
  Object.entries(peers).map(([id, job]) => {
    const volumes = Array.from({ length: 11 }, (_, i) => pagmo(`search ${job} ${i + 1}`)[0]?.result ?? Number.NaN);
    const note = `pagmo 2.18, ${job}: median of 11 seeds (${Math.min(...volumes).toFixed(4)} to ${Math.max(...volumes).toFixed(4)}), 25,000 evaluations`;
    return { id: `search.hv.${id}.pagmo`, value: spread(volumes).p50, unit: 'hypervolume', note };
  });

export const rowsAgainstPagmo = async (): Promise<Row[]> => {
  const pagmo = compilePagmo();
  const sizes = [
    [3, 1_000],
    [4, 1_000],
    [5, 200],
    [6, 100],
    [7, 60],
  ] as const;
  return [
    ...(await searchRows(pagmo)),
    ...sizes.flatMap(([objectives, points]) => volumeRows(pagmo, objectives, points)),
    ...sortRows(pagmo, 1_000),
    ...sortRows(pagmo, 10_000),
    ...(pagmo ? reachedByPagmo(pagmo) : []),
  ];
};
