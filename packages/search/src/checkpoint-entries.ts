import type { CheckpointEntry } from './checkpoint.js';
import type { Objectives } from './dominance.js';
import type { EvaluationLog } from './evaluation-log.js';
import type { Result } from './problem.js';

/** Every evaluation as a checkpoint holds it: its values in the order of the names, objectives first, or why it was discarded. */
export const entriesOf = <Genome, Name extends string, Constraint extends string>(
  log: EvaluationLog<Genome, Name, Constraint>,
  objectiveNames: readonly Name[],
  constraintNames: readonly Constraint[],
): CheckpointEntry<Genome>[] =>
  Array.from({ length: log.size() }, (_, entry) => {
    const genome = log.genome(entry);
    const solution = log.solution(entry);
    if (!solution) return { genome, discarded: log.discarded(entry) ?? '' };
    const { objectives, constraints } = solution;
    return {
      genome,
      values: [
        ...objectiveNames.map((name) => objectives[name]),
        ...constraintNames.map((name) => constraints?.[name] ?? 0),
      ],
    };
  });

/** The result that an entry holds, its values in the order of the names. */
export const resultOf = <Value extends string>(entry: CheckpointEntry, names: readonly Value[]): Result<Value> =>
  'values' in entry
    ? (Object.fromEntries(names.map((name, i) => [name, entry.values[i]])) as Objectives<Value>)
    : { discarded: entry.discarded };
