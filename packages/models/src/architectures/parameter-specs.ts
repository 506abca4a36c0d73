import type { Tensor } from '@tensorflow/tfjs';

/** Where a tensor of a model stands in its file. */
export interface ParameterSpec {
  /** Name in a Hugging Face checkpoint. */
  readonly name: string;
  /** Shape in the file, unless `storedAs` says another. */
  readonly shape: readonly number[];
  /** Shape in the file, where that has more axes than are used: the same numbers in the same order. */
  readonly storedAs?: readonly number[];
  /**
   * The tensor of the file that it is a part of, where several weights are stored as one: the `index`-th of `count` equal parts along the
   * first axis. Its own name is known to this toolkit alone.
   */
  readonly part?: { readonly of: string; readonly index: number; readonly count: number };
  /** Stored [out, in], used [in, out]. */
  readonly transposed?: boolean;
  /** How to make it when the file does not have it: a new head on a pretrained encoder. Without it the tensor is required. */
  readonly initial?: {
    readonly deviation: number;
    /** Of each value of a vector. Default: 0. */
    readonly means?: readonly number[];
  };
  /** What all its values are in a model made from nothing, where they are not drawn: 1 for the gain of a norm. Default 0 for vectors. */
  readonly constant?: number;
}

/** A tree of weights with a specification in the place of every tensor. */
export type SpecTree<T> = T extends Tensor
  ? ParameterSpec
  : T extends number
    ? T
    : T extends readonly (infer Item)[]
      ? readonly SpecTree<Item>[]
      : { readonly [Key in keyof T]: SpecTree<T[Key]> };

/** The name of the tensor in the file that a weight is, or is a part of. */
export const storedName = ({ name, part }: Pick<ParameterSpec, 'name' | 'part'>): string => part?.of ?? name;

/** The shape in which a weight is used. */
export const usedShape = ({ shape, transposed = false }: ParameterSpec): readonly number[] =>
  transposed ? [...shape].reverse() : shape;
