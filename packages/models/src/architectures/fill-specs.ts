import type { WeightTree } from '@length-adaptive/core/encoder';
import type { Random } from '@length-adaptive/core/random';
import { ModelError } from '../errors.js';
import type { UnreadTensor } from '../weights/safetensors.js';
import type { ParameterSpec, SpecTree } from './parameter-specs.js';
import { storedName } from './parameter-specs.js';

export interface FillOptions {
  /** Prefix that tensor names may lack in the file, e.g. "bert.". */
  readonly prefix: string;
  /** Make all tensors that the file lacks, not only those of a head, with this standard deviation: a model to train from scratch. */
  readonly fresh?: number | undefined;
  /** Tensors that the file has and that cannot be read: needing one is an error. Default: none. */
  readonly unread?: ReadonlyMap<string, UnreadTensor> | undefined;
}

/** A tree of specifications with weights in their places. */
export interface FilledSpecs<T, Leaf> {
  readonly weights: WeightTree<T, Leaf>;
  /** Names of the tensors that were not in the file, to be made anew. */
  readonly missing: readonly string[];
}

const isSpec = (node: object): node is ParameterSpec => 'name' in node && 'shape' in node;

const find = <T>(name: string, prefix: string, tensors: ReadonlyMap<string, T>): T | undefined =>
  tensors.get(name) ?? (name.startsWith(prefix) ? tensors.get(name.slice(prefix.length)) : undefined);

/** The shape of the tensor in the file that a weight is, or is a part of. */
const shapeInFile = ({ shape, storedAs, part }: ParameterSpec): readonly number[] => {
  if (storedAs) return storedAs;
  const [rows = 1, ...rest] = shape;
  return part ? [rows * part.count, ...rest] : shape;
};

const checkShape = (spec: ParameterSpec, found: { readonly shape: readonly number[] }): void => {
  const shape = shapeInFile(spec);
  if (found.shape.join() !== shape.join()) {
    throw new ModelError(
      'SHAPE_MISMATCH',
      `Tensor "${storedName(spec)}" has shape [${found.shape.join(', ')}] but config.json asks for [${shape.join(', ')}]; ` +
        'the two files belong to different models.',
    );
  }
};

/** Fresh weights by BERT's rule: normal kernels and tables, zero biases, unit layer-norm gains. In the layout of the file. */
export const initialValues = (
  { shape, initial, constant = 0 }: ParameterSpec,
  random: Random,
  fresh = 0,
): Float32Array => {
  const deviation = initial?.deviation ?? (shape.length > 1 ? fresh : 0);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const { means } = initial ?? {};
  return Float32Array.from(
    { length: size },
    (_, i) => (means?.[i] ?? 0) + (deviation === 0 ? constant : deviation * random.normal()),
  );
};

/**
 * Puts the tensors of a checkpoint where a tree of specifications asks for them, for any engine. Where several places ask for one, it is
 * the same in all of them.
 *
 * @param tensors by name, whatever they are beside their shape
 * @param leafOf what stands in the tree, made in the order of the tree; without `found` the tensor is to be made anew
 * @param partOf an equal part of a tensor along its first axis
 * @throws ModelError `TENSOR_MISSING`, `SHAPE_MISMATCH`; for a tensor that cannot be read, what the file said of it
 */
export const fillSpecs = <T, Found extends { readonly shape: readonly number[] }, Leaf>(
  specs: SpecTree<T>,
  tensors: ReadonlyMap<string, Found>,
  leafOf: (spec: ParameterSpec, found: Found | undefined) => Leaf,
  partOf: (found: Found, part: NonNullable<ParameterSpec['part']>) => Found,
  { prefix, fresh, unread = new Map() }: FillOptions,
): FilledSpecs<T, Leaf> => {
  const missing: string[] = [];
  const filled = new Map<string, Leaf>();

  const fill = (spec: ParameterSpec): Leaf => {
    const own = find(spec.name, prefix, tensors);
    const whole = spec.part && !own ? find(spec.part.of, prefix, tensors) : undefined;
    const found = own ?? whole;
    const problem = found ? undefined : find(storedName(spec), prefix, unread)?.error;
    if (problem)
      throw new ModelError(problem.code, `The model needs a tensor that cannot be read. ${problem.message}`, {
        cause: problem,
      });
    if (own) checkShape({ name: spec.name, shape: spec.storedAs ?? spec.shape }, own);
    else if (whole) checkShape(spec, whole);
    else if (spec.initial || fresh !== undefined) missing.push(spec.name);
    else {
      throw new ModelError(
        'TENSOR_MISSING',
        `The checkpoint has no tensor "${storedName(spec)}" (nor without "${prefix}"); it has ${tensors.size} others.`,
      );
    }
    return leafOf(spec, whole && spec.part ? partOf(whole, spec.part) : own);
  };
  const fillOnce = (spec: ParameterSpec): Leaf => {
    const known = filled.get(spec.name) ?? fill(spec);
    filled.set(spec.name, known);
    return known;
  };

  const build = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(build);
    if (typeof node !== 'object' || node === null) return node;
    if (isSpec(node)) return fillOnce(node);
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, build(child)]));
  };

  return { weights: build(specs) as WeightTree<T, Leaf>, missing };
};
