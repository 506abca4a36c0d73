import type { Ranks } from '@length-adaptive/core';
import type { Reducer } from '@length-adaptive/core/encoder';
import { attentionReducer } from '@length-adaptive/core/encoder';
import type { Architecture, Dimensions, Readout } from '../../architectures/architecture.js';
import { bert } from '../../architectures/bert.js';
import { tinyBertShapes } from '../../architectures/tinybert.js';
import { ModelError } from '../../errors.js';
import { predictorPrefix } from '../../architectures/predictor-specs.js';
import type { ModelConfig } from '../../architectures/model-config.js';
import type { ParameterSpec } from '../../architectures/parameter-specs.js';
import { withProducts } from '../../low-rank/products.js';
import { saveParameters } from '../../architectures/parameters.js';
import type { TensorData } from '../../weights/safetensors.js';
import { cutFactors } from '../../model/cut-factors.js';
import type { TaskModel } from '../../model/task-model.js';
import { createTaskModel } from '../../model/task-model.js';

/** Sizes of a student that starts from nothing. */
export type StudentShape = Pick<Dimensions, 'layers' | 'hiddenSize' | 'heads' | 'intermediateSize'>;

export type CreateStudentOptions =
  | {
      /** The teacher's layers that the student is made of, ascending from 0: same family and width, and its head. The better start. */
      readonly layers: readonly number[];
      readonly seed?: number;
    }
  | {
      /** The teacher itself in its factors, of these ranks: for a teacher that has factors. They learn back what was lost. */
      readonly ranks: Ranks;
      readonly seed?: number;
    }
  | {
      /** A student with new weights: a published shape of TinyBERT, or sizes. */
      readonly shape: keyof typeof tinyBertShapes | StudentShape;
      /** Seed of the new weights. Default 42. */
      readonly seed?: number;
    };

/** Where the specifications of two like trees stand for the same tensor: names in the one to names in the other. */
const pairNames = (own: unknown, theirs: unknown, pairs: Map<string, string>): Map<string, string> => {
  if (typeof own !== 'object' || own === null || typeof theirs !== 'object' || theirs === null) return pairs;
  if ('name' in own && 'name' in theirs) return pairs.set((own as ParameterSpec).name, (theirs as ParameterSpec).name);
  for (const [key, child] of Object.entries(own))
    pairNames(child, (theirs as Readonly<Record<string, unknown>>)[key], pairs);
  return pairs;
};

/** Names of a student's encoder tensors by the names that they have in its teacher. */
const sourceNames = (
  architecture: Architecture,
  dimensions: Dimensions,
  layers: readonly number[],
  config: ModelConfig,
  readout: Readout,
): Map<string, string> => {
  const theirs = architecture.encoder(dimensions);
  const sizes = architecture.withLayers ? architecture.dimensions(config, readout) : dimensions;
  const own = architecture.encoder({ ...sizes, layers: layers.length });
  return pairNames(own, { ...theirs, blocks: layers.map((layer) => theirs.blocks[layer]) }, new Map());
};

const checkLayers = (layers: readonly number[], count: number): void => {
  const ascending = layers.every(
    (layer, i) => Number.isInteger(layer) && layer > (layers[i - 1] ?? -1) && layer < count,
  );
  if (layers.length > 0 && ascending) return;
  throw new ModelError(
    'OPTION_INVALID',
    `layers is [${layers.join(', ')}]; expected ascending layers of the teacher, 0 to ${count - 1}.`,
  );
};

/** What ranks a student's tokens: as its teacher's, but for what a reducer has learned of the teacher's states, which says nothing of the student's. */
const reducerOf = ({ reducer }: Pick<TaskModel, 'reducer'>): Reducer =>
  reducer.predictor ? attentionReducer() : reducer;

const fromLayers = async (teacher: TaskModel, layers: readonly number[], seed: number): Promise<TaskModel> => {
  const { architecture, dimensions, config, task, parameters, initialised } = teacher;
  checkLayers(layers, dimensions.layers);
  const changed = architecture.withLayers?.(config, layers) ?? { ...config, [architecture.layersKey]: layers.length };
  const names = sourceNames(architecture, dimensions, layers, changed, task.readout);
  const { tensors: saved } = withProducts(await saveParameters(parameters));
  const tensors = new Map<string, TensorData>();
  const copy = (name: string, source: string): void => {
    const tensor = saved.get(source);
    if (tensor && !initialised.includes(source)) tensors.set(name, { ...tensor, data: tensor.data.slice() });
  };
  const ofEncoder = new Set(
    pairNames(architecture.encoder(dimensions), architecture.encoder(dimensions), new Map()).keys(),
  );
  for (const [name, source] of names) copy(name, source);
  for (const name of saved.keys()) if (!ofEncoder.has(name) && !name.startsWith(predictorPrefix)) copy(name, name); // the head
  return createTaskModel(changed, tensors, { task, seed, reducer: reducerOf(teacher) });
};

const fromNothing = (
  teacher: TaskModel,
  shape: keyof typeof tinyBertShapes | StudentShape,
  seed: number,
): TaskModel => {
  const { dimensions, task } = teacher;
  const { layers, hiddenSize, heads, intermediateSize } = typeof shape === 'string' ? dimensions : shape;
  const config = bert.config({
    ...dimensions,
    layers,
    hiddenSize,
    heads,
    intermediateSize,
    types: dimensions.types > 0 ? dimensions.types : 2,
    activation: 'gelu',
    layerNormEpsilon: 1e-12,
  });
  const published = typeof shape === 'string' ? tinyBertShapes[shape] : {};
  return createTaskModel({ ...config, ...published }, new Map(), {
    task,
    seed,
    reducer: reducerOf(teacher),
    fresh: true,
  });
};

/**
 * A student of a teacher's vocabulary and task: some of the teacher's layers with its embeddings and head, the teacher in factors of its
 * matrices, or a BERT of another shape with new weights. Its tokens are ranked by the teacher's reducer, or by attention where that has learned
 * of the teacher's own states. Save it with the teacher's tokenizer files.
 *
 * @throws ModelError `OPTION_INVALID` for layers that the teacher does not have, or ranks of one without factors; CoreError
 * `OPERATING_POINT_INVALID` for ranks that its factors do not have
 * @example
 * const student = await createStudent(teacher, { layers: [0, 2, 4] });
 * const half = await createStudent(anyRank, { ranks: uniformRanks(6, 0.5) });
 * const small = await createStudent(teacher, { shape: '4L-312' });
 */
export const createStudent = async (teacher: TaskModel, options: CreateStudentOptions): Promise<TaskModel> => {
  const { seed = 42 } = options;
  if ('ranks' in options) return cutFactors(teacher, options.ranks);
  return 'layers' in options ? fromLayers(teacher, options.layers, seed) : fromNothing(teacher, options.shape, seed);
};
