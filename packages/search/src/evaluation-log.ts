import type { Rows } from './algorithms/algorithm.js';
import type { Axis, Objectives } from './dominance.js';
import type { Result, Solution } from './problem.js';
import { isDiscarded } from './results.js';

/** Every genotype ever evaluated with its result, in the order of evaluation. Numbers of entries count from 0. */
export interface EvaluationLog<Genome, Name extends string, Constraint extends string> {
  size(): number;
  /** Enters a new genotype with its checked result, and gives its number. */
  add(genome: Genome, result: Result<Name | Constraint>): number;
  genome(entry: number): Genome;
  /** The entry with that number, its objectives with the caller's signs; undefined if it was discarded. */
  solution(entry: number): Solution<Genome, Name, Constraint> | undefined;
  /** Why an entry was discarded; undefined if it was not. */
  discarded(entry: number): string | undefined;
  /** The minimised objective values and the violations of some entries, none of them discarded. */
  rows(entries: Uint32Array): Rows;
  /** The least of each minimised objective so far. */
  readonly ideal: Float64Array;
}

export const createEvaluationLog = <Genome, Name extends string, Constraint extends string>(
  axes: readonly Axis<Name>[],
  constraints: readonly Constraint[],
): EvaluationLog<Genome, Name, Constraint> => {
  const genomes: Genome[] = [];
  const reasons = new Map<number, string>();
  const names = axes.map(({ name }) => name);
  const signs = Float64Array.from(axes, ({ sign }) => sign);
  const objectives = axes.length;
  const width = objectives + constraints.length; // signed objectives, then constraints as they came
  const ideal = new Float64Array(objectives).fill(Infinity);
  let values = new Float64Array(256 * width);
  let violations = new Float64Array(256);

  const grow = (): void => {
    const [wider, longer] = [new Float64Array(2 * values.length), new Float64Array(2 * violations.length)];
    wider.set(values);
    longer.set(violations);
    [values, violations] = [wider, longer];
  };

  const enter = (entry: number, result: Objectives<Name | Constraint>): void => {
    const start = entry * width;
    for (let m = 0; m < objectives; m += 1) {
      const value = (signs[m] ?? 1) * result[names[m] as Name];
      values[start + m] = value;
      if (value < (ideal[m] ?? Infinity)) ideal[m] = value;
    }
    let violation = 0;
    for (let c = 0; c < constraints.length; c += 1) {
      const value = result[constraints[c] as Constraint];
      values[start + objectives + c] = value;
      if (value > 0) violation += value;
    }
    violations[entry] = violation;
  };

  return {
    ideal,
    size: () => genomes.length,
    add: (genome, result) => {
      const entry = genomes.push(genome) - 1;
      if (entry === violations.length) grow();
      if (isDiscarded(result)) reasons.set(entry, result.discarded);
      else enter(entry, result);
      return entry;
    },
    genome: (entry) => genomes[entry] as Genome,
    discarded: (entry) => reasons.get(entry),
    solution: (entry) => {
      if (reasons.has(entry)) return undefined;
      const own = {} as Record<Name, number>;
      axes.forEach(({ name, sign }, m) => void (own[name] = sign * (values[entry * width + m] ?? 0)));
      const constraintValues = {} as Record<Constraint, number>;
      constraints.forEach((name, c) => void (constraintValues[name] = values[entry * width + objectives + c] ?? 0));
      return {
        genome: genomes[entry] as Genome,
        objectives: own,
        ...(constraints.length > 0 && { constraints: constraintValues }),
        violation: violations[entry] ?? 0,
      };
    },
    rows: (entries) => {
      const rows = new Float64Array(entries.length * objectives);
      const broken = new Float64Array(entries.length);
      for (let i = 0; i < entries.length; i += 1) {
        const entry = entries[i] ?? 0;
        broken[i] = violations[entry] ?? 0;
        for (let m = 0; m < objectives; m += 1) rows[i * objectives + m] = values[entry * width + m] ?? 0;
      }
      return { values: rows, objectives, violations: broken };
    },
  };
};
