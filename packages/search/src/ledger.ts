import type { Axis, Objectives } from './dominance.js';
import type { Solution } from './problem.js';

/** Every genotype ever evaluated, in the order of evaluation: the memo of a search. */
export interface Ledger<Genome, Name extends string> {
  size(): number;
  has(key: string): boolean;
  /** Enters a new genotype and gives its number. */
  add(key: string, genome: Genome, objectives: Objectives<Name>): number;
  /** The entry with that number; its objectives carry the caller's signs. */
  solution(entry: number): Solution<Genome, Name>;
  genome(entry: number): Genome;
  /** The minimised objective values of some entries, one row each. */
  rows(entries: Uint32Array): Float64Array;
}

export const createLedger = <Genome, Name extends string>(axes: readonly Axis<Name>[]): Ledger<Genome, Name> => {
  const keys = new Set<string>();
  const solutions: Solution<Genome, Name>[] = [];
  const width = axes.length;
  let values = new Float64Array(256 * width);

  const solution = (entry: number): Solution<Genome, Name> => {
    const found = solutions[entry];
    if (found === undefined) throw new RangeError(`no entry ${entry} among ${solutions.length}`);
    return found;
  };

  return {
    size: () => solutions.length,
    has: (key) => keys.has(key),
    add: (key, genome, objectives) => {
      const start = solutions.length * width;
      if (start === values.length) {
        const wider = new Float64Array(2 * values.length);
        wider.set(values);
        values = wider;
      }
      const own = {} as Record<Name, number>;
      axes.forEach(({ name, sign }, m) => {
        own[name] = objectives[name];
        values[start + m] = sign * objectives[name];
      });
      keys.add(key);
      return solutions.push({ genome, objectives: own }) - 1;
    },
    solution,
    genome: (entry) => solution(entry).genome,
    rows: (entries) => {
      const rows = new Float64Array(entries.length * width);
      entries.forEach((entry, i) => {
        for (let m = 0; m < width; m += 1) rows[i * width + m] = values[entry * width + m] ?? 0;
      });
      return rows;
    },
  };
};
