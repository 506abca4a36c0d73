import type { Dropout, EncoderInput, Gradients, KlOptions, ParameterValues, SandwichLosses, SandwichOptions, SubModel, TrainingEngine } from '@length-adaptive/core';
import { addGradient, keptTokens } from '@length-adaptive/core';
import type { FineTuneEngine, LabelledInput, RunnableModel, Task, TaskModel } from '@length-adaptive/models';
import type { Tensor } from '@tensorflow/tfjs';
import { mapTensors } from '../encoder/weight-tree.js';
import { OnnxError, messageOf } from '../errors.js';
import { batchTokens } from '../onnx-model.js';
import type { OnnxRuntime, RuntimeSession, RuntimeTensor, SessionOptions } from '../runtime.js';
import { openSession } from '../runtime.js';
import { tokenFeeds } from '../token-batch.js';
import { fillDropoutMask } from './dropout-masks.js';
import { tableGradient, wholeTable } from './embedding-gradients.js';
import type { DropoutPlace, TrainingGraph, TrainingGraphOptions, TrainingModel } from './training-graph.js';
import { predictionGraph, trainingGraph } from './training-graph.js';

type Batch = readonly LabelledInput[];

/** A training graph that is open. */
interface OpenGraph extends Pick<TrainingGraph, 'dropouts' | 'parameters'> {
  readonly ort: OnnxRuntime;
  readonly session: RuntimeSession;
}

/** What one pass gave. */
interface PassResult {
  readonly loss: number;
  readonly logits: Float32Array;
}

const float = (ort: OnnxRuntime, data: Float32Array, shape: readonly number[]): RuntimeTensor => new ort.Tensor('float32' as never, data as never, shape);

const scalar = (ort: OnnxRuntime, value: number): RuntimeTensor => float(ort, Float32Array.of(value), []);

const trainingModel = ({ encoder, head, dimensions, architecture, task, parameters }: TaskModel): TrainingModel => {
  const names = new Map<Tensor, string>(parameters.map(({ spec, variable }) => [variable, spec.name]));
  const leaf = (tensor: Tensor, path: string) => ({ name: names.get(tensor) ?? path, shape: tensor.shape });
  return { dimensions, encoder: mapTensors(encoder, leaf), head: mapTensors(head, leaf), activation: architecture.poolerActivation, task };
};

/** Trains on ONNX Runtime and predicts with the weights as they are. */
export interface OnnxTrainingEngine extends FineTuneEngine {
  readonly runnable: RunnableModel;
  /** Ends the sessions. */
  release(): Promise<void>;
}

/**
 * Trains a model on ONNX Runtime: each pass of a step, forward and backward, is one compiled graph; weights, gradients and
 * optimiser state stay in typed arrays. Give it to `fineTune` as its `engine`, and call `release` when training is over.
 *
 * @throws OnnxError `PEER_MISSING`
 * @example
 * const engine = await onnxTrainingEngine(model);
 * await fineTune(model, data, { engine, lengthDrop: {} });
 * await engine.release();
 */
