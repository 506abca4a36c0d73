import { ModelError } from '../errors.js';
import type { ModelPrior, PriorSettings } from '../priors/prior-settings.js';
import { priorProblem } from '../priors/prior-settings.js';
import { isRecord } from '../sources/json-record.js';

/** Name of our one file in a model directory. */
export const lengthAdaptiveFileName = 'length_adaptive.json';

/** A searched length configuration with what it was measured to give and to cost. */
export interface ParetoPoint {
  /** For each layer, the share of the input's own tokens that leave it: numbers in (0, 1], non-increasing. */
  readonly lengthConfig: readonly number[];
  /** The metric of the search, on its split; larger is better. */
  readonly score: number;
  /** A metric on examples that the search did not see, where there were some; larger is better. */
  readonly heldOutScore?: number;
  /**
   * Share of answers that are others than those of the full length, 0 to 1: on the examples that the search did not see, where there
   * were some. Absent where answers are numbers, and in files of versions that did not count them.
   */
  readonly flips?: number;
  /** Share of the full model's multiply-accumulates, in (0, 1]. */
  readonly cost: number;
  /** Multiply-accumulates of one input of mean length. */
  readonly macs?: number;
  /** Milliseconds for one input: measured, or predicted where nothing was measured. */
  readonly latencyMs?: number;
}

/** How the Pareto set was found. */
export interface SearchRecord {
  readonly seed?: number;
  readonly generations?: number;
  readonly evaluations?: number;
  readonly metric?: string;
  readonly split?: string;
  /** Examples each configuration was scored on. */
  readonly examples?: number;
  /** Mean number of tokens of those examples. */
  readonly meanTokens?: number;
  readonly [more: string]: unknown;
}

/** What `length_adaptive.json` says: how the model was trained, and the configurations worth running it at. */
export interface LengthAdaptiveFile {
  readonly format: 'length-adaptive';
  readonly version: 1;
  /** How it was trained, in the trainer's own words (bounds, epochs, seed, base model). */
  readonly training?: Readonly<Record<string, unknown>>;
  readonly search?: SearchRecord;
  /** The prior that helps to rank its tokens, and did in training and search. Absent: attention alone ranks. */
  readonly reducer?: PriorSettings;
  /** From the cheapest to the dearest. */
  readonly paretoSet: readonly ParetoPoint[];
  /** What later versions and other tools add is kept. */
  readonly [more: string]: unknown;
}

/**
 * Whether a file says that the weights were trained with LengthDrop: `training` has `lengthDropEpochs` above 0 or, where
 * epochs are not told, a `dropRatioBound` above 0. Weights without a file were not, as far as anyone knows.
 */
export const hasLengthDrop = (file: Pick<LengthAdaptiveFile, 'training'> | undefined): boolean => {
  const { lengthDropEpochs, dropRatioBound } = file?.training ?? {};
  const told = typeof lengthDropEpochs === 'number' ? lengthDropEpochs : dropRatioBound;
  return typeof told === 'number' && told > 0;
};

const isFinite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const textFields = ['metric', 'split'];
const numberFields = ['seed', 'generations', 'evaluations', 'examples', 'meanTokens'];

/** What is wrong with a point of the Pareto set; undefined when nothing is. */
const pointProblem = (point: unknown, layers: number | undefined): string | undefined => {
  if (!isRecord(point)) return 'is not an object';
  const { lengthConfig, score, cost, macs, latencyMs, flips } = point;
  if (!Array.isArray(lengthConfig) || lengthConfig.length === 0)
    return 'has no lengthConfig, a list of one ratio a layer';
  const config: readonly unknown[] = lengthConfig;
  const shown = `lengthConfig [${config.join(', ')}]`;
  if (!config.every((ratio): ratio is number => isFinite(ratio) && ratio > 0 && ratio <= 1))
    return `has ${shown}, expected numbers in (0, 1]`;
  if (config.some((ratio, layer) => ratio > (config[layer - 1] ?? 1)))
    return `has ${shown}, which rises: a token dropped in one layer is gone in the next`;
  if (layers !== undefined && config.length !== layers) return `has ${config.length} ratios, others have ${layers}`;
  if (!isFinite(score)) return `has score ${JSON.stringify(score)}, expected a number`;
  if (!isFinite(cost) || cost <= 0 || cost > 1)
    return `has cost ${JSON.stringify(cost)}, expected a share of the full cost in (0, 1]`;
  if (flips !== undefined && !(isFinite(flips) && flips >= 0 && flips <= 1))
    return `has flips ${JSON.stringify(flips)}, expected a share of answers in [0, 1]`;
  const wrong = Object.entries({ macs, latencyMs }).find(
    ([, value]) => value !== undefined && !(isFinite(value) && value >= 0),
  );
  return wrong === undefined ? undefined : `has ${wrong[0]} ${JSON.stringify(wrong[1])}, expected a number from 0`;
};

