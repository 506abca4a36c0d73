import type { TokenPredictor } from '@length-adaptive/core/encoder';
import { frameOfInput } from '@length-adaptive/core/encoder';
import type { LossOps } from '@length-adaptive/core/training';
import { weightedCrossEntropy } from '@length-adaptive/core/training';
import type { LabelledInput } from './labelled-input.js';
import { widthOf } from './target-arrays.js';
import type { Task } from './task.js';

/** How much more a token counts that matters than one that does not: most do not. */
const usualWeight = 4;

/** What a reducer is taught of examples. */
export interface Teaching {
  /** For each token 1 where it matters, 0 where not, -1 where nobody knows. */
  readonly matters: (example: LabelledInput) => readonly number[];
  /** How much more a token counts that matters than one that does not. Default 4. */
  readonly weight?: number | undefined;
}

/**
 * For each token whether its block matters: whether any token of the answer is in it. Nobody knows of the tokens that stay in any case, which make no block
 * matter either.
 */
const blockMatters = ({ input }: LabelledInput, answer: readonly number[], size: number): number[] => {
  const frame = frameOfInput(input);
  const known = answer.map((value, token) => (frame[token] ? -1 : value));
  return known.map((value, token) => {
    const start = token - (token % size);
    return value < 0 ? -1 : Math.max(...known.slice(start, start + size));
  });
};

/** What a predictor is taught by a task: of each token, or of blocks of them. Undefined where the task does not say what matters. */
export const teachingOf = (
  { matters }: Pick<Task, 'matters'>,
  { blocks }: Pick<TokenPredictor, 'blocks'> = {},
): Teaching | undefined => {
  if (!matters || !blocks) return matters && { matters: (example) => matters(example) };
  const { size, weight } = blocks;
  return { weight, matters: (example) => blockMatters(example, matters(example, 0), size) };
};

/** Weight of what a reducer learns beside what the model learns of its task. */
export const predictorLossWeight = 0.3;

/**
 * Whether each token of a batch matters, as distributions that are weighted already: [B, T, 2], that it does, then that it does not. Their weights
 * sum to 1; 0 for padding and where nobody knows.
 */
export const mattersTargets = (
  batch: readonly LabelledInput[],
  { matters, weight = usualWeight }: Teaching,
): Float32Array => {
  const width = widthOf(batch);
  const targets = new Float32Array(batch.length * width * 2);
  let sum = 0;
  batch.forEach((example, row) =>
    matters(example).forEach((value, token) => {
      if (value < 0) return;
      const at = 2 * (row * width + token);
      targets[at] = weight * value;
      targets[at + 1] = 1 - value;
      sum += weight * value + 1 - value;
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
