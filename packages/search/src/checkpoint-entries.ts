import type { CheckpointEntry } from './checkpoint.js';
import type { Objectives } from './dominance.js';
import type { EvaluationLog } from './evaluation-log.js';
import { createGenotypeSet, keyOf, type GenotypeSet } from './genotype-set.js';
import type { Result } from './problem.js';
import type { Space } from './space.js';

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
const resultOf = <Value extends string>(entry: CheckpointEntry, names: readonly Value[]): Result<Value> =>
  'values' in entry
    ? (Object.fromEntries(names.map((name, i) => [name, entry.values[i]])) as Objectives<Value>)
    : { discarded: entry.discarded };

/** The results of entries, by the keys of their genomes. */
export const resultsByKey = <Genome, Value extends string>(
  space: Pick<Space<Genome>, 'key' | 'identity'>,
  entries: readonly CheckpointEntry[],
  names: readonly Value[],
): Map<string, Result<Value>> =>
  new Map(entries.map((entry) => [keyOf(space, entry.genome as Genome), resultOf(entry, names)]));

/** Enters evaluations of a checkpoint as they came. */
export const enterEntries = <Genome, Name extends string, Constraint extends string>(
  entries: readonly CheckpointEntry[],
  {
    log,
    known,
    names,
  }: {
    readonly log: EvaluationLog<Genome, Name, Constraint>;
    readonly known: GenotypeSet<Genome>;
    readonly names: readonly (Name | Constraint)[];
  },
): void => {
  for (const entry of entries) {
    const genome = entry.genome as Genome;
    known.add(genome);
    log.add(genome, resultOf(entry, names));
  }
};

/** The set of all that was evaluated. */
export const genotypesOf = <Genome, Name extends string, Constraint extends string>(
  space: Pick<Space<Genome>, 'key' | 'identity'>,
  log: EvaluationLog<Genome, Name, Constraint>,
): GenotypeSet<Genome> => {
  const known = createGenotypeSet(space);
  for (let entry = 0; entry < log.size(); entry += 1) known.add(log.genome(entry));
  return known;
};
