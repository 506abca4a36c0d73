import { CoreError } from '../errors.js';
import { cutPatches, imageTokens, patchCount, patchSize, pixelCount } from './image-shape.js';
import type { EmbeddingWeights } from './weights.js';

/** The largest number that a prior may hold: far above any significance, and small enough to leave [CLS] above it. */
export const greatestPrior = 1e6;

/** One input: its real tokens and nothing else. Padding is never an input; the encoder adds and removes its own. */
export interface EncoderInput {
  /** Token ids, [CLS] first where the encoder has one. */
  readonly ids: ArrayLike<number>;
  /** Segment ids, one a token. Default: all 0. Encoders without segment embeddings do not look at them. */
  readonly typeIds?: ArrayLike<number> | undefined;
  /**
   * What is known of each token's worth before the encoder has looked at it, one number a token from 0 to 1e6: added to its
   * significance in the layers that `priorLayers` names. Default: all 0.
   */
  readonly prior?: ArrayLike<number> | undefined;
  /**
   * Of encoders that read images: the numbers of all pixels, channel by channel and row by row, as the model wants them. `ids` are then 0 for
   * each token.
   */
  readonly pixels?: ArrayLike<number> | undefined;
}

/** A batch padded on the right to its own longest row. */
export interface PaddedBatch {
  /** B */
  readonly rows: number;
  /** T: the longest row. */
  readonly width: number;
  /** Real tokens of each row. */
  readonly lengths: readonly number[];
  /** [B * T] */
  readonly ids: Int32Array;
  /** [B * T] */
  readonly typeIds: Int32Array;
  /** [B * T], 0 for padding; undefined where no row has one. */
  readonly prior: Float32Array | undefined;
  /** Of images: [B * patches * numbers of a patch] */
  readonly patches: Float32Array | undefined;
}

const checkIds = (ids: ArrayLike<number>, limit: number, what: string, row: number): void => {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (!(Number.isInteger(id) && id >= 0 && id < limit)) {
      throw new CoreError(
        'INPUT_INVALID',
        `Row ${row}, token ${i}: ${what} ${id} is outside 0..${limit - 1} of this model.`,
      );
    }
  }
};

/** The priors of the rows, [B * T]. */
const padPriors = (inputs: readonly EncoderInput[], width: number): Float32Array | undefined => {
  if (inputs.every(({ prior }) => prior === undefined)) return undefined;
  const priors = new Float32Array(inputs.length * width);
  inputs.forEach(({ ids, prior }, row) => {
    if (prior === undefined) return;
    if (prior.length !== ids.length)
      throw new CoreError(
        'INPUT_INVALID',
        `Row ${row} has ${ids.length} ids but a prior of ${prior.length} numbers; expected one a token.`,
      );
    const values = Array.from(prior);
    const wrong = values.findIndex((value) => !(value >= 0 && value <= greatestPrior));
    if (wrong >= 0)
      throw new CoreError(
        'INPUT_INVALID',
        `Row ${row}, token ${wrong}: the prior is ${values[wrong]}; expected a number from 0 to ${greatestPrior}.`,
      );
    priors.set(values, row * width);
  });
  return priors;
};

/** The patches of the rows. */
const patchesOf = (
  inputs: readonly EncoderInput[],
  { patches }: Pick<EmbeddingWeights, 'patches'>,
): Float32Array | undefined => {
  if (patches === undefined) return undefined;
  const { image } = patches;
  const size = patchCount(image) * patchSize(image);
  const to = new Float32Array(inputs.length * size);
  inputs.forEach(({ ids, pixels }, row) => {
    const fail = (problem: string): never => {
      throw new CoreError('INPUT_INVALID', `Row ${row} ${problem}.`);
    };
    if (pixels === undefined) return fail('has no pixels, and the model reads images');
    const { channels, height, width } = image;
    if (pixels.length !== pixelCount(image))
      return fail(
        `has ${pixels.length} numbers of pixels; expected ${pixelCount(image)}: ${channels} channels of ${height} x ${width}`,
      );
    if (ids.length !== imageTokens(image))
      return fail(
        `has ${ids.length} ids; expected ${imageTokens(image)}, one a patch and ${image.leading} before them`,
      );
    cutPatches(pixels, image, { to, offset: row * size });
  });
  return to;
};

/**
 * Lays ragged rows out as one rectangle.
 *
 * @throws CoreError `INPUT_INVALID` for an empty batch or row, an id outside its table, a prior that does not fit
 * its row, or a row longer than the positions table
 */
