import type { EncoderWeights, KlOptions } from '@length-adaptive/core';
import type { Dimensions, HeadWeights, Task } from '@length-adaptive/models';
import type { DropoutKind, TrainingContext } from '../encoder/encoder-graph.js';
import { encoderGraph } from '../encoder/encoder-graph.js';
import { planCounts, planLengths } from '../encoder/length-plan.js';
import type { WeightEmitter } from '../encoder/precision.js';
import type { NamedShape, WeightTree } from '../encoder/weight-tree.js';
import { mapWeights } from '../encoder/weight-tree.js';
import { encoderInputs, headGraph, opset } from '../export-graph.js';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { createGraph } from '../graph/graph-builder.js';
import { addGradients } from '../graph/gradients.js';
import { addLoss } from './loss-graph.js';

/** The model as its training graph sees it. */
export interface TrainingModel {
  readonly dimensions: Dimensions;
  readonly encoder: WeightTree<EncoderWeights, NamedShape>;
  readonly head: WeightTree<HeadWeights, NamedShape>;
  readonly activation: 'tanh' | 'relu';
  readonly task: Pick<Task, 'reads' | 'distribution'>;
}

export interface TrainingGraphOptions extends KlOptions {
  /** The full pass learns from the labels, a reduced one from the full one's logits. */
  readonly pass: 'full' | 'reduced';
  /** Whether it runs at a length configuration: every reduced pass, and a full one that trains for a single configuration. */
  readonly drops: boolean;
  /** The layers that run, ascending. */
  readonly layers: readonly number[];
  /** Whether a mask multiplies every value that dropout falls on. */
  readonly dropout: boolean;
}

/** A place that dropout falls on; its mask is the input `dropout.PLACE`. */
export interface DropoutPlace {
  readonly place: string;
  readonly kind: DropoutKind;
}

export interface TrainingGraph {
  readonly bytes: Uint8Array;
  /** In the order of the graph. */
  readonly dropouts: readonly DropoutPlace[];
  /** Parameters whose gradients are the outputs `gradient.NAME`; those of the tables come out of `gradient.embeddings`. */
  readonly parameters: readonly NamedShape[];
}

/** Rank of the masks, by the last word of their places. */
const maskRanks: Readonly<Record<string, number>> = { embeddings: 3, attention: 4, projection: 3, feed_forward: 3, first: 2, tokens: 3 };

/** Dimensions of a mask; the names are its own, because equal names would promise equal sizes. */
const maskShape = (place: string): string[] =>
  Array.from({ length: maskRanks[place.split('.').at(-1) ?? ''] ?? 0 }, (_, axis) => `dropout.${place}.${axis}`);

/** What the encoder gives for a task. */
const wantedFor = ({ reads }: Pick<Task, 'reads'>): 'first' | 'all' => (reads === 'first' ? 'first' : 'all');

const logitAxes = ({ reads }: Pick<Task, 'reads'>): string[] => (reads === 'first' ? ['batch', 'outputs'] : ['batch', 'sequence', 'outputs']);

const tables = new Set(['word', 'position', 'tokenType']);

/** Weights that are inputs. */
const trainableWeights: WeightEmitter<Value> = {
  whole: (_, weight) => weight,
  rows: (g, table, ids) => g.op('Gather', [table, ids]),
  dense: (g, x, { kernel, bias }, scale = 1) => {
    const y = g.op('Add', [g.op('MatMul', [x, kernel]), bias]);
    return scale === 1 ? y : g.op('Mul', [y, g.float(scale)]);
  },
};

/**
 * The graph of one pass of a training step, forward and backward.
 *
 * Inputs: the encoder's; `kept` [B, layers] float32 for a pass that drops tokens; those of the loss; dropout masks; every parameter by
 * name. Outputs: `loss`, `logits` [B, outputs] or [B, T, outputs], `gradient.embeddings` [B, T, hidden] of the sum of the embeddings, and
 * `gradient.NAME` for every other parameter.
 */
export const trainingGraph = (model: TrainingModel, { pass, drops, layers, dropout, ...kl }: TrainingGraphOptions): TrainingGraph => {
  const { dimensions } = model;
  const g = createGraph();
  const inputs = encoderInputs(g, dimensions);
  const parameters = new Map<Value, readonly number[]>();
  const leaves: NamedShape[] = [];
  const input = (leaf: NamedShape, path: string): Value => {
    const value = g.input(leaf.name, 'float32', leaf.shape);
    if (!tables.has(path.split('.').at(-1) ?? '')) {
      parameters.set(value, leaf.shape);
      leaves.push(leaf);
    }
    return value;
  };
  const executed = { ...model.encoder, blocks: model.encoder.blocks.filter((_, layer) => layers.includes(layer)) };
  const weights = mapWeights<EncoderWeights, NamedShape, Value>(executed, input);
  const head = mapWeights<HeadWeights, NamedShape, Value>(model.head, input);

  const dropouts: DropoutPlace[] = [];
  const training: TrainingContext = {
    dropout: (graph, x, place, kind) => {
      if (!dropout) return x;
      dropouts.push({ place, kind });
      return graph.op('Mul', [x, graph.input(`dropout.${place}`, 'float32', maskShape(place))]);
    },
  };
  const plan = drops ? planCounts(g, g.input('kept', 'float32', ['batch', layers.length]), layers.map(() => 'always')) : undefined;
  const context = { weights, emit: trainableWeights, training };
  const { hidden, embeddingSum } = encoderGraph(g, context, inputs, dimensions.hiddenSize, { plan, wanted: wantedFor(model.task) });
  const logits = headGraph(g, hidden, head, model.activation, trainableWeights, (read) => training.dropout(g, read, `head.${model.task.reads}`, 'head'));
  const loss = addLoss(g, logits, { task: model.task, pass, ...kl });

  const seed = g.input('weight', 'float32', []);
  const gradients = addGradients(g, loss, { parameters, values: [embeddingSum], seed });
  g.output('loss', loss, 'float32', []);
  g.output('logits', logits, 'float32', logitAxes(model.task));
  output(g, 'embeddings', gradients.get(embeddingSum), ['batch', 'sequence', dimensions.hiddenSize]);
  for (const { name, shape } of leaves) output(g, name, gradients.get(name as Value), shape);
  return { bytes: g.model({ opset }), dropouts, parameters: leaves };
};

const output = (g: GraphBuilder, name: string, gradient: Value | undefined, shape: readonly (number | string)[]): void => {
  g.output(`gradient.${name}`, gradient as Value, 'float32', shape);
};

/**
 * The graph that a model in training predicts with: any length configuration, every parameter an input by name.
 */
export const predictionGraph = (model: TrainingModel): Uint8Array => {
  const { dimensions } = model;
  const g = createGraph();
  const inputs = encoderInputs(g, dimensions);
  const input = ({ name, shape }: NamedShape): Value => g.input(name, 'float32', shape);
  const weights = mapWeights<EncoderWeights, NamedShape, Value>(model.encoder, input);
  const head = mapWeights<HeadWeights, NamedShape, Value>(model.head, input);
  const plan = planLengths(g, inputs.mask, 'input', dimensions.layers);
  const { hidden } = encoderGraph(g, { weights, emit: trainableWeights }, inputs, dimensions.hiddenSize, { plan, wanted: wantedFor(model.task) });
  g.output('logits', headGraph(g, hidden, head, model.activation, trainableWeights), 'float32', logitAxes(model.task));
  return g.model({ opset });
};
