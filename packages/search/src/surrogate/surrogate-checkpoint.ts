import type { Algorithm } from '../algorithms/algorithm.js';
import type { CheckpointEntry, CutGeneration } from '../checkpoint.js';
import {
  checkCut,
  checkSameParts,
  invalidCheckpoint,
  isCount,
  isNumbers,
  isRecord,
  readCheckpointBody,
} from '../checkpoint-body.js';
import type { Direction } from '../dominance.js';
import type { RandomState } from '../random.js';
import type { FitParameters } from './model.js';
import type { Forecast } from './modelled-values.js';
import type { ResolvedSurrogateSettings } from './surrogate-options.js';

const FORMAT = 'length-adaptive-surrogate-search';
const VERSION = 1;

/** How a search stood before a batch that the limit of evaluations cut short: with a higher limit that one is made again, whole. */
export interface CutBatch extends CutGeneration {
  /** Where fits started. */
  readonly parameters: Readonly<Record<string, FitParameters>>;
  /** How many forecasts there were. */
  readonly forecasts: number;
}

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
  /** There if the last batch was cut short by the limit of evaluations. */
  readonly cut?: CutBatch;
}

export const writeSurrogateCheckpoint = <Genome>(
  body: Omit<SurrogateCheckpoint<Genome>, 'format' | 'version'>,
): SurrogateCheckpoint<Genome> => ({ format: FORMAT, version: VERSION, ...body });

const areParameters = (value: unknown): boolean => isRecord(value) && Object.values(value).every(isNumbers);

const areAllParameters = (value: unknown): boolean => isRecord(value) && Object.values(value).every(areParameters);

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
  const body = readCheckpointBody(data, {
    format: FORMAT,
    version: VERSION,
    search: 'surrogate search',
  });
  const { fields, evaluated } = body;
  const { exact, regressions, parameters, forecasts } = fields;
  for (const [part, list] of Object.entries({ exact, regressions }))
    if (!Array.isArray(list)) throw invalidCheckpoint(`Checkpoint lacks ${part}.`);
  if (!areAllParameters(parameters)) throw invalidCheckpoint('Checkpoint lacks the parameters of its models.');
  if (!Array.isArray(forecasts) || !forecasts.every(isForecast(evaluated)))
    throw invalidCheckpoint('Checkpoint lacks the forecasts of its models.');
  const { cut } = fields;
  checkCut(cut, body);
  if (isRecord(cut) && !(areAllParameters(cut['parameters']) && isCount(cut['forecasts'])))
    throw invalidCheckpoint('Checkpoint lacks the parameters or the forecasts of the models before its cut batch.');
  return fields as unknown as SurrogateCheckpoint;
};

/**
 * @throws SearchError `CHECKPOINT_MISMATCH` if the checkpoint belongs to other objectives, constraints, exact values,
 * regressions or another algorithm
 */
export const checkSameSurrogateSearch = (
  checkpoint: SurrogateCheckpoint,
  own: Pick<SurrogateCheckpoint, 'directions' | 'constraints' | 'exact' | 'regressions' | 'algorithm'>,
): void => {
  const { directions, constraints, exact, regressions, algorithm } = checkpoint;
  checkSameParts({ directions, constraints, exact, regressions, algorithm }, own);
};
