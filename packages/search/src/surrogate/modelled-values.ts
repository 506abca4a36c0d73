import type { Objectives } from '../dominance.js';
import type { EvaluationLog } from '../evaluation-log.js';
import { numbersBetween } from '../numbers-between.js';
import type { Random } from '../random.js';
import { choleskyOfCovariance } from './cholesky.js';
import { learnValue, type FitParameters, type LearnedValue, type ModelQuality } from './model.js';
import { normalNumbers } from './normal.js';
import type { Regression } from './regression.js';
import type { SurrogateProblem } from './surrogate-problem.js';

/** What is foretold of a measurement. */
export interface Forecast {
  readonly mean: number;
  /** Of a measurement: what is not known of the function, and the noise. */
  readonly deviation: number;
}

/** The values of a problem, learned where they are not known exactly. */
export interface ModelledValues<Genome, Value extends string> {
  /** How well each learned value is foretold. */
  readonly quality: { readonly [name in Value]?: ModelQuality };
  /** Where the next fit of each learned value starts. */
  readonly parameters: { readonly [name in Value]?: FitParameters };
  /**
   * Every value of a genome: exact, or the mean plus `optimism` deviations to the better side (constraints: downwards).
   */
  predict(genome: Genome, optimism: number): Objectives<Value>;
  /** What is foretold of the measurement of each learned value. */
  forecast(genome: Genome): { readonly [name in Value]?: Forecast };
  /** The learned functions themselves at a genome, noise not counted. */
  expected(genome: Genome): { readonly [name in Value]?: Forecast };
  /** Values of several genomes that may come true together: of genome i in sample s, `[s * genomes + i]`. */
  samples(genomes: readonly Genome[], count: number, random: Random): ReadonlyMap<Value, Float64Array>;
}

/** A measured value of every entry that was not discarded. */
const measuredOf = <Genome, Name extends string, Constraint extends string>(
  log: EvaluationLog<Genome, Name, Constraint>,
) =>
  Array.from(numbersBetween(0, log.size())).flatMap((entry) => {
    const solution = log.solution(entry);
    return solution ? [{ genome: solution.genome, values: { ...solution.objectives, ...solution.constraints } }] : [];
  });

/** Learns the values of a problem that are not exact from all that was measured. */
export const modelValues = <Genome, Name extends string, Constraint extends string>(
  problem: SurrogateProblem<Genome, Name, Constraint>,
  log: EvaluationLog<Genome, Name, Constraint>,
  {
    regressions,
    before,
  }: {
    readonly regressions: readonly Regression[];
    readonly before: { readonly [name in Name | Constraint]?: FitParameters };
  },
): ModelledValues<Genome, Name | Constraint> => {
  type Value = Name | Constraint;
  const { objectives } = problem;
  const constraints = problem.constraints ?? [];
  const names: readonly Value[] = [...(Object.keys(objectives) as Name[]), ...constraints];
  const measured = measuredOf(log);
  const points = measured.map(({ genome }) => problem.features(genome));
  const exact = new Map<Value, (genome: Genome) => number>();
  const learned = new Map<Value, LearnedValue>();
  for (const name of names) {
    const known = problem.exact?.[name];
    if (known) exact.set(name, known);
    else {
      const targets = measured.map(({ values }) => (values as Objectives<Value>)[name]);
      learned.set(name, learnValue(points, targets, { regressions, before: before[name] }));
    }
  }
  const betterBy = (name: Value): number => (objectives[name as Name] === 'maximize' ? 1 : -1);
  const forLearned = <Out>(make: (value: LearnedValue, name: Value) => Out) =>
    Object.fromEntries([...learned].map(([name, value]) => [name, make(value, name)])) as Record<Value, Out>;

  return {
    quality: forLearned(({ quality }) => quality),
    parameters: forLearned(({ parameters }) => parameters),
    predict: (genome, optimism) => {
      const point = problem.features(genome);
      const values = {} as Record<Value, number>;
      for (const [name, known] of exact) values[name] = known(genome);
      for (const [name, { fitted }] of learned) {
        if (optimism === 0) values[name] = fitted.mean(point);
        else {
          const { mean, deviation } = fitted.predict(point);
          values[name] = mean + betterBy(name) * optimism * deviation;
        }
      }
      return values;
    },
    forecast: (genome) => {
      const point = problem.features(genome);
      return forLearned(({ fitted }) => {
        const { mean, deviation } = fitted.predict(point);
        return { mean, deviation: Math.hypot(deviation, fitted.noise) };
      });
    },
    expected: (genome) => {
      const point = problem.features(genome);
      return forLearned(({ fitted }) => fitted.predict(point));
    },
    samples: (genomes, count, random) => {
      const size = genomes.length;
      const all = genomes.map((genome) => problem.features(genome));
      const drawn = new Map<Value, Float64Array>();
      for (const [name, known] of exact) {
        const own = genomes.map((genome) => known(genome));
        drawn.set(
          name,
          Float64Array.from({ length: count * size }, (_, k) => own[k % size] ?? 0),
        );
      }
      for (const [name, { fitted }] of learned) {
        const { means, covariance } = fitted.joint(all);
        const lower = choleskyOfCovariance(covariance, size);
        const values = new Float64Array(count * size);
        for (let s = 0; s < count; s += 1) {
          const numbers = normalNumbers(size, random);
          for (let i = 0; i < size; i += 1) {
            let sum = means[i] ?? 0;
            for (let k = 0; k <= i; k += 1) sum += (lower[i * size + k] ?? 0) * (numbers[k] ?? 0);
            values[s * size + i] = sum;
          }
        }
        drawn.set(name, values);
      }
      return drawn;
    },
  };
};
