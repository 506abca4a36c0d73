import type { Direction, Directions } from './dominance.js';
import { SearchError } from './errors.js';
import type { ResolvedSettings } from './options.js';
import type { RandomState } from './random.js';

const FORMAT = 'length-adaptive-search';
const VERSION = 1;

/** A search at the end of a generation, as plain data: `JSON.stringify` keeps all of it if it keeps a genome. */
export interface Checkpoint<Genome = unknown> {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly algorithm: 'nsga2';
  readonly directions: readonly (readonly [name: string, direction: Direction])[];
  readonly settings: ResolvedSettings<string>;
  readonly random: RandomState;
  /** The last completed generation; -1 before the initial one. */
  readonly generation: number;
  /** Every genotype evaluated so far with its objective values, in the order of `directions`. */
  readonly evaluated: readonly { readonly genome: Genome; readonly values: readonly number[] }[];
  /** The population, as positions in `evaluated`. */
  readonly population: readonly number[];
}

/** What of a checkpoint changes from search to search. */
export type CheckpointBody<Genome> = Omit<Checkpoint<Genome>, 'format' | 'version' | 'algorithm'>;

export const writeCheckpoint = <Genome>(body: CheckpointBody<Genome>): Checkpoint<Genome> => ({
  format: FORMAT,
  version: VERSION,
  algorithm: 'nsga2',
  ...body,
});

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isCount = (value: unknown, least = 0): value is number => Number.isInteger(value) && Number(value) >= least;

const invalid = (what: string): SearchError =>
  new SearchError('INVALID_CHECKPOINT', `${what} Give resume() the parsed JSON of what checkpoint() gave, unchanged.`);

/**
 * Reads parsed JSON as a checkpoint.
 *
 * @throws SearchError `INVALID_CHECKPOINT` if it is not one, `CHECKPOINT_VERSION` if a different release wrote it
 */
export const readCheckpoint = (data: unknown): Checkpoint => {
  if (!isRecord(data) || data['format'] !== FORMAT) {
    const came = isRecord(data) ? `format is ${JSON.stringify(data['format'])}` : `a ${typeof data} came`;
    throw invalid(`Not a search checkpoint: ${came}, expected an object with format "${FORMAT}".`);
  }
  if (data['version'] !== VERSION || data['algorithm'] !== 'nsga2') {
    throw new SearchError(
      'CHECKPOINT_VERSION',
      `Checkpoint is version ${JSON.stringify(data['version'])} of ${JSON.stringify(data['algorithm'])}: this release ` +
        `reads version ${VERSION} of "nsga2". Resume it with the release that wrote it.`,
    );
  }
  const { directions, settings, random, generation, evaluated, population } = data;
  if (!Array.isArray(directions) || !isRecord(settings) || !Array.isArray(random) || !isCount(generation, -1)) {
    throw invalid('Checkpoint lacks directions, settings, random state or generation.');
  }
  const width = directions.length;
  const isEntry = (entry: unknown): boolean =>
    isRecord(entry) &&
    'genome' in entry &&
    Array.isArray(entry['values']) &&
    entry['values'].length === width &&
    entry['values'].every(Number.isFinite);
  if (!Array.isArray(evaluated) || !evaluated.every(isEntry)) {
    throw invalid(`Checkpoint has an evaluated entry without a genome and ${width} finite values.`);
  }
  if (!Array.isArray(population) || !population.every((entry) => isCount(entry) && entry < evaluated.length)) {
    throw invalid(`Checkpoint's population points outside its ${evaluated.length} evaluated genotypes.`);
  }
  return data as unknown as Checkpoint;
};

/** @throws SearchError `CHECKPOINT_MISMATCH` if the checkpoint belongs to a problem with other objectives */
export const checkSameObjectives = (checkpoint: Checkpoint, directions: Directions): void => {
  const saved = JSON.stringify(checkpoint.directions);
  const own = JSON.stringify(Object.entries(directions));
  if (saved !== own) {
    throw new SearchError(
      'CHECKPOINT_MISMATCH',
      `Checkpoint was written for objectives ${saved}, the problem has ${own}: resume it with the same names, ` +
        'directions and order.',
    );
  }
};
