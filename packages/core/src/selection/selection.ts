import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { hasOwnKernel, ownKernel } from '../own-kernels.js';
import { tidy } from '../tidy.js';
import { byKernels } from './by-kernels.js';
import { onDevice, orderOf } from './on-device.js';
import { onHost } from './on-host.js';
import type { SelectionPlace } from './place.js';

/** A rearrangement of the slots of each row that every backend can run forwards and backwards. */
export interface Selection {
  /** B */
  readonly rows: number;
  /** T: slots of each row before. */
  readonly width: number;
  /** N: slots of each row afterwards. */
  readonly size: number;
  /** The old slot that each new slot takes its token from, in the flattened batch: [B * N], int32. */
  readonly source: Tensor1D;
}

/** Whether numbers of the backend that runs lie where they can be read at once. */
export const isOnHost = (): boolean => ['cpu', 'wasm'].includes(tf.getBackend());

const place = (): SelectionPlace => (isOnHost() ? onHost : hasOwnKernel(ownKernel.keepOrder) ? byKernels : onDevice);

/**
 * The slots of each row, highest score first: a permutation, [B, T], int32.
 *
 * @param scores [B, T]; ties go to the earlier token
 * @param protectedTokens this many leading slots come first whatever their score. Default 1, [CLS].
 */
export const rankOrder = (scores: Tensor2D, protectedTokens = 1): Tensor2D =>
  place().rankOrder(scores, protectedTokens);

/**
 * Orders the slots of each row: the `counts[b]` highest scores first, in the order of the text, then the others, also in
 * the order of the text. A permutation, [B, T], int32.
 *
 * @param scores [B, T]; ties go to the earlier token
 * @param counts how many tokens each row keeps
 * @param protectedTokens this many leading slots are kept whatever their score. Default 1, [CLS].
 */
export const keepOrder = (scores: Tensor2D, counts: readonly number[], protectedTokens = 1): Tensor2D =>
  place().keepOrder(scores, counts, protectedTokens);

/** The new slot of each old one after a permutation: [B, T], int32. */
export const placesOf = (order: Tensor2D): Tensor2D => tidy(() => orderOf(asIntegers(order), place()));

const asIntegers = (values: Tensor2D): Tensor2D => (values.dtype === 'int32' ? values : tf.cast(values, 'int32'));

/** The part of a permutation that fills new slots `from` to `to` (exclusive). */
export const selectionOf = (order: Tensor2D, from: number, to: number): Selection => {
  const [rows, width] = order.shape;
  return { rows, width, size: to - from, source: tidy(() => place().flatSlots(asIntegers(order), from, to)) };
};

/**
 * The move back: its old slots are the new ones of `selection`. A slot whose token went nowhere takes what is behind the last of
 * all new slots, number B * N; one whose token went to several takes the first.
 */
export const invert = ({ rows, width, size, source }: Selection): Selection => {
  const target = tidy(() =>
    place().firstSlots(tf.reshape(source, [rows, size]), { width, rowStep: width, missing: rows * size }),
  );
  return { rows, width: size, size: width, source: target };
};

/**
 * Puts tokens in the order of their positions, 0 to `width` (exclusive). A position that no slot holds takes the row's first slot, and
 * must come after those that are held: else {@link invert} takes it for that slot's own.
 *
 * @param positions [B, T]
 */
export const byPosition = (positions: Tensor2D, width: number): Selection => {
  const [rows, slots] = positions.shape;
  const source = tidy(() => place().firstSlots(asIntegers(positions), { width, rowStep: 0, missing: -1 }));
  return { rows, width: slots, size: width, source };
};
