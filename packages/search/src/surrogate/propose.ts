import type { Algorithm } from '../algorithms/algorithm.js';
import { axesOf } from '../dominance.js';
import { createGenotypeSet, type GenotypeSet } from '../genotype-set.js';
import type { ResolvedSettings } from '../options.js';
import type { Problem } from '../problem.js';
import type { Random } from '../random.js';
import { Search } from '../search.js';
import { nonDominatedSort } from '../non-dominated-sort.js';
import { pickByGain } from './hypervolume-gain.js';
import type { ModelledValues } from './modelled-values.js';
import type { SurrogateProblem } from './surrogate-problem.js';

/** Samples of the values by which a batch is chosen. */
const SAMPLES = 64;
/** The most measured points that a gain is reckoned against: the best by what the model expects of them. */
const MOST_MEASURED = 60;
/** The search on the model: small, as it is run for every batch. */
const INNER = { populationSize: 60, generations: 40, crossoverRate: 0.5, mutationRate: 0.3 } as const;
/** How far to the better side of the mean values are taken, in deviations: a search on the model for each. */
const OPTIMISMS = [0, 1] as const;

/** What candidates are proposed from. */
interface ProposalOptions<Genome, Name extends string, Constraint extends string> {
  readonly problem: SurrogateProblem<Genome, Name, Constraint>;
  readonly model: ModelledValues<Genome, Name | Constraint>;
  readonly algorithm: Algorithm;
  readonly settings: Pick<ResolvedSettings<Name>, 'reference'>;
  /** Genotypes measured so far, without those that were discarded. */
  readonly measured: readonly Genome[];
  /** Every genotype that was ever a candidate. */
  readonly known: GenotypeSet<Genome>;
  readonly random: Random;
  readonly size: number;
}

/** Genomes in the order of the fronts that the model expects them to be in, feasible ones first. */
const bestExpected = <Genome, Name extends string, Constraint extends string>(
  { problem, model, measured }: ProposalOptions<Genome, Name, Constraint>,
  most: number,
): Genome[] => {
  const axes = axesOf(problem.objectives);
  const rows = new Float64Array(measured.length * axes.length);
  const broken = measured.map((genome, i) => {
    const values = model.predict(genome, 0);
    axes.forEach(({ name, sign }, m) => void (rows[i * axes.length + m] = sign * values[name]));
    return (problem.constraints ?? []).some((name) => values[name] > 0);
  });
  const order = nonDominatedSort(rows, axes.length).fronts.flatMap((front) => Array.from(front));
  return [...order.filter((i) => !broken[i]), ...order.filter((i) => broken[i])]
    .slice(0, most)
    .map((i) => measured[i] as Genome);
};

/** What a search on the model ends with: the front of its last population. */
const searchModel = <Genome, Name extends string, Constraint extends string>(
  { problem, model, algorithm }: ProposalOptions<Genome, Name, Constraint>,
  { seeds, seed, optimism }: { readonly seeds: readonly Genome[]; readonly seed: number; readonly optimism: number },
): readonly Genome[] => {
  const onModel = Object.create(problem, { seeds: { value: seeds } }) as Problem<Genome, Name, Constraint>;
  const search = new Search(onModel, { ...INNER, algorithm, seed });
  for (let asked = search.ask(); asked.length > 0; asked = search.ask()) {
    for (const { id, genome } of asked) search.tell(id, model.predict(genome, optimism));
  }
  return search.front().map(({ genome }) => genome);
};

/**
 * A point a tenth of the front's extent beyond its worst values; beyond the worst of all points where the front has no
 * extent.
 */
const referenceBeyond = (rows: Float64Array, objectives: number): Float64Array => {
  const [front = new Uint32Array(0)] = nonDominatedSort(rows, objectives).fronts;
  const all = Uint32Array.from({ length: rows.length / objectives }, (_, i) => i);
  return Float64Array.from({ length: objectives }, (_, m) => {
    const extent = (points: Uint32Array): readonly [worst: number, range: number] => {
      let [low, high] = [Infinity, -Infinity];
      for (const point of points) {
        const value = rows[point * objectives + m] ?? 0;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      return [high, high - low];
    };
    const [worst, range] = extent(front);
    if (range > 0) return worst + 0.1 * range;
    const [worstOfAll, rangeOfAll] = extent(all);
    return worstOfAll + (rangeOfAll > 0 ? 0.1 * rangeOfAll : Math.max(1e-9, Math.abs(worstOfAll) * 1e-3));
  });
};

/**
 * The next batch: what evolutionary searches on the model end with, and of that the new genotypes whose hypervolume
 * gain is the highest in expectation. None where the model expects no gain of any.
 */
export const proposeBatch = <Genome, Name extends string, Constraint extends string>(
  options: ProposalOptions<Genome, Name, Constraint>,
): Genome[] => {
  const { problem, model, settings, known, random, size } = options;
  const axes = axesOf(problem.objectives);
  const best = bestExpected(options, MOST_MEASURED);
  const found = createGenotypeSet(problem);
  const fresh: Genome[] = [];
  for (const optimism of OPTIMISMS) {
    const seed = random.integer(0, 2 ** 32 - 1);
    for (const genome of searchModel(options, {
      seeds: [...best.slice(0, 30), ...(problem.seeds ?? [])],
      seed,
      optimism,
    }))
      if (!known.has(genome) && found.add(genome)) fresh.push(genome);
  }
  if (fresh.length === 0) return [];
  const all = [...best, ...fresh];
  const drawn = model.samples(all, SAMPLES, random);
  const values = new Float64Array(SAMPLES * all.length * axes.length);
  for (let k = 0; k < SAMPLES * all.length; k += 1) {
    const broken = (problem.constraints ?? []).some((name) => (drawn.get(name)?.[k] ?? 0) > 0);
    axes.forEach(({ name, sign }, m) => {
      values[k * axes.length + m] = broken ? Infinity : sign * (drawn.get(name)?.[k] ?? 0);
    });
  }
  const expected = Float64Array.from(
    best.flatMap((genome) => {
      const means = model.predict(genome, 0);
      return axes.map(({ name, sign }) => sign * means[name]);
    }),
  );
  const { reference: given } = settings;
  const reference = given
    ? Float64Array.from(axes, ({ name, sign }) => sign * given[name])
    : referenceBeyond(expected, axes.length);
  const { picked } = pickByGain(
    { count: SAMPLES, objectives: axes.length, points: all.length, values },
    { measured: best.length, size, reference },
  );
  return picked.map((i) => all[i] as Genome);
};
