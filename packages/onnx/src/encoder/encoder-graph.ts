import type { EncoderWeights, Observe, ObservedBy, Reducer, Wanted, WeightTree } from '@length-adaptive/core/encoder';
import { attentionReducer, decideStraightThrough, predictedAt, runEncoder } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { EncoderInputs, GraphEngine, TrainingContext } from './graph-engine.js';
import type { LayerLengths } from './length-plan.js';
import { chooseLayers } from './length-plan.js';
import { onGraph } from './on-graph.js';
import type { WeightEmitter } from './precision.js';

/** What every part of the encoder needs. */
export interface EncoderContext<Leaf> {
  readonly weights: WeightTree<EncoderWeights, Leaf>;
  readonly emit: WeightEmitter<Leaf>;
  /** Emit what can be differentiated, with dropout. Absent: a graph to predict with. */
  readonly training?: TrainingContext | undefined;
}

export interface EncoderGraphOptions {
  /** How many tokens stay, layer by layer. Absent: nothing is dropped. */
  readonly plan: readonly LayerLengths[] | undefined;
  /**
   * `first`: the first token alone is wanted, so that the last layer computes nothing else. `all`: every token, those that
   * left with the last state they had (Drop-and-Restore). `kept`: the same with zeros for those that left for good. `survivors`: those that are left, and
   * zeros for slots without a token.
   */
  readonly wanted: Wanted;
  /** The layers that run, ascending (LayerDrop). Default: all. */
  readonly layers?: readonly number[] | undefined;
  /** Let the input `running_layers` choose among them; there must be a plan. Default false. */
  readonly choosesLayers?: boolean | undefined;
  /** That input, where it is one already. */
  readonly chosen?: Value | undefined;
  /** What ranks the tokens. Default: attention does. */
  readonly reducer?: Reducer | undefined;
  /** In layers below this number the prior of the inputs counts. Default: in all of them. */
  readonly priorLayers?: number | undefined;
  /** Leading tokens that always stay. Default 1, [CLS]. */
  readonly protectedTokens?: number | undefined;
  /** Also tell which tokens are still there. Default false. */
  readonly stayed?: boolean | undefined;
  /** Also give what the reducer predicts of every layer, to train it. Default false. */
  readonly predict?: boolean | undefined;
  /**
   * Let the reducer decide which tokens stay in place of letting any leave, with gradients that pass through the decisions; there is no plan then. What is
   * added to the logits of a layer is its input `decision_offsets.LAYER`, [B, T] float32. Default: it does not.
   */
  readonly decide?: { readonly temperature: number } | undefined;
  /** Also give the positions that every layer keeps, alone or with the scores that ranked those that entered. Default false. */
  readonly trace?: boolean | 'scores';
  /** Values of some layers that are wanted too, for distillation. Default: none. */
  readonly observe?: Observe | undefined;
}

/** What `observe` asked for. */
export type ObservedValues = ObservedBy<GraphEngine<unknown>>;

export interface EncoderGraph {
  /** [B, hidden] of the first token, or [B, T, hidden] with zeros for padding; [B, K, hidden] of the survivors. */
  readonly hidden: Value;
  /** 1 for each token of the input that is still there, 0 for the others, [B, T] float32; where tokens may leave and that is asked for. */
  readonly stayed: Value | undefined;
  /** Positions of the tokens that each layer kept, in no order, [B, K] int64; row b is meaningful up to its count. */
  readonly positions: readonly Value[];
  /** What ranked the tokens that entered each layer, in the order in which they did, [B, K] float32; where that is asked for. */
  readonly scores: readonly Value[];
  /** Where it stood what each token of the input has become after each layer, [B, T] int64; none where tokens do not merge. */
  readonly mergedInto: readonly Value[];
  /** The sum of the embeddings before their layer norm: [B, T, hidden]. */
  readonly embeddingSum: Value;
  /** The rows of the table of words, where they go through a map before anything is added: [B, T, width]. */
  readonly words: Value | undefined;
  readonly observed: ObservedValues;
  /** How much each token matters to each layer, as the reducer predicts it: [B, T] each; empty unless asked for. */
  readonly predictions: readonly Value[];
  /** 1 for each token that is there after each layer that decided, 0 for the others: [B, T] each. */
  readonly decisions: readonly Value[];
  /** The states that leave each of these layers, [B, T, hidden]. */
  readonly leaving: readonly Value[];
}

