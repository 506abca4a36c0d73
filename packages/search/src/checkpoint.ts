import type { Algorithm } from './algorithms/algorithm.js';
import type { Direction, Directions } from './dominance.js';
import { SearchError } from './errors.js';
import type { ResolvedSettings } from './options.js';
import type { RandomState } from './random.js';

const FORMAT = 'length-adaptive-search';
const VERSION = 2;

/** A genotype of a checkpoint: its values in the order of `directions` and `constraints`, or why it has none. */
export type CheckpointEntry<Genome = unknown> =
  | { readonly genome: Genome; readonly values: readonly number[] }
  | { readonly genome: Genome; readonly discarded: string };

/** How a search stood before a generation that the limit of evaluations cut short: with a higher limit that one is made again, whole. */
export interface CutGeneration {
  /** How many genotypes had been evaluated. */
  readonly evaluations: number;
  readonly random: RandomState;
  /** The population, as positions in `evaluated`. */
  readonly population: readonly number[];
  /** How many hypervolumes had been measured. */
  readonly hypervolumes: number;
}

/** A search at the end of a generation, as plain data: `JSON.stringify` keeps all of it if it keeps a genome. */
export interface Checkpoint<Genome = unknown> {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly algorithm: Pick<Algorithm, 'name' | 'settings'>;
  readonly directions: readonly (readonly [name: string, direction: Direction])[];
  readonly constraints: readonly string[];
  readonly settings: ResolvedSettings<string>;
  readonly random: RandomState;
  /** The last completed generation; -1 before the initial one. */
  readonly generation: number;
  /** Hypervolumes of the generations so far, if the search has a reference. */
  readonly hypervolumes: readonly number[];
  /** Every genotype evaluated so far. */
  readonly evaluated: readonly CheckpointEntry<Genome>[];
  /** The population, as positions in `evaluated`. */
  readonly population: readonly number[];
  /** There if the last generation was cut short by the limit of evaluations. */
  readonly cut?: CutGeneration;
}

export const writeCheckpoint = <Genome>(body: Omit<Checkpoint<Genome>, 'format' | 'version'>): Checkpoint<Genome> => ({
  format: FORMAT,
  version: VERSION,
  ...body,
});

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isCount = (value: unknown, least = 0): value is number => Number.isInteger(value) && Number(value) >= least;

const invalid = (what: string): SearchError =>
  new SearchError('INVALID_CHECKPOINT', `${what} Give resume() the parsed JSON of what checkpoint() gave, unchanged.`);

const isEntryOf =
  (width: number) =>
  (entry: unknown): boolean =>
    isRecord(entry) &&
    'genome' in entry &&
    (typeof entry['discarded'] === 'string' ||
      (Array.isArray(entry['values']) && entry['values'].length === width && entry['values'].every(Number.isFinite)));

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
  if (data['version'] !== VERSION) {
    throw new SearchError(
      'CHECKPOINT_VERSION',
      `Checkpoint is of version ${JSON.stringify(data['version'])}, this release reads version ${VERSION}. Resume it with the release that wrote it.`,
    );
  }
  const { algorithm, directions, constraints, settings, random, generation, hypervolumes, evaluated, population } =
    data;
  if (!isRecord(algorithm) || !isRecord(settings) || !Array.isArray(random) || !isCount(generation, -1)) {
    throw invalid('Checkpoint lacks algorithm, settings, random state or generation.');
  }
  if (!Array.isArray(directions) || !Array.isArray(constraints) || !Array.isArray(hypervolumes)) {
    throw invalid('Checkpoint lacks directions, constraints or hypervolumes.');
  }
  const width = directions.length + constraints.length;
  if (!Array.isArray(evaluated) || !evaluated.every(isEntryOf(width))) {
    throw invalid(`Checkpoint has an evaluated entry without a genome and ${width} finite values.`);
  }
  const inPopulation = (entry: unknown): boolean =>
    isCount(entry) && isRecord(evaluated[entry]) && 'values' in evaluated[entry];
  if (!Array.isArray(population) || !population.every(inPopulation)) {
    throw invalid(`Checkpoint's population points outside its ${evaluated.length} evaluated genotypes.`);
  }
  const { cut } = data;
  if (cut === undefined) return data as unknown as Checkpoint;
  const before = isRecord(cut) ? cut : {};
  const first = Number(before['evaluations']);
  const members = before['population'];
  const fits = Array.isArray(members) && members.every((entry) => inPopulation(entry) && entry < first);
  if (!fits || !isCount(first) || first > evaluated.length || !Array.isArray(before['random']))
    throw invalid(`Checkpoint's cut generation does not fit its ${evaluated.length} evaluated genotypes.`);
  return data as unknown as Checkpoint;
};

/** @throws SearchError `CHECKPOINT_MISMATCH` if the checkpoint belongs to other objectives, constraints or another algorithm */
export const checkSameSearch = (
  checkpoint: Checkpoint,
  {
    directions,
    constraints,
    algorithm,
  }: { readonly directions: Directions; readonly constraints: readonly string[]; readonly algorithm: Algorithm },
): void => {
  const own = {
    objectives: Object.entries(directions),
    constraints,
    algorithm: { name: algorithm.name, settings: algorithm.settings },
  };
  const saved = {
    objectives: checkpoint.directions,
    constraints: checkpoint.constraints,
    algorithm: checkpoint.algorithm,
  };
  for (const part of ['objectives', 'constraints', 'algorithm'] as const) {
    const [came, expected] = [JSON.stringify(own[part]), JSON.stringify(saved[part])];
    if (came !== expected) {
      throw new SearchError(
        'CHECKPOINT_MISMATCH',
        `Checkpoint was written for ${part} ${expected}, this search has ${came}: resume it with the same, in the same order.`,
      );
    }
  }
};
