import { SearchError } from './errors.js';

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isCount = (value: unknown, least = 0): value is number =>
  Number.isInteger(value) && Number(value) >= least;

/** Whether a value is a list of finite numbers. */
export const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every(Number.isFinite);

export const invalidCheckpoint = (what: string): SearchError =>
  new SearchError('INVALID_CHECKPOINT', `${what} Give resume() the parsed JSON of what checkpoint() gave, unchanged.`);

const isEntryOf =
  (width: number) =>
  (entry: unknown): boolean =>
    isRecord(entry) &&
    'genome' in entry &&
    (typeof entry['discarded'] === 'string' || (isNumbers(entry['values']) && entry['values'].length === width));

/** What the checkpoints of every kind of search hold, checked. */
export interface CheckpointBody {
  /** All of the checkpoint: what only one kind of search has is not checked. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Every genotype evaluated so far. */
  readonly evaluated: readonly unknown[];
  /** Whether a value is the number of an entry of `evaluated` that was not discarded. */
  readonly isMember: (value: unknown) => value is number;
}

/**
 * Reads parsed JSON as the checkpoint of a search, as far as those of all kinds are alike.
 *
 * @throws SearchError `INVALID_CHECKPOINT` if it is not one, `CHECKPOINT_VERSION` if a different release wrote it
 */
export const readCheckpointBody = (
  data: unknown,
  { format, version, search }: { readonly format: string; readonly version: number; readonly search: string },
): CheckpointBody => {
  if (!isRecord(data) || data['format'] !== format) {
    const came = isRecord(data) ? `format is ${JSON.stringify(data['format'])}` : `a ${typeof data} came`;
    throw invalidCheckpoint(`Not a checkpoint of a ${search}: ${came}, expected an object with format "${format}".`);
  }
  if (data['version'] !== version) {
    throw new SearchError(
      'CHECKPOINT_VERSION',
      `Checkpoint is of version ${JSON.stringify(data['version'])}, this release reads version ${version}. Resume it with the release that wrote it.`,
    );
  }
  const { algorithm, directions, constraints, settings, random, generation, hypervolumes, evaluated, population } =
    data;
  if (!isRecord(algorithm) || !isRecord(settings) || !Array.isArray(random) || !isCount(generation, -1))
    throw invalidCheckpoint('Checkpoint lacks algorithm, settings, random state or generation.');
  if (!Array.isArray(directions) || !Array.isArray(constraints) || !isNumbers(hypervolumes))
    throw invalidCheckpoint('Checkpoint lacks directions, constraints or hypervolumes.');
  const width = directions.length + constraints.length;
  if (!Array.isArray(evaluated) || !evaluated.every(isEntryOf(width)))
    throw invalidCheckpoint(`Checkpoint has an evaluated entry without a genome and ${width} finite values.`);
  const entries: readonly unknown[] = evaluated;
  const isMember = (value: unknown): value is number => {
    const entry = isCount(value) ? entries[value] : undefined;
    return isRecord(entry) && 'values' in entry;
  };
  if (!Array.isArray(population) || !population.every(isMember))
    throw invalidCheckpoint(`Checkpoint's population points outside its ${entries.length} evaluated genotypes.`);
  return { fields: data, evaluated: entries, isMember };
};

/** @throws SearchError `INVALID_CHECKPOINT` for a generation, or batch, that a limit cut short and that does not fit what was evaluated */
export const checkCut = (cut: unknown, { evaluated, isMember }: CheckpointBody): void => {
  if (cut === undefined) return;
  const before = isRecord(cut) ? cut : {};
  const first = Number(before['evaluations']);
  const members = before['population'];
  const fits = Array.isArray(members) && members.every((entry) => isMember(entry) && entry < first);
  if (!fits || !isCount(first) || first > evaluated.length || !Array.isArray(before['random']))
    throw invalidCheckpoint(`Checkpoint's cut generation does not fit its ${evaluated.length} evaluated genotypes.`);
};

/** @throws SearchError `CHECKPOINT_MISMATCH` naming the first part that a search has otherwise than its checkpoint */
export const checkSameParts = <Part extends string>(
  saved: Readonly<Record<Part, unknown>>,
  own: Readonly<Record<Part, unknown>>,
): void => {
  for (const part of Object.keys(saved) as Part[]) {
    const [came, expected] = [JSON.stringify(own[part]), JSON.stringify(saved[part])];
    if (came !== expected) {
      throw new SearchError(
        'CHECKPOINT_MISMATCH',
        `Checkpoint was written for ${part} ${expected}, this search has ${came}: resume it with the same, in the same order.`,
      );
    }
  }
};
