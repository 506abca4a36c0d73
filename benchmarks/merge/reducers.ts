/** The reducers that the benchmark compares, and the lengths that it compares them at. */
import type { LengthConfig, Reducer } from '@length-adaptive/core';
import { findReducer, relativeCost } from '@length-adaptive/core';
import type { Dimensions } from '@length-adaptive/models';

/** `attention` drops, the others merge. */
export const reducers = ['attention', 'tome', 'pool', 'fuse', 'token-pooling'] as const;

export type ReducerName = (typeof reducers)[number];

/** With what was not trained beside them: what they cost, and what they leave of vectors. */
export const compared = [...reducers, 'token-pooling-means'] as const;

export type ComparedName = (typeof compared)[number];

export const reducerOf = (name: ComparedName): Reducer =>
  name === 'token-pooling-means' ? findReducer('token-pooling', { centres: 'means' }) : findReducer(name);

/** All layers from one on keep the same share of what they get. */
const chain = (layers: number, from: number, share: number): LengthConfig =>
  Array.from({ length: layers }, (_, layer) => share ** Math.max(0, layer + 1 - from));

export interface ChainOptions {
  /** The share of the MACs of the full length that is left. */
  readonly share: number;
  /** Tokens of the input. */
  readonly length: number;
  /** The first layer that tokens leave. Default 0. */
  readonly from?: number;
}

/** The lengths that leave about a share of the MACs. */
export const chainAt = (dimensions: Dimensions, { share, length, from = 0 }: ChainOptions): LengthConfig => {
  let [low, high] = [0.02, 1];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (relativeCost(dimensions, chain(dimensions.layers, from, middle), [length]) < share) low = middle;
    else high = middle;
  }
  return chain(dimensions.layers, from, high);
};