export const onnxTrainingEngine = async (
  model: TaskModel,
  options: SessionOptions = {},
): Promise<OnnxTrainingEngine> => {
  const shapes = trainingModel(model);
  const shapeOf = new Map(model.parameters.map(({ spec, variable }) => [spec.name, variable.shape]));
  const { hiddenSize, layers: layerCount } = model.dimensions;
  const { word, position, tokenType } = shapes.encoder.embeddings;
  const graphs = new Map<string, Promise<OpenGraph>>();
  let weights: ParameterValues = new Map();
  for (const { spec, variable } of model.parameters) weights.set(spec.name, ((await variable.data()) as Float32Array).slice());

  const openGraph = (graphOptions: TrainingGraphOptions): Promise<OpenGraph> => {
    const key = JSON.stringify(graphOptions);
    const known = graphs.get(key) ?? openTrainingGraph(shapes, graphOptions, options);
    graphs.set(key, known);
    return known;
  };

  const weightFeeds = (ort: OnnxRuntime, names: readonly string[]): Record<string, RuntimeTensor> =>
    Object.fromEntries(names.flatMap((name) => (weights.has(name) ? [[name, float(ort, weights.get(name) as Float32Array, shapeOf.get(name) as number[])]] : [])));

  const runPass = async (batch: Batch, subModel: SubModel, gradients: Gradients, given: PassOptions): Promise<PassResult> => {
    const { layers = model.encoder.blocks.map((_, layer) => layer), config } = subModel;
    const { dropout, weight, teacher, labelWeight, kl } = given;
    const dropping = dropout !== undefined && (dropout.hidden > 0 || dropout.attention > 0 || (dropout.head ?? 0) > 0);
    const graph = await openGraph({ pass: teacher ? 'reduced' : 'full', drops: config !== undefined, layers, dropout: dropping, ...kl });
    const { ort, session } = graph;
    const inputs = batch.map(({ input }) => input);
    const targets = model.task.targets(batch);
    const kept = config && inputs.map(({ ids }) => keptOf(config, ids.length, layers));
    const feeds: Record<string, RuntimeTensor> = {
      ...tokenFeeds(ort, inputs, { configs: [], layers: layerCount, inputNames: session.inputNames.filter((name) => name !== 'length_ratios') }),
      ...weightFeeds(ort, session.inputNames),
      ...(dropping && dropoutFeeds(ort, graph.dropouts, inputs, kept, dropout, { heads: model.dimensions.heads, size: hiddenSize, reads: model.task.reads })),
      ...(kept && session.inputNames.includes('kept') && { kept: float(ort, Float32Array.from(kept.flat()), [batch.length, layers.length]) }),
      ...(teacher && { teacher: float(ort, teacher, logitShape(model, inputs)), label_weight: scalar(ort, labelWeight) }),
      ...(session.inputNames.includes('weights') && { weights: float(ort, targets.weights, targets.weightShape) }),
      ...(session.inputNames.includes('token_bias') && { token_bias: tokenBias(ort, inputs) }),
      labels: float(ort, targets.labels, targets.labelShape),
      weight: scalar(ort, weight),
    };
    const outputs = await run(session, feeds);
    const values = (name: string): Float32Array => outputs[name]?.data as Float32Array;
    for (const { name } of graph.parameters) addGradient(gradients, name, { values: values(`gradient.${name}`) });
    const embeddings = values('gradient.embeddings');
    const add = (name: string, rowOf: (input: EncoderInput, token: number) => number, whole: boolean): void => {
      const byRows = tableGradient(embeddings, inputs, hiddenSize, rowOf);
      addGradient(gradients, name, whole ? wholeTable(byRows, shapeOf.get(name)?.[0] ?? 0, hiddenSize) : byRows);
    };
    add(word.name, ({ ids }, token) => ids[token] as number, false);
    add(position.name, (_, token) => token, true);
    if (tokenType) add(tokenType.name, ({ typeIds }, token) => typeIds?.[token] ?? 0, true);
    return { loss: values('loss')[0] as number, logits: values('logits') };
  };

  const step = async (batch: Batch, { full, reduced }: { readonly full: SubModel; readonly reduced: readonly SubModel[] }, gradients: Gradients, given: SandwichOptions = {}): Promise<SandwichLosses> => {
    const { subModelLabelLoss = 0, dropout = () => undefined, scale = 1, temperature, direction } = given;
    const kl = { ...(temperature !== undefined && { temperature }), ...(direction && { direction }) };
    const weight = scale / (1 + reduced.length);
    const { loss: taskLoss, logits: teacher } = await runPass(batch, full, gradients, { weight, dropout: dropout(0), labelWeight: 0, kl });
    const distillationLosses: number[] = [];
    for (const [index, subModel] of reduced.entries()) {
      const { loss } = await runPass(batch, subModel, gradients, { weight, dropout: dropout(index + 1), teacher, labelWeight: subModelLabelLoss, kl });
      distillationLosses.push(loss);
    }
    return { loss: distillationLosses.reduce((sum, term) => sum + term, taskLoss) / (1 + reduced.length), taskLoss, distillationLosses };
  };

  const training: TrainingEngine<Batch> = {
    readWeights: () => Promise.resolve(weights),
    writeWeights: (given) => {
      for (const [name, shape] of shapeOf) checkSize(name, given.get(name), shape);
      weights = given;
    },
    step,
  };
  const prediction = openSession(predictionGraph(shapes), options);
  const runnable: RunnableModel = {
    ...model,
    engine: 'onnxruntime',
    batchTokens,
    run: async (inputs, { config } = {}) => {
      const { ort, session } = await prediction;
      const configs = inputs.map(() => config ?? new Array<number>(layerCount).fill(1));
      const feeds = { ...tokenFeeds(ort, inputs, { configs, layers: layerCount, inputNames: session.inputNames }), ...weightFeeds(ort, session.inputNames) };
      return (await run(session, feeds))['logits']?.data as Float32Array;
    },
  };
  return {
    training,
    runnable,
    release: async () => {
      await (await prediction).session.release();
      for (const graph of graphs.values()) await (await graph).session.release();
      graphs.clear();
    },
  };
};

