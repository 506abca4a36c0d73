import { paddingScore } from '@length-adaptive/core/encoder';
import type { ComparedValues, LossOps } from '@length-adaptive/core/training';
import type { LabelledInput } from './labelled-input.js';
import type { TeacherAndStudent } from './task-loss.js';

/** How much the order of what is compared counts, and how sharply it is looked at. */
export interface AdaptationWeights {
  /** Weight of the divergence between distributions over what is compared, beside the nearness of each answer. */
  readonly comparison: number;
  /** Divides scores before their softmax. */
  readonly temperature: number;
}

/**
 * What a model learns by that is adapted to fewer tokens without labels: to answer as its frozen original does at full length. Both parts give
 * a scalar, over the operations that every engine has.
 */
export interface AdaptationLoss {
  /** What an input is compared with: the other inputs of its batch, or its list, itself with it. */
  readonly compares: 'others' | 'lists';
  /** Where nobody says others. */
  readonly usual: AdaptationWeights;
  /** Of the full length: how far its answers have moved away. */
  full<T>(ops: LossOps<T>, given: TeacherAndStudent<T>, compared: ComparedValues<T>): T;
  /** Of a sub-model. */
  reduced<T>(ops: LossOps<T>, given: TeacherAndStudent<T>, compared: ComparedValues<T>, weights: AdaptationWeights): T;
}

/** `ComparedValues` of a batch. */
export interface ComparedArrays {
  /** [B, 1] */
  readonly weights: Float32Array;
  /** [B, B] */
  readonly bias: Float32Array;
}

/** What the inputs of a batch are compared with. Every list weighs the same. */
export const comparedArrays = (
  { compares }: Pick<AdaptationLoss, 'compares'>,
  batch: readonly LabelledInput[],
): ComparedArrays => {
  const count = batch.length;
  const sizes = new Map<unknown, number>();
  for (const { list } of batch) sizes.set(list, (sizes.get(list) ?? 0) + 1);
  const isCompared = (one: number, other: number): boolean =>
    compares === 'others' ? one !== other : batch[one]?.list === batch[other]?.list;
  return {
    weights: Float32Array.from(batch, ({ list }) =>
      compares === 'others' ? 1 / count : 1 / (sizes.size * (sizes.get(list) ?? 1)),
    ),
    bias: Float32Array.from({ length: count * count }, (_, at) =>
      isCompared(Math.floor(at / count), at % count) ? 0 : paddingScore,
    ),
  };
};