/** Emits the encoder into a graph. */
export const encoderGraph = <Leaf>(
  g: GraphBuilder,
  { weights, emit, training }: EncoderContext<Leaf>,
  inputs: EncoderInputs,
  size: number,
  {
    plan,
    wanted,
    layers = weights.blocks.map((_, layer) => layer),
    choosesLayers = false,
    chosen,
    reducer = attentionReducer(),
    priorLayers = weights.blocks.length,
    protectedTokens = weights.embeddings.patches?.image.leading,
    stayed = false,
    predict = false,
    decide,
    trace = false,
    observe,
  }: EncoderGraphOptions,
): EncoderGraph => {
  let embeddingSum: Value | undefined;
  let words: Value | undefined;
  const unmerge = plan && reducer.merge?.unmerge;
  const relatives = weights.blocks.flatMap(({ attention: { relative } }) => relative ?? []);
  const { summary, comparedTypes } = weights.embeddings;
  const halves = weights.blocks.some((block) => block.halves);
  const returns = weights.decoder !== undefined && wanted !== 'survivors';
  // What stands for an input enters first: where all are wanted, they return to their places.
  const departs =
    (plan !== undefined || summary !== undefined) &&
    (wanted !== 'first' || returns) &&
    wanted !== 'survivors' &&
    unmerge !== 'group';
  const ops = onGraph<Leaf>(g, {
    emit,
    inputs: plan ? inputs : { ...inputs, prior: undefined },
    size,
    attentionSize: weights.attentionSize,
    training,
    protectedTokens,
    positions:
      summary !== undefined ||
      halves ||
      reducer.predictor?.blocks !== undefined ||
      (plan !== undefined && (departs || trace !== false || relatives.length > 0)),
    owners: unmerge === 'group' || trace !== false,
    types: comparedTypes !== undefined,
    ordered: halves,
    relatives,
    heads: weights.heads,
    mostTokens: weights.embeddings.mostTokens,
    departed: departs,
    unmerge,
    onEmbeddingSum: (sum) => (embeddingSum = sum),
    onWords: (rows) => (words = rows),
  });
  const { predictor } = reducer;
  const leaving: Value[] = [];
  const steps = plan && layers.map((layer) => plan[layer] as LayerLengths);
  const firstAlone = wanted === 'first' && !trace && observe === undefined && !returns;
  const run = runEncoder<GraphEngine<Leaf>>(ops, weights, {
    wanted,
    layers,
    steps: steps && choosesLayers ? chooseLayers(g, steps, { firstAlone, chosen }) : steps,
    score: (on, at) => reducer.score(on, at),
    merge: reducer.merge,
    before: reducer.before && ((on, tokens) => reducer.before?.(on, tokens) as Value),
    predict: predict && predictor ? (on, at) => predictor.predict(on, predictedAt(at)) : undefined,
    decide:
      decide && predictor
        ? (on, at) => {
            const offsets = g.input(`decision_offsets.${at.layer}`, 'float32', ['batch', 'sequence']);
            return decideStraightThrough(on, predictor.predict(on, predictedAt(at)), offsets, decide.temperature);
          }
        : undefined,
    leaving: predict
      ? (states) => {
          leaving.push(states);
          return states;
        }
      : undefined,
    priorLayers,
    trace: trace === true ? 'tokens' : trace === 'scores' ? trace : undefined,
    observe,
  });
  return {
    hidden:
      wanted === 'survivors'
        ? g.op('Mul', [run.states, g.op('Unsqueeze', [run.tokens.valid, g.int64([2])])])
        : run.states,
    stayed: !stayed || returns ? undefined : departs ? ops.stayed(run.tokens) : run.decisions.at(-1),
    positions: run.trace.flatMap(({ tokens: { positions } }) => positions ?? []),
    scores: run.trace.flatMap(({ scores }) => scores ?? []),
    mergedInto: run.trace.flatMap(({ tokens: { positions, merging } }) =>
      positions && merging?.owners ? [g.op('GatherElements', [positions, merging.owners], { axis: 1 })] : [],
    ),
    embeddingSum: embeddingSum as Value,
    words: weights.embeddings.words && words,
    observed: run.observed,
    predictions: run.predictions,
    decisions: run.decisions,
    leaving,
  };
};
