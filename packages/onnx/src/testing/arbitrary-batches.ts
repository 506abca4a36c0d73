import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import * as fc from 'fast-check';

const vocabulary = 40;
const positions = 32;

/** One row of random tokens. */
const arbitraryInput: fc.Arbitrary<EncoderInput> = fc
  .array(fc.tuple(fc.nat(vocabulary - 1), fc.nat(1)), { minLength: 1, maxLength: positions })
  .map((tokens) => ({ ids: tokens.map(([id]) => id), typeIds: tokens.map(([, type]) => type) }));

/** Ratios of every kind: none dropped, whole tokens of some length, any number. */
const arbitraryRatio = fc.oneof(
  fc.constant(1),
  fc
    .tuple(fc.integer({ min: 1, max: positions }), fc.integer({ min: 1, max: positions }))
    .map(([a, b]) => Math.min(a, b) / Math.max(a, b)),
  fc.double({ min: 0.01, max: 1, noNaN: true }),
);

/** A configuration: ratios that never rise. */
export const arbitraryConfig = (layers: number): fc.Arbitrary<LengthConfig> =>
  fc.array(arbitraryRatio, { minLength: layers, maxLength: layers }).map((ratios) => ratios.sort((a, b) => b - a));

/** Rows of any lengths. */
export const arbitraryBatch: fc.Arbitrary<EncoderInput[]> = fc.array(arbitraryInput, { minLength: 1, maxLength: 5 });

/** Rows with a configuration each. */
export const arbitraryRows = (
  layers: number,
): fc.Arbitrary<{ readonly input: EncoderInput; readonly config: LengthConfig }[]> =>
  fc.array(fc.record({ input: arbitraryInput, config: arbitraryConfig(layers) }), { minLength: 1, maxLength: 5 });
