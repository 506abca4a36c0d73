import type { CoreError, OperatingPoint, Ranks } from '@length-adaptive/core/lengths';
import { validateOperatingPoint, validateRanks } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import type { LowRankRecord } from './low-rank.js';
import { lowRankProblem } from './low-rank.js';
import type { PriorSettings } from '../priors/prior-settings.js';
import { priorProblem } from '../priors/prior-settings.js';
import { isRecord } from '../sources/json-record.js';
import type { DepartedAnswer } from '../tasks/departed-answer.js';
import { departedAnswers } from '../tasks/departed-answer.js';

/** Name of our one file in a model directory. */
export const lengthAdaptiveFileName = 'length_adaptive.json';

/** A searched operating point with what it was measured to give and to cost. */
export interface ParetoPoint {
  /** What the model is run at. */
  readonly point: OperatingPoint;
  /** The metric of the search, on its split; larger is better. */
  readonly score: number;
  /**
   * What a regression over everything that the search scored expects of the score. Points are chosen by their `score`, and whatever is
   * the best of many had luck too: this one is mostly a little worse, and nearer to what other examples give. In the units of `score`.
   */
  readonly expectedScore?: number;
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
  /** Bytes of the ONNX file that runs it at any lengths: in its ranks and bits, as they are exported. Where a search weighed file sizes. */
  readonly fileBytes?: number;
}

