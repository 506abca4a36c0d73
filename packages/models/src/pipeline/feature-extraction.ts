import { ModelError } from '../errors.js';
import type { Predictor } from '../predictor/predictor.js';
import type { EmbeddingPooling } from '../tasks/embedding-settings.js';
import type { PipelineDefaults } from './pipeline-options.js';
import { spending } from './pipeline-options.js';

/** Vectors, [texts, numbers]. */
export interface FeatureTensor {
  readonly type: 'float32' | 'int8' | 'uint8';
  readonly dims: readonly [texts: number, numbers: number];
  /** Row by row. */
  readonly data: Float32Array | Int8Array | Uint8Array;
  tolist(): number[][];
}

export interface FeatureExtractionOptions extends PipelineDefaults {
  /** `mean`, `cls` or `first_token`; it has to be the one that the model's files name. Default: theirs. */
  readonly pooling?: 'mean' | 'cls' | 'first_token' | undefined;
  /** Bring vectors to length 1; it has to be as the model's files say. Default: as they say. */
  readonly normalize?: boolean | undefined;
  /** Give a bit a number, whether it is above 0, eight a byte. Default false. */
  readonly quantize?: boolean | undefined;
  /** Bytes of bits as `ubinary` (0 to 255), or with 128 taken away as `binary`. Default `binary`. */
  readonly precision?: 'binary' | 'ubinary' | undefined;
}

/** The vector of a text, or those of several, as rows of a tensor. */
export type FeatureExtractionPipeline = (
  texts: string | readonly string[],
  options?: FeatureExtractionOptions,
) => Promise<FeatureTensor>;

const poolings: Readonly<Record<string, EmbeddingPooling>> = { mean: 'mean', cls: 'first', first_token: 'first' };

/** @throws ModelError `OPTION_INVALID` for vectors that are made otherwise than the model's files say */
const checkOptions = ({ embedding }: Predictor, { pooling, normalize, precision }: FeatureExtractionOptions): void => {
  const fail = (message: string): never => {
    throw new ModelError('OPTION_INVALID', message);
  };
  if (precision !== undefined && precision !== 'binary' && precision !== 'ubinary')
    fail(`precision is ${JSON.stringify(precision)}; expected "binary" or "ubinary".`);
  const own = embedding?.pooling;
  if (pooling !== undefined && (!Object.hasOwn(poolings, pooling) || poolings[pooling] !== own))
    fail(
      `pooling is ${JSON.stringify(pooling)}, and the model's vectors are made by ${JSON.stringify(own)}; leave it out, or open the model with another (embedding({ pooling })).`,
    );
  if (normalize !== undefined && normalize !== embedding?.normalize)
    fail(
      `normalize is ${normalize}, and the model's files say ${embedding?.normalize}; leave it out, or open the model with another (embedding({ normalize })).`,
    );
};

/** One row after another. */
const joined = <Row extends Float32Array | Int8Array | Uint8Array>(rows: readonly Row[], data: Row): Row => {
  rows.forEach((row, i) => data.set(row, i * row.length));
  return data;
};

const tensorOf = (type: FeatureTensor['type'], data: FeatureTensor['data'], texts: number): FeatureTensor => {
  const numbers = texts === 0 ? 0 : data.length / texts;
  return {
    type,
    dims: [texts, numbers],
    data,
    tolist: () =>
      Array.from({ length: texts }, (_, row) => Array.from(data.subarray(row * numbers, (row + 1) * numbers))),
  };
};

export const featureExtraction =
  (predictor: Predictor, defaults: PipelineDefaults): FeatureExtractionPipeline =>
  async (texts, { pooling, normalize, quantize = false, precision = 'binary', ...own } = {}) => {
    checkOptions(predictor, { pooling, normalize, precision });
    const { truncate: _, ...spent } = spending(own, defaults);
    const list = typeof texts === 'string' ? [texts] : texts;
    const size = (found: readonly { readonly vector: { readonly length: number } }[]): number =>
      found.reduce((sum, { vector }) => sum + vector.length, 0);
    if (!quantize) {
      const found = await predictor.embed(list, { ...spent, format: 'float32' });
      return tensorOf(
        'float32',
        joined(
          found.map(({ vector }) => vector),
          new Float32Array(size(found)),
        ),
        found.length,
      );
    }
    const found = await predictor.embed(list, { ...spent, format: 'binary' });
    const bits = joined(
      found.map(({ vector }) => vector),
      new Uint8Array(size(found)),
    );
    return precision === 'ubinary'
      ? tensorOf('uint8', bits, found.length)
      : tensorOf(
          'int8',
          Int8Array.from(bits, (byte) => byte - 128),
          found.length,
        );
  };
