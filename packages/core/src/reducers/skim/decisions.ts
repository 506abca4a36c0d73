/** Decisions of a reducer in training: whether each token stays, with a gradient that passes straight through. */
import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { Extent } from '../../extent.js';
import type { Random } from '../../random.js';

/** Above any logit: its sigmoid is 1, and has no slope. */
const always = 1e4;

export interface OffsetOptions {
  /** Source of the noise of a decision. Default: none, a token stays where its logit is above 0. */
  readonly random?: Random | undefined;
  /** Leading tokens that always stay. Default 1, [CLS]. */
  readonly protectedTokens?: number | undefined;
}

/**
 * What is added to the logits of a layer before it decides, [B, T] flattened: the difference of two Gumbel variables for each real token, and a number
 * above all logits for those that always stay.
 */
export const decisionOffsets = (
  { rows, width, counts }: Extent,
  { random, protectedTokens = 1 }: OffsetOptions = {},
): Float32Array => {
  const offsets = new Float32Array(rows * width);
  counts.forEach((count, row) => {
    for (let token = 0; token < count; token++) {
      const u = random && Math.min(Math.max(random.uniform(), 1e-9), 1 - 1e-9);
      const noise = u === undefined ? 0 : Math.log(u / (1 - u));
      offsets[row * width + token] = token < protectedTokens ? always : noise;
    }
  });
  return offsets;
};

/**
 * 1 for each token that stays, 0 for the others: those whose logit is above 0 with what is added to it. The gradient is that of the sigmoid of this sum,
 * divided by the temperature.
 *
 * @param logits how much each token matters, [B, T]
 * @param offsets as `decisionOffsets` gives them
 */
export const decideStraightThrough = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  logits: E['scores'],
  offsets: E['scores'],
  temperature: number,
): E['scores'] => {
  const { numbers: n } = ops;
  const moved = n.add(logits, offsets);
  const soft = ops.sigmoid(n.multiply(moved, 1 / temperature));
  const hard = n.ofSlots(n.less(0, moved));
  return n.add(soft, n.constant(n.subtract(hard, soft)));
};
