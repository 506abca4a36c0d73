import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import { encode, keptTokens } from '@length-adaptive/core';
import type { TaskModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';

/** Scores that rounding may put in another order. */
const near = 1e-5;

/**
 * Whether the last token that stays and the first that leaves have nearly the same score: engines may then differ in which. Whole numbers are
 * scores by rule, which no rounding touches.
 */
export const isNearTie = async (
  { encoder, reducer }: TaskModel,
  input: EncoderInput,
  config: LengthConfig,
): Promise<boolean> => {
  const { hidden, trace } = encode(encoder, [input], { config, reducer, wanted: 'survivors', trace: true });
  const scores = await Promise.all(trace.map((layer) => layer.scores.data()));
  tf.dispose([hidden, ...trace.flatMap((layer) => [layer.scores, layer.positions])]);
  const halving = encoder.blocks.flatMap(({ halves }, layer) => (halves ? [layer] : []));
  return keptTokens(config, input.ids.length, { halving }).some((count, layer) => {
    if (halving.includes(layer)) return false;
    const others = Array.from(scores[layer] ?? [])
      .slice(1)
      .sort((a, b) => b - a); // the first token always stays
    const [last, first] = [others[count - 2], others[count - 1]];
    // Tokens of a block have one score, and the earliest of them stay.
    if (reducer.predictor?.blocks)
      return last !== undefined && others.some((score) => score !== last && Math.abs(score - last) < near);
    return last !== undefined && first !== undefined && !Number.isInteger(last) && last - first < near;
  });
};
