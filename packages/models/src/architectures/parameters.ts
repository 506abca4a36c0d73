import type { Random } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Variable } from '@tensorflow/tfjs';
import { ModelError } from '../errors.js';
import type { TensorData, UnreadTensor } from '../weights/safetensors.js';
import { transpose } from '../weights/transpose.js';

/** Where a tensor of a model stands in its file. */
export interface ParameterSpec {
  /** Name in a Hugging Face checkpoint. */
  readonly name: string;
  /** Shape in the file. */
  readonly shape: readonly number[];
  /** Stored [out, in], used [in, out]. */
  readonly transposed?: boolean;
  /** How to make it when the file does not have it: a new head on a pretrained encoder. Without it the tensor is required. */
  readonly initial?: { readonly deviation: number };
}

/** A tree of weights with a specification in the place of every tensor. */
export type SpecTree<T> = T extends Tensor
  ? ParameterSpec
  : T extends number
    ? T
    : T extends readonly (infer Item)[]
      ? readonly SpecTree<Item>[]
      : { readonly [Key in keyof T]: SpecTree<T[Key]> };

export interface Parameter {
  readonly spec: ParameterSpec;
  readonly variable: Variable;
}

export interface LoadedParameters<T> {
  /** The tree with variables in the place of specifications. */
  readonly weights: T;
  readonly parameters: readonly Parameter[];
  /** Names of the tensors that were not in the file and were made anew. */
  readonly initialised: readonly string[];
}

export interface LoadOptions {
  /** Prefix that tensor names may lack in the file, e.g. "bert.". */
  readonly prefix: string;
  /** Source of new weights. */
  readonly random: Random;
  /** Make all tensors that the file lacks, not only those of a head, with this standard deviation: a model to train from scratch. */
  readonly fresh?: number | undefined;
  /** Tensors that the file has and that cannot be read: needing one is an error. Default: none. */
  readonly unread?: ReadonlyMap<string, UnreadTensor> | undefined;
}

const isSpec = (node: object): node is ParameterSpec => 'name' in node && 'shape' in node;

const find = <T>(name: string, prefix: string, tensors: ReadonlyMap<string, T>): T | undefined =>
  tensors.get(name) ?? (name.startsWith(prefix) ? tensors.get(name.slice(prefix.length)) : undefined);

const checkShape = ({ name, shape }: ParameterSpec, found: TensorData): void => {
  if (found.shape.join() !== shape.join()) {
    throw new ModelError(
      'SHAPE_MISMATCH',
      `Tensor "${name}" has shape [${found.shape.join(', ')}] but config.json asks for [${shape.join(', ')}]; ` +
        'the two files belong to different models.',
    );
  }
};

/** Fresh weights by BERT's rule: normal kernels and tables, zero biases, unit layer-norm gains. */
const initialise = ({ name, shape, initial }: ParameterSpec, random: Random, fresh = 0): Float32Array => {
  const deviation = initial?.deviation ?? (shape.length > 1 ? fresh : 0);
  const constant = /layer_?norm\.weight$/i.test(name) ? 1 : 0;
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return Float32Array.from({ length: size }, () => (deviation === 0 ? constant : deviation * random.normal()));
};

/**
 * Turns the tensors of a checkpoint into variables, in the shape of the specification tree.
 *
 * @throws ModelError `TENSOR_MISSING`, `SHAPE_MISMATCH`; for a tensor that cannot be read, what the file said of it
 */
export const loadParameters = <T>(
  specs: SpecTree<T>,
  tensors: ReadonlyMap<string, TensorData>,
  { prefix, random, fresh, unread = new Map() }: LoadOptions,
): LoadedParameters<T> => {
  const parameters: Parameter[] = [];
  const initialised: string[] = [];

  const load = (spec: ParameterSpec): Variable => {
    const found = find(spec.name, prefix, tensors);
    const problem = found ? undefined : find(spec.name, prefix, unread)?.error;
    if (problem)
      throw new ModelError(problem.code, `The model needs a tensor that cannot be read. ${problem.message}`, {
        cause: problem,
      });
    if (found) checkShape(spec, found);
    else if (spec.initial || fresh !== undefined) initialised.push(spec.name);
    else {
      throw new ModelError(
        'TENSOR_MISSING',
        `The checkpoint has no tensor "${spec.name}" (nor without "${prefix}"); it has ${tensors.size} others.`,
      );
    }
    const values = found ? found.data : initialise(spec, random, fresh);
    const [rows = 1, columns = 1] = spec.shape;
    const variable = tf.tidy(() =>
      tf.variable(
        spec.transposed
          ? tf.tensor(transpose(values, rows, columns), [columns, rows], 'float32')
          : tf.tensor(values, [...spec.shape], 'float32'),
      ),
    );
    parameters.push({ spec, variable });
    return variable;
  };

  const build = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(build);
    if (typeof node !== 'object' || node === null) return node;
    if (isSpec(node)) return load(node);
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, build(child)]));
  };

  try {
    return { weights: build(specs) as T, parameters, initialised };
  } catch (error) {
    for (const { variable } of parameters) variable.dispose();
    throw error;
  }
};

/** @throws ModelError `DISPOSED` when the model that they are of was disposed of */
export const checkParameters = (parameters: readonly Parameter[]): void => {
  if (parameters.some(({ variable }) => variable.isDisposed))
    throw new ModelError('DISPOSED', 'The model was disposed of; open another.');
};

/**
 * The parameters as tensors of a checkpoint, in file names and file layout.
 *
 * @throws ModelError `DISPOSED`
 */
export const saveParameters = async (parameters: readonly Parameter[]): Promise<Map<string, TensorData>> => {
  checkParameters(parameters);
  const tensors = new Map<string, TensorData>();
  for (const { spec, variable } of parameters) {
    const stored = spec.transposed ? tf.transpose(variable) : variable;
    const data = (await stored.data()) as Float32Array;
    if (stored !== variable) stored.dispose();
    tensors.set(spec.name, { shape: spec.shape, data, dtype: 'F32' });
  }
  return tensors;
};
