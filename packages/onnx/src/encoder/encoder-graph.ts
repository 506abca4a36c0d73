import type { EncoderWeights, Observe, ObservedBy, Reducer, WeightTree } from '@length-adaptive/core/encoder';
import { attentionReducer, runEncoder } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import type { EncoderInputs, GraphEngine, TrainingContext } from './graph-engine.js';
import type { LayerLengths } from './length-plan.js';
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
   * left with the last state they had (Drop-and-Restore).
   */
  readonly wanted: 'first' | 'all';
  /** The layers that run, ascending (LayerDrop). Default: all. */
  readonly layers?: readonly number[] | undefined;
  /** What ranks the tokens. Default: attention does. */
  readonly reducer?: Reducer | undefined;
  /** In layers below this number the prior of the inputs counts. Default: in all of them. */
  readonly priorLayers?: number | undefined;
  /** Leading tokens that always stay. Default 1, [CLS]. */
  readonly protectedTokens?: number | undefined;
  /** Also give the positions that leave every layer. Default false. */
  readonly trace?: boolean;
  /** Values of some layers that are wanted too, for distillation. Default: none. */
  readonly observe?: Observe | undefined;
}

/** What `observe` asked for. */
export type ObservedValues = ObservedBy<GraphEngine<unknown>>;

export interface EncoderGraph {
  /** [B, hidden] of the first token, or [B, T, hidden] with zeros for padding. */
  readonly hidden: Value;
  /** Positions of the tokens that left each layer, in no order, [B, K] int64; row b is meaningful up to its count. */
  readonly positions: readonly Value[];
  /** Where it stood what each token of the input has become after each layer, [B, T] int64; none where tokens do not merge. */
  readonly mergedInto: readonly Value[];
  /** The sum of the embeddings before their layer norm: [B, T, hidden]. */
  readonly embeddingSum: Value;
  readonly observed: ObservedValues;
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
    reducer = attentionReducer(),
    priorLayers = weights.blocks.length,
    protectedTokens,
    trace = false,
    observe,
  }: EncoderGraphOptions,
): EncoderGraph => {
  let embeddingSum: Value | undefined;
  const unmerge = plan && reducer.merge?.unmerge;
  const departs = plan !== undefined && wanted === 'all' && unmerge !== 'group';
  const ops = onGraph<Leaf>(g, {
    emit,
    inputs: plan ? inputs : { ...inputs, prior: undefined },
    size,
    training,
    protectedTokens,
    positions: plan !== undefined && (departs || trace),
    owners: unmerge === 'group' || trace,
    departed: departs,
    unmerge,
    onEmbeddingSum: (sum) => (embeddingSum = sum),
  });
  const run = runEncoder<GraphEngine<Leaf>>(ops, weights, {
    wanted,
    layers,
    steps: plan && layers.map((layer) => plan[layer] as LayerLengths),
    score: (on, at) => reducer.score(on, at),
    merge: reducer.merge,
    priorLayers,
    trace: trace ? 'tokens' : undefined,
    observe,
  });
  return {
    hidden: run.states,
    positions: run.trace.flatMap(({ tokens: { positions } }) => positions ?? []),
    mergedInto: run.trace.flatMap(({ tokens: { positions, merging } }) =>
      positions && merging?.owners ? [g.op('GatherElements', [positions, merging.owners], { axis: 1 })] : [],
    ),
    embeddingSum: embeddingSum as Value,
    observed: run.observed,
  };
};
