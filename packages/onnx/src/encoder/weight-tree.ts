import type { Tensor } from '@tensorflow/tfjs';

/** A weight in host memory. */
export interface HostWeight {
  /** The name it has in a checkpoint. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A tree of tensors with something else in the place of each tensor. */
export type WeightTree<Tree, Leaf> = Tree extends Tensor ? Leaf : Tree extends object ? { readonly [Key in keyof Tree]: WeightTree<Tree[Key], Leaf> } : Tree;

const isTensor = (value: unknown): value is Tensor => typeof value === 'object' && value !== null && 'dataId' in value;

/** Replaces every tensor of a tree; numbers and the shape of the tree stay. */
export const mapWeights = <Tree, Leaf>(tree: Tree, leaf: (tensor: Tensor, path: string) => Leaf, path = ''): WeightTree<Tree, Leaf> => {
  const map = (value: unknown, at: string): unknown => {
    if (isTensor(value)) return leaf(value, at);
    if (Array.isArray(value)) return value.map((item, i) => map(item, `${at}.${i}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item, at === '' ? key : `${at}.${key}`)]));
  };
  return map(tree, path) as WeightTree<Tree, Leaf>;
};

/** Copies a tree of tensors to host memory. A weight is named by `nameOf`, or else by its place in the tree. */
export const readWeights = async <Tree>(tree: Tree, nameOf: (tensor: Tensor) => string | undefined): Promise<WeightTree<Tree, HostWeight>> => {
  const tensors = new Set<Tensor>();
  mapWeights(tree, (tensor) => tensors.add(tensor));
  const data = new Map<Tensor, Float32Array>();
  for (const tensor of tensors) data.set(tensor, ((await tensor.data()) as Float32Array).slice());
  return mapWeights(tree, (tensor, path) => ({
    name: nameOf(tensor) ?? path,
    shape: tensor.shape,
    data: data.get(tensor) ?? new Float32Array(0),
  }));
};
