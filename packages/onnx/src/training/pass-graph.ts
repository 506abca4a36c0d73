import type { DropoutKind, EncoderWeights, Reducer, WeightTree } from '@length-adaptive/core/encoder';
import type {
  Dimensions,
  HeadWeights,
  LossTask,
  ModelPrior,
  PoolerActivation,
  TaskModel,
} from '@length-adaptive/models/engine';
import type { Tensor } from '@tensorflow/tfjs';
import type { EncoderGraph } from '../encoder/encoder-graph.js';
import type { EncoderInputs, TrainingContext } from '../encoder/graph-engine.js';
import type { WeightEmitter } from '../encoder/precision.js';
import type { NamedShape } from '../encoder/weight-tree.js';
import { mapTensors, mapWeights } from '../encoder/weight-tree.js';
import { encoderInputs, opset } from '../export-graph.js';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { createGraph } from '../graph/graph-builder.js';
import { addGradients } from '../graph/gradients.js';

/** The model as its training graph sees it. */
export interface TrainingModel {
  readonly dimensions: Dimensions;
  readonly encoder: WeightTree<EncoderWeights, NamedShape>;
  readonly head: WeightTree<HeadWeights, NamedShape>;
  readonly activation: PoolerActivation;
  readonly task: LossTask;
  /** What ranks tokens. Default: attention. */
  readonly reducer?: Reducer | undefined;
  /** What is added to that in the first layers. Default: nothing. */
  readonly prior?: Pick<ModelPrior, 'layers'> | undefined;
}

/** A place that dropout falls on; its mask is the input `dropout.PLACE`. */
export interface DropoutPlace {
  readonly place: string;
  readonly kind: DropoutKind;
}

/** The graph of a pass, forward and backward. */
export interface TrainingGraph {
  readonly bytes: Uint8Array;
  /** In the order of the graph. */
  readonly dropouts: readonly DropoutPlace[];
  /** Parameters whose gradients are the outputs `gradient.NAME`; those of the tables come out of `gradient.embeddings`, that of words out of `gradient.words` where there is one. */
  readonly parameters: readonly NamedShape[];
}

/** What of a model takes part in a pass. */
export interface PassOptions {
  /** The layers that run, ascending. */
  readonly layers: readonly number[];
  /** Whether a mask multiplies every value that dropout falls on. */
  readonly dropout: boolean;
}

/** A pass in the making: weights are inputs by name. */
export interface PassGraph {
  readonly g: GraphBuilder;
  readonly inputs: EncoderInputs;
  /** The layers that run, and no others. */
  readonly weights: WeightTree<EncoderWeights, Value>;
  readonly training: TrainingContext;
  /** An input for a parameter that is trained. */
  parameter(leaf: NamedShape): Value;
  /** Adds the backward pass of a loss, and of what a reducer learns by it, and ends the graph. */
  end(loss: Value, embedded: EmbeddedValues, lesson?: SaliencyLesson): TrainingGraph;
}

/** Where the gradients of the tables are taken. */
export type EmbeddedValues = Pick<EncoderGraph, 'embeddingSum' | 'words'>;

/** What a reducer learns of gradients. */
export interface SaliencyLesson {
  /** The states whose gradients are looked at. */
  readonly states: readonly Value[];
  /** The scalar whose gradients they are. Default: the loss. */
  readonly of: Value | undefined;
  /** Its loss, to which what it makes of these gradients is constant. */
  loss(gradients: readonly Value[]): Value | undefined;
}

/** The names and shapes of a model's weights, in the layout of its variables. */
export const trainingModel = ({
  encoder,
  head,
  dimensions,
  architecture,
  task,
  parameters,
  reducer,
  prior,
}: TaskModel): TrainingModel => {
  const names = new Map<Tensor, string>(parameters.map(({ spec, variable }) => [variable, spec.name]));
  const leaf = (tensor: Tensor, path: string) => ({ name: names.get(tensor) ?? path, shape: tensor.shape });
  return {
    dimensions,
    encoder: mapTensors(encoder, leaf),
    head: mapTensors(head, leaf),
    activation: architecture.poolerActivation,
    task,
    reducer,
    prior,
  };
};

/** Weights that are inputs. */
export const trainableWeights: WeightEmitter<Value> = {
  whole: (_, weight) => weight,
  rows: (g, table, ids) => g.op('Gather', [table, ids]),
  dense: (g, x, weights, scale = 1) => {
    const product =
      'kernel' in weights
        ? g.op('MatMul', [x, weights.kernel])
        : g.op('MatMul', [g.op('MatMul', [x, weights.down]), weights.up]);
    const y = weights.bias === undefined ? product : g.op('Add', [product, weights.bias]);
    return scale === 1 ? y : g.op('Mul', [y, g.float(scale)]);
  },
};

