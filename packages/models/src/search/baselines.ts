import { ModelError } from '../errors.js';
import { largest } from '../metrics/largest.js';
import { mean } from '../metrics/mean.js';
import type { RunnableModel } from '../model/runnable-model.js';

/** How inputs are padded: not at all, to the longest of their batch, or all to one length. */
export type Padding = 'none' | 'batch' | 'maximum';

/** From what costs least to what costs most. */
export const paddings: readonly Padding[] = ['none', 'batch', 'maximum'];

export interface PaddingOptions {
  /** Tokens that inputs are cut to, and that `maximum` pads all of them to. */
  readonly maxLength: number;
  /** Inputs of a batch, taken in their order. Default 32. */
  readonly batchSize?: number;
}

/** The full length under one way of padding: what a configuration is compared with. */
export interface Baseline {
  readonly padding: Padding;
  /** Mean tokens of an input, padding included. */
  readonly tokens: number;
  /** Mean multiply-accumulates of an input, padding included. */
  readonly macs: number;
  /** `macs` as a multiple of the unpadded ones. */
  readonly ratio: number;
}

/**
 * Tokens of each input with its padding, in the order of the inputs.
 *
 * @throws ModelError `OPTION_INVALID` when an input is longer than `maxLength`, or a batch holds nothing
 */
export const paddedLengths = (
  lengths: readonly number[],
  padding: Padding,
  { maxLength, batchSize = 32 }: PaddingOptions,
): number[] => {
  const longest = largest(lengths);
  if (longest > maxLength)
    throw new ModelError(
      'OPTION_INVALID',
      `maxLength is ${maxLength}, but there is an input of ${longest} tokens; give what the inputs were cut to.`,
    );
  if (!(batchSize >= 1))
    throw new ModelError('OPTION_INVALID', `batchSize is ${batchSize}; expected a whole number of at least 1.`);
  if (padding === 'none') return [...lengths];
  if (padding === 'maximum') return lengths.map(() => maxLength);
  return lengths.map((_, i) => {
    const first = i - (i % batchSize);
    return lengths.slice(first, first + batchSize).reduce((a, b) => Math.max(a, b), 0);
  });
};

/**
 * What the full length costs unpadded, padded to batches and padded to the maximum, in this order. Everything else in this
 * toolkit is relative to unpadded, which is the hardest to beat; most published figures are relative to the maximum.
 *
 * @param lengths tokens of each input, in the order in which batches take them
 * @throws ModelError `DATA_INVALID` without inputs, `OPTION_INVALID`
 * @example
 * fullLengthBaselines(model, [12, 20, 16], { maxLength: 128 }).map(({ ratio }) => ratio); // [1, 1.3, 8.3]
 */
export const fullLengthBaselines = (
  model: RunnableModel,
  lengths: readonly number[],
  options: PaddingOptions,
): Baseline[] => {
  if (lengths.length === 0)
    throw new ModelError('DATA_INVALID', 'There are no inputs to reckon the baselines of; expected at least one.');
  const known = new Map<number, number>();
  const macsOf = (length: number): number => {
    const macs = known.get(length) ?? model.macs(length);
    known.set(length, macs);
    return macs;
  };
  const unpadded = mean(lengths.map(macsOf));
  return paddings.map((padding) => {
    const padded = paddedLengths(lengths, padding, options);
    const macs = mean(padded.map(macsOf));
    return { padding, tokens: mean(padded), macs, ratio: macs / unpadded };
  });
};
