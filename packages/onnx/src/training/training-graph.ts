import type { EncoderWeights, Reducer } from '@length-adaptive/core/encoder';
import type { KlOptions } from '@length-adaptive/core/training';
import type { AdaptationWeights, HeadWeights } from '@length-adaptive/models/engine';
import {
  answerStrength,
  logitAxes,
  predictorLoss,
  runHead,
  saliencyLoss,
  skimLoss,
  wantedStates,
} from '@length-adaptive/models/engine';
import { headOnGraph } from '../encoder/head-on-graph.js';
import { encoderGraph } from '../encoder/encoder-graph.js';
import { planCounts, planLengths } from '../encoder/length-plan.js';
import type { NamedShape } from '../encoder/weight-tree.js';
import { mapWeights } from '../encoder/weight-tree.js';
import type { EncoderInputs } from '../encoder/graph-engine.js';
import { encoderInputs, opset, priorOf } from '../export-graph.js';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { createGraph } from '../graph/graph-builder.js';
import { graphLossOps } from './graph-loss-ops.js';
import type { LossSource } from './loss-graph.js';
import { addLoss } from './loss-graph.js';
import type { PassOptions, TrainingGraph, TrainingModel } from './pass-graph.js';
import { beginPass, trainableWeights } from './pass-graph.js';

export interface TrainingGraphOptions extends KlOptions, PassOptions {
  /** What it learns from; for a sub-model the teacher is the full pass. */
  readonly from: LossSource;
  /** Of a model that is adapted. */
  readonly adaptation?: AdaptationWeights | undefined;
  /** Whether it runs at a length configuration: every sub-model, and a full pass that trains for a single configuration. */
  readonly drops: boolean;
  /** What the reducer learns from, too: the input `matters`, or the gradients of the pass. Default: it does not. */
  readonly predict?: 'matters' | 'saliency' | undefined;
  /** How the reducer decides which tokens stay, and pays for them by the input `token_prices`. Default: it does not. */
  readonly decide?: { readonly temperature: number } | undefined;
}

/** The inputs, with a prior where one counts. */
const withPrior = (g: GraphBuilder, inputs: EncoderInputs, priorLayers: number): EncoderInputs =>
  priorLayers > 0 ? { ...inputs, prior: priorOf(g, inputs.ids) } : inputs;

/** A reducer in a pass without the first layer, which then lets nobody go. */
const whileRunning = ({ before: _, ...reducer }: Reducer): Reducer => reducer;

/**
 * The graph of one pass of a training step, forward and backward.
 *
 * Inputs: the encoder's; `kept` [B, layers] float32 for a pass that drops tokens, and `prior` [B, T] float32 if the model has
 * one; those of the loss; where the reducer learns `matters` [B, T, 2], or `ranked_bias` [B, T] and `ranked_weights` [B, 1]; where it decides `token_prices` [B, T]
 * and `decision_offsets.LAYER` [B, T]; dropout masks; every parameter by name. Outputs: `loss`, `logits` [B, outputs] or [B, T, outputs], `gradient.embeddings` [B, T, hidden] of the sum of the embeddings, and
 * `gradient.NAME` for every other parameter.
 */