export const padBatch = (inputs: readonly EncoderInput[], embeddings: EmbeddingWeights): PaddedBatch => {
  const lengths = inputs.map(({ ids }) => ids.length);
  const width = Math.max(0, ...lengths);
  const { position, firstPosition = 0, mostTokens = Infinity, tokenType: segments, oneType = false } = embeddings;
  const { comparedTypes = 0 } = embeddings;
  const positions = position === undefined ? mostTokens : position.shape[0] - firstPosition;
  if (lengths.length === 0) throw new CoreError('INPUT_INVALID', 'The batch is empty; expected at least one row.');
  if (width > positions) {
    throw new CoreError(
      'INPUT_INVALID',
      `Row ${lengths.indexOf(width)} has ${width} tokens but the model has ${positions} positions; truncate the input.`,
    );
  }

  const ids = new Int32Array(inputs.length * width);
  const typeIds = new Int32Array(inputs.length * width);
  const vocabulary = embeddings.word.shape[0];
  const types = oneType ? 0 : (segments?.shape[0] ?? comparedTypes);
  inputs.forEach((input, row) => {
    if (input.ids.length === 0)
      throw new CoreError('INPUT_INVALID', `Row ${row} has no tokens; expected at least one.`);
    checkIds(input.ids, vocabulary, 'token id', row);
    ids.set(Array.from(input.ids), row * width);
    if (input.typeIds && types > 0) {
      if (input.typeIds.length !== input.ids.length) {
        throw new CoreError(
          'INPUT_INVALID',
          `Row ${row} has ${input.ids.length} ids but ${input.typeIds.length} type ids.`,
        );
      }
      checkIds(input.typeIds, types, 'type id', row);
      typeIds.set(Array.from(input.typeIds), row * width);
    }
  });
  return {
    rows: inputs.length,
    width,
    lengths,
    ids,
    typeIds,
    prior: padPriors(inputs, width),
    patches: patchesOf(inputs, embeddings),
  };
};

/**
 * Which tokens of each row may become one with which: numbers as `NumberOps.segments` gives them, [B * T].
 *
 * A separator is what ends a row, wherever the same id stands in it; segments lie between separators, and differ by their type, too. An image has
 * no separators, and is one segment.
 *
 * @param protectedTokens leading tokens that are no part of any
 */
export const segmentsOf = (
  { rows, width, lengths, ids, typeIds, patches }: PaddedBatch,
  protectedTokens: number,
): Float32Array => {
  const segments = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    const length = lengths[row] as number;
    let separators = 0;
    for (let slot = 0; slot < length; slot++) {
      const ends = patches === undefined && ids[start + slot] === ids[start + length - 1];
      const segment = 1 + separators + typeStride * (typeIds[start + slot] as number);
      if (slot >= protectedTokens) segments[start + slot] = ends ? -segment : segment;
      if (ends) separators++;
    }
  }
  return segments;
};

/**
 * What stands around the last text of each row, as `TileOps.frame` says it: [B, T] flattened.
 *
 * @param protectedTokens leading tokens that always stay
 */
export const frameOf = (batch: PaddedBatch, protectedTokens: number): Float32Array => {
  const { rows, width, lengths } = batch;
  const segments = segmentsOf(batch, protectedTokens);
  const frame = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    const own = segments.subarray(start, start + (lengths[row] as number));
    const last = own.reduce((most, segment) => Math.max(most, segment), 0);
    own.forEach((segment, slot) => (frame[start + slot] = segment < last ? 1 : 0));
  }
  return frame;
};

/** The same of one input, whose first token stays. */
export const frameOfInput = ({ ids, typeIds }: Pick<EncoderInput, 'ids' | 'typeIds'>): Float32Array => {
  const width = ids.length;
  const own = { ids: Int32Array.from(ids), typeIds: Int32Array.from({ length: width }, (_, i) => typeIds?.[i] ?? 0) };
  return frameOf({ ...own, rows: 1, width, lengths: [width], prior: undefined, patches: undefined }, 1);
};

/** The same of texts that a token stands for: the whole is one, whatever its tokens are. */
export const oneSegment = (
  { rows, width, lengths }: Pick<PaddedBatch, 'rows' | 'width' | 'lengths'>,
  protectedTokens: number,
): Float32Array =>
  Float32Array.from({ length: rows * width }, (_, i) => {
    const slot = i % width;
    return slot >= protectedTokens && slot < (lengths[Math.floor(i / width)] as number) ? 1 : 0;
  });

/** More than a row has separators. */
export const typeStride = 2 ** 16;
