/** What Block-Skim learns (Guan et al. 2022): whether a block of tokens matters, by the attention among them. */
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { PredictedAt, TokenPredictor } from '../token-predictor.js';
import { keepLessSkim, mapOf } from './predictors.js';

/** How much more a block counts that matters, as published for SQuAD. */
const blockWeight = 20;

/** Standard deviation of new weights before a positive part: what leaves it varies as what enters it. */
const heDeviation = (inputs: number): number => Math.sqrt(2 / inputs);

/**
 * A number a block, the same for all of its tokens: the square of attention among them through two convolutions by 3 x 3, each with its positive part and
 * the mean of every 2 x 2, and a map onto the logits of skimming the block and of keeping it. In place of batch norm, whose statistics are of a batch,
 * attention enters relative to what each token would get of an even one.
 *
 * @param mix the weight of each logit in the number of a block
 */
export const predictByConvolution = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  at: Pick<PredictedAt<E>, 'attended' | 'predictor' | 'tokens' | 'heads'>,
  size: number,
  mix: readonly number[] = keepLessSkim,
): E['scores'] => {
  const { tiles } = ops;
  const seen = tiles.diagonal(at.attended.probabilities, at.tokens, { size, heads: at.heads });
  const once = tiles.halve(tiles.convolve(seen, mapOf(at, 'first')));
  const twice = tiles.halve(tiles.convolve(once, mapOf(at, 'second')));
  return tiles.spread(ops.read(tiles.rows(twice), mapOf(at, 'decision'), mix), at.tokens, size);
};

/** @param size tokens of a block, a multiple of 4 */
export const convolutionPredictor = (size: number): TokenPredictor => ({
  blocks: { size, weight: blockWeight },
  shape: (_, heads) => {
    const convolution = { inputs: 9 * heads, outputs: heads, deviation: heDeviation(9 * heads) };
    return {
      maps: {
        first: convolution,
        second: convolution,
        decision: { inputs: (heads * size * size) / 16, outputs: 2 },
      },
      norms: {},
    };
  },
  // Of a block: 9 H^2 a place, of which the second convolution has a quarter; and the map.
  macs: (_, heads) => 9 * heads * heads * (size + size / 4) + (heads * size) / 8,
  predict: (ops, at) => predictByConvolution(ops, at, size),
});
