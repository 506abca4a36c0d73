import type { Algorithm } from '../algorithms/algorithm.js';
import type { CheckpointEntry } from '../checkpoint.js';
import type { Direction } from '../dominance.js';
import { SearchError } from '../errors.js';
import type { RandomState } from '../random.js';
import type { FitParameters } from './model.js';
import type { Forecast } from './modelled-values.js';
import type { ResolvedSurrogateSettings } from './surrogate-options.js';

const FORMAT = 'length-adaptive-surrogate-search';
const VERSION = 1;

/**
 * A surrogate-assisted search at the end of a batch, as plain data: `JSON.stringify` keeps all of it if it keeps a
 * genome.
 */
export interface SurrogateCheckpoint<Genome = unknown> {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly algorithm: Pick<Algorithm, 'name' | 'settings'>;
  readonly directions: readonly (readonly [name: string, direction: Direction])[];
  readonly constraints: readonly string[];
  /** The values that are never modelled. */
  readonly exact: readonly string[];
  /** The names of the regressions that learn the others. */
  readonly regressions: readonly string[];
  readonly settings: ResolvedSurrogateSettings<string>;
  readonly random: RandomState;
  /** The last completed batch; -1 before the start. */
  readonly generation: number;
  /** Hypervolumes of the front after each batch, if the search has a reference. */
  readonly hypervolumes: readonly number[];
  /** Every genotype evaluated so far. */
  readonly evaluated: readonly CheckpointEntry<Genome>[];
  /** The population that offspring are bred of, as positions in `evaluated`. */
  readonly population: readonly number[];
  /** Where the fit of each learned value starts. */
  readonly parameters: Readonly<Record<string, FitParameters>>;
  /** What was foretold of entries before they were measured. */
  readonly forecasts: readonly (readonly [entry: number, forecasts: Readonly<Record<string, Forecast>>])[];
}

export const writeSurrogateCheckpoint = <Genome>(
  body: Omit<SurrogateCheckpoint<Genome>, 'format' | 'version'>,
): SurrogateCheckpoint<Genome> => ({ format: FORMAT, version: VERSION, ...body });

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (what: string): SearchError =>
  new SearchError('INVALID_CHECKPOINT', `${what} Give resume() the parsed JSON of what checkpoint() gave, unchanged.`);

const isNumbers = (value: unknown): boolean => Array.isArray(value) && value.every(Number.isFinite);

const areParameters = (value: unknown): boolean => isRecord(value) && Object.values(value).every(isNumbers);

const isForecast =
  (entries: readonly unknown[]) =>
  (item: unknown): boolean =>
    Array.isArray(item) &&
    isRecord(entries[item[0] as number]) &&
    isRecord(item[1]) &&
    Object.values(item[1]).every(
      (forecast) => isRecord(forecast) && Number.isFinite(forecast['mean']) && Number.isFinite(forecast['deviation']),
    );

/**
 * Reads parsed JSON as the checkpoint of a surrogate-assisted search.
 *
 * @throws SearchError `INVALID_CHECKPOINT` if it is not one, `CHECKPOINT_VERSION` if a different release wrote it
 */
export const readSurrogateCheckpoint = (data: unknown): SurrogateCheckpoint => {
  if (!isRecord(data) || data['format'] !== FORMAT) {
    const came = isRecord(data) ? `format is ${JSON.stringify(data['format'])}` : `a ${typeof data} came`;
    throw invalid(`Not a checkpoint of a surrogate search: ${came}, expected an object with format "${FORMAT}".`);
  }
  if (data['version'] !== VERSION) {
    throw new SearchError(
      'CHECKPOINT_VERSION',
      `Checkpoint is of version ${JSON.stringify(data['version'])}, this release reads version ${VERSION}. Resume it with the release that wrote it.`,
    );
  }
  const { directions, constraints, exact, regressions, hypervolumes, evaluated, population, parameters, forecasts } =
    data;
  for (const part of ['algorithm', 'settings'] as const)
    if (!isRecord(data[part])) throw invalid(`Checkpoint lacks ${part}.`);
  if (!Array.isArray(data['random']) || !Number.isInteger(data['generation']))
    throw invalid('Checkpoint lacks its random state or generation.');
  for (const [part, list] of Object.entries({ exact, regressions }))
    if (!Array.isArray(list)) throw invalid(`Checkpoint lacks ${part}.`);
  if (!Array.isArray(directions) || !Array.isArray(constraints) || !isNumbers(hypervolumes))
    throw invalid('Checkpoint lacks directions, constraints or hypervolumes.');
  const width = directions.length + constraints.length;
  const isEntry = (entry: unknown): boolean =>
    isRecord(entry) &&
    'genome' in entry &&
    (typeof entry['discarded'] === 'string' ||
      (isNumbers(entry['values']) && (entry['values'] as readonly number[]).length === width));
  if (!Array.isArray(evaluated) || !evaluated.every(isEntry))
    throw invalid(`Checkpoint has an evaluated entry without a genome and ${width} finite values.`);
  const isMember = (entry: unknown): boolean => {
    const member: unknown = evaluated[entry as number];
    return isRecord(member) && 'values' in member;
  };
  if (!Array.isArray(population) || !population.every(isMember))
    throw invalid(`Checkpoint's population points outside its ${evaluated.length} evaluated genotypes.`);
  if (!isRecord(parameters) || !Object.values(parameters).every(areParameters))
    throw invalid('Checkpoint lacks the parameters of its models.');
  if (!Array.isArray(forecasts) || !forecasts.every(isForecast(evaluated)))
    throw invalid('Checkpoint lacks the forecasts of its models.');
  return data as unknown as SurrogateCheckpoint;
};

/**
 * @throws SearchError `CHECKPOINT_MISMATCH` if the checkpoint belongs to other objectives, constraints, exact values,
 * regressions or another algorithm
 */
export const checkSameSurrogateSearch = (
  checkpoint: SurrogateCheckpoint,
  own: Pick<SurrogateCheckpoint, 'directions' | 'constraints' | 'exact' | 'regressions' | 'algorithm'>,
): void => {
  for (const part of ['directions', 'constraints', 'exact', 'regressions', 'algorithm'] as const) {
    const [came, expected] = [JSON.stringify(own[part]), JSON.stringify(checkpoint[part])];
    if (came !== expected) {
      throw new SearchError(
        'CHECKPOINT_MISMATCH',
        `Checkpoint was written for ${part} ${expected}, this search has ${came}: resume it with the same, in the same order.`,
      );
    }
  }
};