/** Rank of the masks, by the last word of their places. */
const maskRanks: Readonly<Record<string, number>> = {
  embeddings: 3,
  attention: 4,
  projection: 3,
  feed_forward: 3,
  bottleneck: 3,
  first: 2,
  tokens: 3,
};

/** Dimensions of a mask; the names are its own, because equal names would promise equal sizes. */
const maskShape = (place: string): string[] =>
  Array.from({ length: maskRanks[place.split('.').at(-1) ?? ''] ?? 0 }, (_, axis) => `dropout.${place}.${axis}`);

/** Embedding tables, whose gradients come out of that of the sum of embeddings. */
const tables = new Set(['word', 'second', 'position', 'tokenType']);

/** Width of the embeddings, where their gradient is taken. */
export const embeddingWidth = ({ hiddenSize, embeddingSize = hiddenSize }: Dimensions): number => embeddingSize;

/** Width of the table of words. */
export const wordWidth = ({ embeddings }: TrainingModel['encoder']): number => embeddings.word.shape[1] ?? 0;

/** Begins a pass: the encoder's inputs and weights are there, nothing is computed yet. */
export const beginPass = (model: TrainingModel, { layers, dropout }: PassOptions): PassGraph => {
  const g = createGraph();
  const inputs = encoderInputs(g, model.dimensions);
  const parameters = new Map<Value, readonly number[]>();
  const leaves: NamedShape[] = [];
  const dropouts: DropoutPlace[] = [];
  const shared = new Map<string, Value>();
  const parameter = (leaf: NamedShape): Value => {
    const known = shared.get(leaf.name) ?? newParameter(leaf);
    shared.set(leaf.name, known);
    return known;
  };
  const newParameter = (leaf: NamedShape): Value => {
    const value = g.input(leaf.name, 'float32', leaf.shape);
    parameters.set(value, leaf.shape);
    leaves.push(leaf);
    return value;
  };
  const { blocks, decoder } = model.encoder;
  const executed = {
    ...model.encoder,
    blocks: blocks.filter((_, layer) => layers.includes(layer)),
    ...(decoder && { decoder: { ...decoder, after: layers.filter((layer) => layer < decoder.after).length } }),
  };
  const weights = mapWeights<EncoderWeights, NamedShape, Value>(executed, (leaf, path) =>
    tables.has(path.split('.').at(-1) ?? '') ? g.input(leaf.name, 'float32', leaf.shape) : parameter(leaf),
  );
  const training: TrainingContext = {
    dropout: (graph, x, place, kind) => {
      if (!dropout) return x;
      dropouts.push({ place, kind });
      return graph.op('Mul', [x, graph.input(`dropout.${place}`, 'float32', maskShape(place))]);
    },
  };
  const end: PassGraph['end'] = (own, { embeddingSum, words }, lesson) => {
    const seed = g.input('weight', 'float32', []);
    const { states = [], of } = lesson ?? {};
    const apart = of && addGradients(g, of, { parameters: new Map(), through: states, seed: g.float(1) });
    const through = of ? [] : states;
    const ofLoss = addGradients(g, own, {
      parameters,
      values: words === undefined ? [embeddingSum] : [embeddingSum, words],
      through,
      seed,
    });
    const slopes = apart ?? ofLoss;
    const learned = lesson?.loss(states.map((state) => slopes.get(state) as Value));
    const loss = learned === undefined ? own : g.op('Add', [own, learned]);
    const gradients =
      learned === undefined ? ofLoss : new Map([...ofLoss, ...addGradients(g, learned, { parameters, seed })]);
    const learning = leaves.filter(({ name }) => gradients.has(name as Value)); // what stands behind the loss has no gradient
    const output = (name: string, gradient: Value | undefined, shape: readonly (number | string)[]): void => {
      g.output(`gradient.${name}`, gradient as Value, 'float32', shape);
    };
    g.output('loss', loss, 'float32', []);
    output('embeddings', gradients.get(embeddingSum), ['batch', 'sequence', embeddingWidth(model.dimensions)]);
    if (words !== undefined) output('words', gradients.get(words), ['batch', 'sequence', wordWidth(model.encoder)]);
    for (const { name, shape } of learning) output(name, gradients.get(name as Value), shape);
    return { bytes: g.model({ opset }), dropouts, parameters: learning };
  };
  return { g, inputs, weights, training, parameter, end };
};
