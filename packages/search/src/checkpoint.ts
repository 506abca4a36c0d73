import type { Algorithm } from './algorithms/algorithm.js';
import { checkCut, checkSameParts, readCheckpointBody } from './checkpoint-body.js';
import type { Direction, Directions } from './dominance.js';
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

/**
 * Reads parsed JSON as a checkpoint.
 *
 * @throws SearchError `INVALID_CHECKPOINT` if it is not one, `CHECKPOINT_VERSION` if a different release wrote it
 */
export const readCheckpoint = (data: unknown): Checkpoint => {
  const body = readCheckpointBody(data, {
    format: FORMAT,
    version: VERSION,
    search: 'search',
  });
  checkCut(body.fields['cut'], body);
  return body.fields as unknown as Checkpoint;
};

/** @throws SearchError `CHECKPOINT_MISMATCH` if the checkpoint belongs to other objectives, constraints or another algorithm */
export const checkSameSearch = (
  checkpoint: Checkpoint,
  {
    directions,
    constraints,
    algorithm,
  }: { readonly directions: Directions; readonly constraints: readonly string[]; readonly algorithm: Algorithm },
): void =>
  checkSameParts(
    {
      objectives: checkpoint.directions,
      constraints: checkpoint.constraints,
      algorithm: checkpoint.algorithm,
    },
    {
      objectives: Object.entries(directions),
      constraints,
      algorithm: { name: algorithm.name, settings: algorithm.settings },
    },
  );
