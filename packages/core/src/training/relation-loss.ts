import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Projections } from '../encoder/on-tensors/tensor-engine.js';
import { CoreError } from '../errors.js';
import type { Extent } from '../extent.js';
import { paddingBias, slotValues } from '../extent.js';
import { tidy } from '../tidy.js';
import { weightedRelationLoss } from './losses.js';
import { tensorLayerLossOps } from './tensor-loss-ops.js';

export interface RelationOptions {
  /** Relation heads: what the widths of both models are cut into. */
  readonly heads: number;
}

const checkHeads = (heads: number, { shape: [, size] }: Tensor2D): void => {
  if (Number.isInteger(size / heads)) return;
  throw new CoreError(
    'OPTION_INVALID',
    `${heads} relation heads do not divide a width of ${size}; choose a divisor of both models' widths.`,
  );
};

/**
 * How far the relations between a student's tokens are from its teacher's: KL(teacher || student) of softmax(X X^T / sqrt(d)) for
 * X the queries, the keys and the values, each averaged over relation heads and real tokens, summed (MiniLMv2, Wang et al. 2021,
 * section 3.1). The two models may have any widths and numbers of attention heads.
 *
 * @param teacher of one layer, [B * T, hidden] each
 * @param student of one layer, [B * T, hidden] each
 * @throws CoreError `OPTION_INVALID` when the heads do not divide a width
 */
export const relationLoss = (
  teacher: Projections,
  student: Projections,
  extent: Extent,
  { heads }: RelationOptions,
): Scalar =>
  tidy(() => {
    const { rows, width, counts } = extent;
    for (const { query } of [teacher, student]) checkHeads(heads, query);
    const ops = tensorLayerLossOps(rows);
    const tokens = counts.reduce((sum, count) => sum + count, 0);
    const bias = paddingBias(extent);
    const options = {
      heads,
      bias: bias && tf.tensor4d(bias, [rows, 1, 1, width]),
      weights: tf.tensor4d(slotValues(extent, { real: 1 / (tokens * heads), padding: 0 }), [rows, 1, width, 1]),
    };
    const related = (value: Tensor2D) => ({ value, width: value.shape[1] });
    const terms = (['query', 'key', 'value'] as const).map((kind) =>
      weightedRelationLoss<Tensor>(ops, related(teacher[kind]), related(student[kind]), options),
    );
    return tf.addN(terms) as Scalar;
  });
