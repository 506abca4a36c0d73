import { validateOperatingPoint } from '@length-adaptive/core/lengths';
import { ModelError, messageOf } from '../errors.js';
import type { LengthAdaptiveFile } from '../folder/length-adaptive-file.js';
import { lengthAdaptiveFileName } from '../folder/length-adaptive-file.js';
import { isRecord } from '../sources/json-record.js';
import type { MeasuredCascade } from './reranking.js';

/** What `length_adaptive.json` says of reranking, in its field `rerank`. */
export interface RerankRecord {
  readonly cascades: readonly MeasuredCascade[];
  /** Lists of candidates that they were measured on, and documents in them. */
  readonly lists: number;
  readonly documents: number;
  /** Whether the documents of these lists came in the order of a first search, which was fused with that of the model. */
  readonly ordered?: true | undefined;
}

const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;

const readCascade = (value: unknown, at: number, layers: number): MeasuredCascade => {
  const fail = (problem: string, cause?: unknown): never => {
    throw new ModelError('FILE_INVALID', `${lengthAdaptiveFileName}: cascade ${at} of "rerank" ${problem}.`, { cause });
  };
  if (!isRecord(value)) return fail('is not an object');
  const { point, keep, fidelity, cost } = value;
  if (!(typeof keep === 'number' && Number.isInteger(keep) && keep >= 0))
    return fail(`keeps ${JSON.stringify(keep)}, expected a number of documents`);
  if (!isShare(fidelity)) return fail(`has fidelity ${JSON.stringify(fidelity)}, expected 0 to 1`);
  if (!(typeof cost === 'number' && cost > 0))
    return fail(`has cost ${JSON.stringify(cost)}, expected a share above 0`);
  if (!isRecord(point)) return fail('has no point');
  try {
    return { point: validateOperatingPoint(point, layers), keep, fidelity, cost };
  } catch (error) {
    return fail(`has another point than the model: ${messageOf(error)}`, error);
  }
};

/**
 * The cascades that a model's file names, the cheapest first; none where nobody searched for them.
 *
 * @throws ModelError `FILE_INVALID`
 */
export const readCascades = (file: LengthAdaptiveFile | undefined, layers: number): readonly MeasuredCascade[] => {
  const record = file?.['rerank'];
  if (record === undefined) return [];
  if (!isRecord(record) || !Array.isArray(record['cascades']))
    throw new ModelError('FILE_INVALID', `${lengthAdaptiveFileName}: "rerank" has no list of cascades.`);
  const cascades: readonly unknown[] = record['cascades'];
  return cascades.map((each, at) => readCascade(each, at, layers)).sort((a, b) => a.cost - b.cost);
};

/** Whether those cascades were searched on documents in the order of a first search. */
export const searchedInOrder = (file: LengthAdaptiveFile | undefined): boolean => {
  const record = file?.['rerank'];
  return isRecord(record) && record['ordered'] === true;
};

/** A model's file with cascades in it. */
export const withCascades = (file: LengthAdaptiveFile | undefined, record: RerankRecord): LengthAdaptiveFile => ({
  ...(file ?? { format: 'length-adaptive', version: 2, paretoSet: [] }),
  rerank: record,
});