export const trainingGraph = (
  model: TrainingModel,
  { from, drops, predict, decide, layers, dropout, ...kl }: TrainingGraphOptions,
): TrainingGraph => {
  const { dimensions, task } = model;
  const { g, inputs, weights, training, parameter, end } = beginPass(model, { layers, dropout });
  const head = mapWeights<HeadWeights, NamedShape, Value>(model.head, parameter);
  const plan = drops
    ? planCounts(
        g,
        g.input('kept', 'float32', ['batch', layers.length]),
        layers.map(() => 'always'),
      )
    : undefined;
  const context = { weights, emit: trainableWeights, training };
  const { reducer } = model;
  const priorLayers = drops ? layers.filter((layer) => layer < (model.prior?.layers ?? 0)).length : 0; // of the layers that run
  const { hidden, stayed, predictions, decisions, leaving, ...embedded } = encoderGraph(
    g,
    context,
    withPrior(g, inputs, priorLayers),
    dimensions.hiddenSize,
    {
      plan,
      reducer: layers[0] === 0 ? reducer : reducer && whileRunning(reducer),
      priorLayers,
      wanted: wantedStates(task.readout),
      stayed: task.readout.departed !== undefined,
      predict: predict !== undefined,
      decide,
    },
  );
  const { normalize = false } = task.readout;
  const on = headOnGraph(g, trainableWeights, { mask: inputs.mask, training, decided: decide !== undefined });
  const outputs = runHead(on, { states: hidden, stayed }, head, {
    activation: model.activation,
    readout: { ...task.readout, normalize: false },
    epsilon: dimensions.layerNormEpsilon,
  });
  const logits = normalize ? on.unit(outputs) : outputs;
  const answered = addLoss(g, logits, { task, from, ...kl });
  g.output('logits', logits, 'float32', logitAxes(task.readout));
  const ops = graphLossOps(g);
  const paid =
    decisions.length > 0
      ? skimLoss(ops, decisions, g.input('token_prices', 'float32', ['batch', 'sequence']))
      : undefined;
  const own = paid ? g.op('Add', [answered, paid]) : answered;
  if (predictions.length === 0) return end(own, embedded);
  if (predict === 'matters') {
    const learned = predictorLoss(ops, predictions, g.input('matters', 'float32', ['batch', 'sequence', 2]));
    return end(learned ? g.op('Add', [own, learned]) : own, embedded);
  }
  const ranked = {
    bias: g.input('ranked_bias', 'float32', ['batch', 'sequence']),
    weights: g.input('ranked_weights', 'float32', ['batch', 1]),
  };
  return end(own, embedded, {
    states: leaving,
    of: from === 'original' ? answerStrength(ops, outputs) : undefined,
    loss: (gradients) => {
      const saliencies = gradients.map((slope, layer) => ops.lengths(ops.mul(slope, leaving[layer] as Value)));
      return saliencyLoss(
        ops,
        predictions,
        saliencies.map((value) => g.op('Identity', [value])),
        ranked,
      );
    },
  });
};

/**
 * The graph that a model in training predicts with: any length configuration, every parameter an input by name.
 *
 * @param trace also give the positions that every layer keeps, [B, K] int64 each, as outputs `kept_positions.LAYER`
 */
export const predictionGraph = (model: TrainingModel, { trace = false } = {}): Uint8Array => {
  const { dimensions } = model;
  const g = createGraph();
  const priorLayers = model.prior?.layers ?? 0;
  const inputs = withPrior(g, encoderInputs(g, dimensions), priorLayers);
  const known = new Map<string, Value>();
  const input = ({ name, shape }: NamedShape): Value => {
    const value = known.get(name) ?? g.input(name, 'float32', shape);
    known.set(name, value);
    return value;
  };
  const weights = mapWeights<EncoderWeights, NamedShape, Value>(model.encoder, input);
  const head = mapWeights<HeadWeights, NamedShape, Value>(model.head, input);
  const plan = planLengths(g, inputs.mask, 'input', dimensions.layers, { halving: dimensions.halving ?? [] });
  const { hidden, stayed, positions } = encoderGraph(
    g,
    { weights, emit: trainableWeights },
    inputs,
    dimensions.hiddenSize,
    {
      plan,
      reducer: model.reducer,
      priorLayers,
      wanted: wantedStates(model.task.readout),
      stayed: model.task.readout.departed !== undefined,
      trace,
    },
  );
  positions.forEach((value, layer) => g.output(`kept_positions.${layer}`, value, 'int64', ['batch', `kept_${layer}`]));
  g.output(
    'logits',
    runHead(headOnGraph(g, trainableWeights, { mask: inputs.mask }), { states: hidden, stayed }, head, {
      activation: model.activation,
      readout: model.task.readout,
      epsilon: dimensions.layerNormEpsilon,
    }),
    'float32',
    logitAxes(model.task.readout),
  );
  return g.model({ opset });
};
