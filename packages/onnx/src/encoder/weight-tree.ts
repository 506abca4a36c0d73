import type { WeightTree } from '@length-adaptive/core/encoder';
import type { DeferredWeight } from '@length-adaptive/models/engine';
import type { Tensor } from '@tensorflow/tfjs';

/** Where a weight stands and what shape it has. */
export interface NamedShape {
  /** The name it has in a checkpoint. */
  readonly name: string;
  readonly shape: readonly number[];
}

/** A weight in host memory. */
export interface HostWeight extends NamedShape {
  readonly data: Float32Array;
}

/** A weight in host memory, or one that is read when a file is written. */
export type WeightSource = HostWeight | DeferredWeight;

const isLeaf = (value: object): boolean => 'dataId' in value || ('name' in value && 'shape' in value);

const map = (value: unknown, leaf: (value: unknown, path: string) => unknown, at: string): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (isLeaf(value)) return leaf(value, at);
  if (Array.isArray(value)) return value.map((item, i) => map(item, leaf, `${at}.${i}`));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, map(item, leaf, at === '' ? key : `${at}.${key}`)]),
  );
};

/** Replaces every tensor of a tree; numbers and the shape of the tree stay. `path` is like `blocks.0.attention.query.kernel`. */
export const mapTensors = <Tree, Leaf>(
  tree: Tree,
  leaf: (tensor: Tensor, path: string) => Leaf,
): WeightTree<Tree, Leaf> => map(tree, leaf as (value: unknown, path: string) => unknown, '') as WeightTree<Tree, Leaf>;

/** Replaces every leaf of a tree of named weights. */
export const mapWeights = <Tree, From extends NamedShape, To>(
  tree: WeightTree<Tree, From>,
  leaf: (weight: From, path: string) => To,
): WeightTree<Tree, To> => map(tree, leaf as (value: unknown, path: string) => unknown, '') as WeightTree<Tree, To>;

/** Reads a tree of tensors into host memory, by default as copies. A weight is named by `nameOf`, or else by its place in the tree. */
export const readWeights = async <Tree>(
  tree: Tree,
  nameOf: (tensor: Tensor) => string | undefined,
  copy = true,
): Promise<WeightTree<Tree, HostWeight>> => {
  const tensors = new Set<Tensor>();
  mapTensors(tree, (tensor) => tensors.add(tensor));
  const data = new Map<Tensor, Float32Array>();
  for (const tensor of tensors) {
    const values = (await tensor.data()) as Float32Array;
    data.set(tensor, copy ? values.slice() : values);
  }
  return mapTensors(tree, (tensor, path) => ({
    name: nameOf(tensor) ?? path,
    shape: tensor.shape,
    data: data.get(tensor) ?? new Float32Array(0),
  }));
};