/**
 * Checks what a `length_adaptive.json` holds and returns it with its Pareto set sorted by cost.
 *
 * @throws ModelError `FILE_INVALID` naming the field and, for another version, what to do
 * @example
 * const file = validateLengthAdaptiveFile(JSON.parse(text));
 * file.paretoSet[0]?.lengthConfig; // the cheapest configuration
 */
export const validateLengthAdaptiveFile = (value: unknown, name = lengthAdaptiveFileName): LengthAdaptiveFile => {
  const fail = (problem: string): never => {
    throw new ModelError('FILE_INVALID', `${name}: ${problem}.`);
  };
  if (!isRecord(value)) return fail('expected a JSON object');
  const { format, version, training, search, reducer, paretoSet } = value;
  if (format !== 'length-adaptive') return fail(`"format" is ${JSON.stringify(format)}, expected "length-adaptive"`);
  if (version !== 1)
    return fail(
      `"version" is ${JSON.stringify(version)}, and this release reads version 1. Update the package, or search the model again`,
    );
  if (training !== undefined && !isRecord(training)) return fail('"training" is not an object');
  if (search !== undefined) {
    if (!isRecord(search)) return fail('"search" is not an object');
    const wrongText = textFields.find((field) => search[field] !== undefined && typeof search[field] !== 'string');
    if (wrongText !== undefined) return fail(`"search.${wrongText}" is not a text`);
    const wrongNumber = numberFields.find((field) => search[field] !== undefined && !isFinite(search[field]));
    if (wrongNumber !== undefined) return fail(`"search.${wrongNumber}" is not a number`);
  }
  const wrongPrior = reducer === undefined ? undefined : priorProblem(reducer);
  if (wrongPrior !== undefined) return fail(`"reducer" ${wrongPrior}`);
  if (!Array.isArray(paretoSet)) return fail('"paretoSet" is not a list');
  const points: readonly unknown[] = paretoSet;
  const first = points[0];
  const layers = isRecord(first) && Array.isArray(first['lengthConfig']) ? first['lengthConfig'].length : undefined;
  points.forEach((point, i) => {
    const problem = pointProblem(point, layers);
    if (problem !== undefined) fail(`point ${i} of "paretoSet" ${problem}`);
  });
  const sorted = [...(points as readonly ParetoPoint[])].sort((a, b) => a.cost - b.cost || a.score - b.score);
  return { ...value, format, version, paretoSet: sorted };
};

/** What is known of a model, with its prior in it; undefined where nothing is known and attention ranks. */
export const withPriorSettings = (
  file: LengthAdaptiveFile | undefined,
  prior: ModelPrior | undefined,
): LengthAdaptiveFile | undefined => {
  if (prior) return { ...(file ?? { format: 'length-adaptive', version: 1, paretoSet: [] }), reducer: prior };
  if (!file) return undefined;
  const { reducer: _, ...rest } = file;
  return rest;
};

/** The text of a `length_adaptive.json`, checked, its Pareto set sorted by cost. */
export const formatLengthAdaptiveFile = (file: LengthAdaptiveFile): string =>
  `${JSON.stringify(validateLengthAdaptiveFile(file), null, 2)}\n`;