/** How the Pareto set was found. */
export interface SearchRecord {
  readonly seed?: number;
  /** What proposed points: `surrogate`, `nsga2`. Absent in files of versions that had one method, which was the second. */
  readonly method?: string;
  /** Generations, or batches, after the first. */
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

/** What chooses the tokens that stay: its name, and whatever settings it has. */
export interface ReducerRecord {
  readonly name: string;
  readonly [setting: string]: unknown;
}

/**
 * What `length_adaptive.json` says: how the model was trained, and the operating points worth running it at.
 *
 * Files of version 1 are read too: `lengthConfig` of their points is `point.lengths`, their `reducer` is `prior`. What is written is version 2.
 */
export interface LengthAdaptiveFile {
  readonly format: 'length-adaptive';
  readonly version: 2;
  /** How it was trained, in the trainer's own words (bounds, epochs, seed, base model). */
  readonly training?: Readonly<Record<string, unknown>>;
  readonly search?: SearchRecord;
  /** The prior that helps to rank its tokens, and did in training and search. Absent: attention alone ranks. */
  readonly prior?: PriorSettings;
  /** What chooses the tokens that stay. Absent: the attention that they receive. */
  readonly reducer?: ReducerRecord;
  /** What a token that left answers, in tasks whose tokens answer each for itself. Absent: what the head makes of its last state. */
  readonly departed?: DepartedAnswer;
  /** Of what size the factors of its matrices are, where it has some. */
  readonly lowRank?: LowRankRecord;
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

const textFields = ['metric', 'split', 'method'];
const numberFields = ['seed', 'generations', 'evaluations', 'examples', 'meanTokens'];

/** What is wrong with lengths; undefined when nothing is. `name` is what their file calls them. */
const lengthsProblem = (lengths: readonly unknown[], name: string, layers: number | undefined): string | undefined => {
  const shown = `${name} [${lengths.join(', ')}]`;
  if (!lengths.every((ratio): ratio is number => isFinite(ratio) && ratio > 0 && ratio <= 1))
    return `has ${shown}, expected numbers in (0, 1]`;
  if (lengths.some((ratio, layer) => ratio > (lengths[layer - 1] ?? 1)))
    return `has ${shown}, which rises: a token dropped in one layer is gone in the next`;
  if (layers !== undefined && lengths.length !== layers) return `has ${lengths.length} ratios, others have ${layers}`;
  return undefined;
};

/** What is wrong with ranks; undefined when nothing is. */
const ranksProblem = (ranks: Ranks, layers: number | undefined): string | undefined => {
  try {
    validateRanks(ranks, layers);
    return undefined;
  } catch (error) {
    return `has point.ranks that cannot be read. ${(error as CoreError).message}`;
  }
};

/** What is wrong with fields of a point; undefined when nothing is. */
const fieldProblem = (fields: Readonly<Record<string, unknown>>, layers: number | undefined): string | undefined => {
  for (const [name, value] of Object.entries(fields)) {
    try {
      validateOperatingPoint({ [name]: value }, layers);
    } catch (error) {
      return `has point.${name} that cannot be read. ${(error as CoreError).message}`;
    }
  }
  return undefined;
};

/** What is wrong with an operating point; undefined when nothing is. */
const operatingPointProblem = (point: unknown, layers: number | undefined): string | undefined => {
  if (!isRecord(point)) return 'has no point, an object such as { "lengths": [0.8, 0.4] }';
  const { lengths, ranks, skip, floor, reducer, bits, ...more } = point;
  const unknown = Object.keys(more)[0];
  if (unknown !== undefined)
    return `has a point with the field "${unknown}", and this release runs points with lengths, floor, reducer, skip, ranks and bits alone. Update the package`;
  const wrongRanks = ranks === undefined ? undefined : ranksProblem(ranks as Ranks, layers);
  if (wrongRanks !== undefined) return wrongRanks;
  const wrong = fieldProblem(
    { skip, floor, reducer, bits },
    layers ?? (Array.isArray(lengths) ? lengths.length : undefined),
  );
  if (wrong !== undefined) return wrong;
  if (lengths === undefined) return undefined;
  if (!Array.isArray(lengths) || lengths.length === 0)
    return 'has point.lengths that are not a list of one ratio a layer';
  return lengthsProblem(lengths, 'point.lengths', layers);
};

/** What is wrong with what a point of the Pareto set was measured to give and to cost; undefined when nothing is. */
const measuredProblem = (measured: Readonly<Record<string, unknown>>): string | undefined => {
  const { score, expectedScore, cost, macs, latencyMs, fileBytes, flips } = measured;
  if (!isFinite(score)) return `has score ${JSON.stringify(score)}, expected a number`;
  if (expectedScore !== undefined && !isFinite(expectedScore))
    return `has expectedScore ${JSON.stringify(expectedScore)}, expected a number`;
  if (!isFinite(cost) || cost <= 0 || cost > 1)
    return `has cost ${JSON.stringify(cost)}, expected a share of the full cost in (0, 1]`;
  if (flips !== undefined && !(isFinite(flips) && flips >= 0 && flips <= 1))
    return `has flips ${JSON.stringify(flips)}, expected a share of answers in [0, 1]`;
  const wrong = Object.entries({ macs, latencyMs, fileBytes }).find(
    ([, value]) => value !== undefined && !(isFinite(value) && value >= 0),
  );
  return wrong === undefined ? undefined : `has ${wrong[0]} ${JSON.stringify(wrong[1])}, expected a number from 0`;
};

/** What a version of the file calls its fields, and how one of its Pareto points is read. */
interface FileVersion {
  readonly prior: 'prior' | 'reducer';
  /** The lengths of a Pareto point, whatever they are. */
  readonly lengths: (entry: Readonly<Record<string, unknown>>) => unknown;
  /** What is wrong with what a Pareto point runs the model at; undefined when nothing is. */
  readonly problem: (entry: Readonly<Record<string, unknown>>, layers: number | undefined) => string | undefined;
  /** A Pareto point of which nothing is wrong, as version 2 has it. */
  readonly read: (entry: Readonly<Record<string, unknown>>) => unknown;
}

const versions: Readonly<Record<1 | 2, FileVersion>> = {
  1: {
    prior: 'reducer',
    lengths: ({ lengthConfig }) => lengthConfig,
    problem: ({ lengthConfig }, layers) =>
      Array.isArray(lengthConfig) && lengthConfig.length > 0
        ? lengthsProblem(lengthConfig, 'lengthConfig', layers)
        : 'has no lengthConfig, a list of one ratio a layer',
    read: ({ lengthConfig, ...measured }) => ({ point: { lengths: lengthConfig }, ...measured }),
  },
  2: {
    prior: 'prior',
    lengths: ({ point }) => (isRecord(point) ? point['lengths'] : undefined),
    problem: ({ point }, layers) => operatingPointProblem(point, layers),
    read: (entry) => entry,
  },
};

/**
 * Checks what a `length_adaptive.json` holds and returns it as version 2, its Pareto set sorted by cost. Version 1 is read too.
 *
 * @throws ModelError `FILE_INVALID` naming the field and, for another version, what to do
 * @example
 * const file = validateLengthAdaptiveFile(JSON.parse(text));
 * file.paretoSet[0]?.point.lengths; // of the cheapest point
 */
export const validateLengthAdaptiveFile = (value: unknown, name = lengthAdaptiveFileName): LengthAdaptiveFile => {
  const fail = (problem: string): never => {
    throw new ModelError('FILE_INVALID', `${name}: ${problem}.`);
  };
  if (!isRecord(value)) return fail('expected a JSON object');
  const { format, version, training, search, paretoSet } = value;
  if (format !== 'length-adaptive') return fail(`"format" is ${JSON.stringify(format)}, expected "length-adaptive"`);
  if (version !== 1 && version !== 2)
    return fail(
      `"version" is ${JSON.stringify(version)}, and this release reads versions 1 and 2. Update the package, or search the model again`,
    );
  const fields = versions[version];
  if (training !== undefined && !isRecord(training)) return fail('"training" is not an object');
  if (search !== undefined) {
    if (!isRecord(search)) return fail('"search" is not an object');
    const wrongText = textFields.find((field) => search[field] !== undefined && typeof search[field] !== 'string');
    if (wrongText !== undefined) return fail(`"search.${wrongText}" is not a text`);
    const wrongNumber = numberFields.find((field) => search[field] !== undefined && !isFinite(search[field]));
    if (wrongNumber !== undefined) return fail(`"search.${wrongNumber}" is not a number`);
  }
  const prior = value[fields.prior];
  const wrongPrior = prior === undefined ? undefined : priorProblem(prior);
  if (wrongPrior !== undefined) return fail(`"${fields.prior}" ${wrongPrior}`);
  const reducer = version === 1 ? undefined : value['reducer'];
  if (reducer !== undefined && !(isRecord(reducer) && typeof reducer['name'] === 'string'))
    return fail(`"reducer" is ${JSON.stringify(reducer)}, expected an object with a name`);
  const departed = value['departed'];
  if (departed !== undefined && !departedAnswers.some((known) => known === departed))
    return fail(
      `"departed" is ${JSON.stringify(departed)}, expected ${departedAnswers.map((known) => JSON.stringify(known)).join(' or ')}`,
    );
  const lowRank = version === 1 ? undefined : value['lowRank'];
  const wrongFactors = lowRank === undefined ? undefined : lowRankProblem(lowRank);
  if (wrongFactors !== undefined) return fail(`"lowRank" ${wrongFactors}`);
  if (!Array.isArray(paretoSet)) return fail('"paretoSet" is not a list');
  const entries: readonly unknown[] = paretoSet;
  const withLengths = entries.flatMap((entry) => {
    const lengths = isRecord(entry) ? fields.lengths(entry) : undefined;
    return Array.isArray(lengths) ? [lengths.length] : [];
  });
  const points = entries.map((entry, i) => {
    if (!isRecord(entry)) return fail(`point ${i} of "paretoSet" is not an object`);
    const problem = fields.problem(entry, withLengths[0]) ?? measuredProblem(entry);
    if (problem !== undefined) fail(`point ${i} of "paretoSet" ${problem}`);
    return fields.read(entry);
  });
  const sorted = [...(points as readonly ParetoPoint[])].sort((a, b) => a.cost - b.cost || a.score - b.score);
  if (version === 2) return { ...value, format, version, paretoSet: sorted };
  const { reducer: _, ...rest } = value;
  const full = isRecord(search) ? search['full'] : undefined;
  return {
    ...rest,
    ...(isRecord(full) && Array.isArray(full['lengthConfig']) && { search: { ...search, full: fields.read(full) } }),
    format,
    version: 2,
    ...(prior !== undefined && { prior: prior as PriorSettings }),
    paretoSet: sorted,
  };
};

/** The text of a `length_adaptive.json`, checked, its Pareto set sorted by cost. */
export const formatLengthAdaptiveFile = (file: LengthAdaptiveFile): string =>
  `${JSON.stringify(validateLengthAdaptiveFile(file), null, 2)}\n`;
