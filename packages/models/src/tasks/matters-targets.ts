import type { LossOps } from '@length-adaptive/core/training';
import { weightedCrossEntropy } from '@length-adaptive/core/training';
import type { LabelledInput } from './labelled-input.js';
import { widthOf } from './target-arrays.js';

/** How much more a token counts that matters than one that does not: most do not. */
const positiveWeight = 4;

/** Weight of what a reducer learns beside what the model learns of its task. */
export const predictorLossWeight = 0.3;

/**
 * Whether each token of a batch matters, as distributions that are weighted already: [B, T, 2], that it does, then that it does not. Their weights
 * sum to 1; 0 for padding and where nobody knows.
 */
export const mattersTargets = (
  batch: readonly LabelledInput[],
  matters: (example: LabelledInput) => readonly number[],
): Float32Array => {
  const width = widthOf(batch);
  const targets = new Float32Array(batch.length * width * 2);
  let sum = 0;
  batch.forEach((example, row) =>
    matters(example).forEach((value, token) => {
      if (value < 0) return;
      const at = 2 * (row * width + token);
      targets[at] = positiveWeight * value;
      targets[at + 1] = 1 - value;
      sum += positiveWeight * value + 1 - value;
    }),
  );
  return sum === 0 ? targets : targets.map((value) => value / sum);
};

/**
 * What a reducer learns from: the mean over the layers of the cross-entropy of what it predicts.
 *
 * @param predictions logits of each layer, [B, T]
 * @param targets as `mattersTargets` gives them, [B, T, 2]
 */
export const predictorLoss = <T>(ops: LossOps<T>, predictions: readonly T[], targets: T): T | undefined => {
  const losses = predictions.map((logits) => weightedCrossEntropy(ops, ops.withOpposite(logits), targets));
  const [first, ...others] = losses;
  if (first === undefined) return undefined;
  const total = others.reduce((sum, loss) => ops.add(sum, loss), first);
  return ops.scale(total, predictorLossWeight / losses.length);
};