interface PassOptions {
  /** Weight of the loss in the gradients. */
  readonly weight: number;
  readonly dropout: Dropout | undefined;
  /** Logits of the full pass, for a reduced one. */
  readonly teacher?: Float32Array;
  /** Weight of the task loss in a reduced pass. */
  readonly labelWeight: number;
  readonly kl: KlOptions;
}

const openTrainingGraph = async (model: TrainingModel, graphOptions: TrainingGraphOptions, options: SessionOptions): Promise<OpenGraph> => {
  const { bytes, dropouts, parameters } = trainingGraph(model, graphOptions);
  const { ort, session } = await openSession(bytes, options);
  return { ort, session, dropouts, parameters };
};

const run = async (session: RuntimeSession, feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>> => {
  try {
    return await session.run(feeds);
  } catch (error) {
    throw new OnnxError('RUN_FAILED', `ONNX Runtime could not run the training graph: ${messageOf(error)}`, { cause: error });
  }
};

const checkSize = (name: string, values: Float32Array | undefined, shape: readonly number[]): void => {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (values?.length !== size) {
    throw new OnnxError('OPTION_INVALID', `"${name}" has ${values?.length ?? 'no'} values in the state; this model needs ${size}.`);
  }
};

/** Tokens that leave each layer that runs. */
const keptOf = (config: readonly number[], length: number, layers: readonly number[]): number[] => {
  const kept = keptTokens(config, length);
  return layers.map((layer) => kept[layer] as number);
};

const widthOf = (inputs: readonly EncoderInput[]): number => Math.max(...inputs.map(({ ids }) => ids.length));

const logitShape = ({ task }: TaskModel, inputs: readonly EncoderInput[]): number[] =>
  task.reads === 'first' ? [inputs.length, task.outputs] : [inputs.length, widthOf(inputs), task.outputs];

/** What a padding token adds to its logit: [B, 1, T]. */
const tokenBias = (ort: OnnxRuntime, inputs: readonly EncoderInput[]): RuntimeTensor => {
  const width = widthOf(inputs);
  const bias = new Float32Array(inputs.length * width);
  inputs.forEach(({ ids }, row) => bias.fill(-1e9, row * width + ids.length, (row + 1) * width));
  return float(ort, bias, [inputs.length, 1, width]);
};

/** Masks for every place that dropout falls on, in the shapes that the pass has there. */
const dropoutFeeds = (
  ort: OnnxRuntime,
  places: readonly DropoutPlace[],
  inputs: readonly EncoderInput[],
  kept: readonly (readonly number[])[] | undefined,
  { hidden, attention, head = hidden, random }: Dropout,
  { heads, size, reads }: { readonly heads: number; readonly size: number; readonly reads: Task['reads'] },
): Record<string, RuntimeTensor> => {
  const rows = inputs.length;
  const length = widthOf(inputs);
  const rates = { hidden, attention, head };
  const layers = new Set(places.map(({ place }) => Number(place.split('.')[0])).filter(Number.isInteger)).size;
  const widthAfter = (layer: number): number => (layer < 0 || !kept ? length : Math.max(...kept.map((counts) => counts[layer] as number)));
  const shapeOf = (place: string): number[] => {
    if (place === 'embeddings') return [rows, length, size];
    if (place.startsWith('head.')) return reads === 'first' ? [rows, size] : [rows, length, size];
    const layer = Number(place.split('.')[0]);
    const last = reads === 'first' && layer === layers - 1; // computes the first token only
    if (place.endsWith('attention')) return [rows, heads, last ? 1 : widthAfter(layer - 1), widthAfter(layer - 1)];
    return [rows, last ? 1 : widthAfter(layer), size];
  };
  return Object.fromEntries(
    places.map(({ place, kind }) => {
      const shape = shapeOf(place);
      const mask = new Float32Array(shape.reduce((product, dimension) => product * dimension, 1));
      fillDropoutMask(mask, rates[kind], random);
      return [`dropout.${place}`, float(ort, mask, shape)];
    }),
  );
};
