/** The optimizer: how near it comes to the true fronts of the field's test problems, how fast it is, and what it weighs. */
import { createRandom, hypervolume, minimize, nonDominatedSort, nsga2, nsga3 } from '@length-adaptive/search';
import type { Algorithm } from '@length-adaptive/search';
import { dtlz2, zdt1, zdt2, zdt3, zdt4, zdt6 } from '@length-adaptive/search/suites';
import type { BenchmarkProblem } from '@length-adaptive/search/suites';
import type { Row } from './harness.js';
import { compareInTurn, formatSpread, ratio, report, spread } from './harness.js';
import { rowsAgainstPagmo } from './search/against-pagmo.js';
import { bundleSize } from './search/bundle-size.js';
import { naiveRanks } from './search/naive-sort.js';
import { operatorRows } from './search/operators.js';

const evaluations = 25_000;
const seeds = Array.from({ length: 11 }, (_, i) => i + 1);
const settings = 'population 100, SBX eta 20 p 0.9, polynomial mutation eta 20 p 1/n';

/** Hypervolume of the last population's front at 1.1 in every objective. */
const volumeRow = async <Name extends string>(
  id: string,
  problem: BenchmarkProblem<Name>,
  algorithm: Algorithm = nsga2(),
): Promise<Row> => {
  const reference = Object.fromEntries(Object.keys(problem.objectives).map((name) => [name, 1.1])) as Record<
    Name,
    number
  >;
  const volumes: number[] = [];
  for (const seed of seeds) {
    const { front } = await minimize(problem, { seed, evaluations, algorithm, populationSize: 100 });
    volumes.push(
      hypervolume(
        front.map(({ objectives }) => objectives),
        reference,
        problem.objectives,
      ),
    );
  }
  const { p50 } = spread(volumes);
  const range = `${Math.min(...volumes).toFixed(4)} to ${Math.max(...volumes).toFixed(4)}`;
  const note = `median of ${seeds.length} seeds (${range}), ${evaluations.toLocaleString('en')} evaluations, ${algorithm.name}, ${settings}; reference 1.1; the true front has ${problem.limitHypervolume(reference).toFixed(4)}`;
  return { id: `search.hv.${id}`, value: p50, unit: 'hypervolume', note };
};

const speedRow = async (): Promise<Row> => {
  const problem = zdt1();
  for (const seed of seeds.slice(0, 3)) await minimize(problem, { seed, evaluations }); // compiled by now
  const speeds: number[] = [];
  for (const seed of seeds) {
    const start = performance.now();
    await minimize(problem, { seed, evaluations });
    speeds.push((1000 * evaluations) / (performance.now() - start));
  }
  const { p50 } = spread(speeds);
  return {
    id: 'search.evals_per_s.zdt1',
    value: p50,
    unit: 'evaluations/s',
    note: `one thread, evaluations included: ${formatSpread(spread(speeds), 0)}; nsga2, ${settings}`,
  };
};

/** Random points, a whole population's worth of fronts, sorted by ours and by the textbook's in turn. */
const sortRow = async (objectives: number, size: number): Promise<Row> => {
  const random = createRandom(1);
  const values = Float64Array.from({ length: objectives * size }, () => random.next());
  if (nonDominatedSort(values, objectives).ranks.some((rank, i) => rank !== naiveRanks(values, objectives)[i]))
    throw new Error('the two sorts differ');
  const repeats = 20;
  const times = await compareInTurn({
    ours: () => {
      for (let i = 0; i < repeats; i++) nonDominatedSort(values, objectives);
    },
    naive: () => naiveRanks(values, objectives),
  });
  const ours = times.ours.map((milliseconds) => milliseconds / repeats);
  const note = `${size.toLocaleString('en')} random points: ${formatSpread(spread(ours), 3)}; ${formatSpread(ratio(times.naive, ours), 0)} times as fast as O(M N^2)`;
  return { id: `search.sort.ms.${objectives}x${size}`, value: spread(ours).p50, unit: 'ms', note };
};

report('search', [
  await volumeRow('zdt1', zdt1()),
  await volumeRow('zdt2', zdt2()),
  await volumeRow('zdt3', zdt3()),
  await volumeRow('zdt4', zdt4()),
  await volumeRow('zdt6', zdt6()),
  await volumeRow('dtlz2', dtlz2()),
  await volumeRow('dtlz2.nsga3', dtlz2(), nsga3()),
  ...(await operatorRows()),
  await speedRow(),
  await sortRow(2, 1000),
  await sortRow(3, 1000),
  ...(await rowsAgainstPagmo()),
  {
    id: 'search.size_kb',
    value: await bundleSize(),
    unit: 'kB',
    note: 'minimize and nsga2, bundled by esbuild, minified, brotli',
  },
]);
