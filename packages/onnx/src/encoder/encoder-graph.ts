import type { AttentionWeights, BlockWeights, EmbeddingWeights, EncoderWeights, FeedForwardWeights, LayerNormWeights, Observe } from '@length-adaptive/core';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { microsoft } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';
import { activate } from './activation.js';
import type { LayerLengths } from './length-plan.js';
import type { WeightEmitter } from './precision.js';
import type { WeightTree } from './weight-tree.js';

/** What every part of the encoder needs. */
export interface EncoderContext<Leaf> {
  readonly weights: WeightTree<EncoderWeights, Leaf>;
  readonly emit: WeightEmitter<Leaf>;
  /** Emit what can be differentiated, with dropout. Absent: a graph to predict with. */
  readonly training?: TrainingContext | undefined;
}

/** Which of the dropout probabilities applies. */
export type DropoutKind = 'hidden' | 'attention' | 'head';

/** What is different in a graph to train with. */
export interface TrainingContext {
  /** Dropout of a value; `place` is unique in the graph. */
  dropout(g: GraphBuilder, x: Value, place: string, kind: DropoutKind): Value;
}

/** The inputs of the encoder. */
export interface EncoderInputs {
  /** [B, T] int64 */
  readonly ids: Value;
  /** [B, T] int64, for encoders that have segment embeddings. */
  readonly typeIds: Value | undefined;
  /** 1 for real tokens, 0 for padding, which stands on the right: [B, T] float32 */
  readonly mask: Value;
  /** What is added to the significance of each token in the first layers: [B, T] float32. Absent: nothing. */
  readonly prior?: Value | undefined;
}

/** The tokens that are in the encoder between two layers. */
interface Tokens {
  /** [B, K, hidden] */
  readonly hidden: Value;
  /** 1 for slots that hold a token: [B, K] float32 */
  readonly valid: Value;
  /** Whether any slot holds none: scalar bool. */
  readonly padded: Value;
  /** Where each token stood in the input, when that is asked for: [B, K] int64 */
  readonly positions: Value | undefined;
  /** The last state of every token that has left, flat, with one row more for slots without a token: [B * T + 1, hidden] */
  readonly departed: Value | undefined;
  /** What is added to their significance, while anything is: [B, K] float32 */
  readonly prior: Value | undefined;
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
  /** In layers below this number the prior of the inputs counts. Default: in none. */
  readonly priorLayers?: number | undefined;
  /** Also give the positions that leave every layer. Default false. */
  readonly trace?: boolean;
  /** Values of some layers that are wanted too, for distillation. Default: none. */
  readonly observe?: Observe | undefined;
}

/** What attention compares and mixes: [B, T, hidden] each, all heads side by side. */
export interface ProjectionValues {
  /** Divided by the square root of the width of a head. */
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
}

/** What `observe` asked for, in that order. Slots of padding hold no meaning. */
export interface ObservedValues {
  /** [B, T, hidden] each. */
  readonly states: readonly Value[];
  /** [B, heads, T, T] each, before dropout. */
  readonly attention: readonly Value[];
  readonly projections: readonly ProjectionValues[];
}

export interface EncoderGraph {
  /** [B, hidden] of the first token, or [B, T, hidden] with zeros for padding. */
  readonly hidden: Value;
  /** Positions of the tokens that left each layer, in no order, [B, K] int64; row b is meaningful up to its count. */
  readonly positions: readonly Value[];
  /** The sum of the embeddings before their layer norm: [B, T, hidden]. */
  readonly embeddingSum: Value;
  readonly observed: ObservedValues;
}

const float = elementTypeNumber('float32');

/** What a padding key adds to its attention score. */
const paddingScore = -1e9;

/** Above any significance: the first token always stays. */
const always = 1e9;

const layerNorm = <Leaf>(g: GraphBuilder, { weights, emit, training }: EncoderContext<Leaf>, x: Value, { gain, bias }: WeightTree<LayerNormWeights, Leaf>): Value => {
  const attributes = { axis: -1, epsilon: { float: weights.layerNormEpsilon } };
  // The backward pass needs the mean and the inverse deviation too.
  return g.ops('LayerNormalization', [x, emit.whole(g, gain), emit.whole(g, bias)], training ? 3 : 1, { attributes })[0] as Value;
};

const dropout = <Leaf>(g: GraphBuilder, { training }: EncoderContext<Leaf>, x: Value, place: string, kind: DropoutKind = 'hidden'): Value =>
  training ? training.dropout(g, x, place, kind) : x;

/** Word, position and segment embeddings, summed. */
const sumEmbeddings = <Leaf>(g: GraphBuilder, context: EncoderContext<Leaf>, { ids, typeIds }: EncoderInputs): Value => {
  const { emit } = context;
  const { word, position, tokenType }: WeightTree<EmbeddingWeights, Leaf> = context.weights.embeddings;
  const width = g.op('Slice', [g.op('Shape', [ids]), g.int64([1]), g.int64([2])]);
  const places = g.op('Slice', [emit.whole(g, position), g.int64([0]), width, g.int64([0])]); // [T, hidden]
  const sum = g.op('Add', [emit.rows(g, word, ids), places]);
  return tokenType !== undefined && typeIds !== undefined ? g.op('Add', [sum, g.op('Gather', [emit.whole(g, tokenType), typeIds])]) : sum;
};

interface Attended {
  /** [B, heads, Q, K], queries by keys. */
  readonly probabilities: Value;
  /** [B, Q, hidden] */
  readonly context: Value;
  readonly projections: ProjectionValues;
}

/**
 * Queries times keys, [B, heads, Q, size] and [B, heads, K, size] -> [B, heads, Q, K]. Runtimes fuse a transposition of the
 * last two axes into the product, which is twice as fast as one that also moves the heads.
 */
const scoresOf = (g: GraphBuilder, q: Value, k: Value, training: boolean): Value =>
  training
    ? (g.ops('FusedMatMul', [q, k], 1, { attributes: { transA: 0, transB: 1, alpha: { float: 1 } }, domain: microsoft })[0] as Value)
    : g.op('MatMul', [q, g.op('Transpose', [k], { perm: [0, 1, 3, 2] })]);

/** Attention of `queries` ([B, Q, hidden]) to the tokens. */
const attend = <Leaf>(
  g: GraphBuilder,
  context: EncoderContext<Leaf>,
  layer: number,
  { hidden, valid, padded }: Tokens,
  queries: Value,
  size: number,
): Attended => {
  const { weights, emit, training } = context;
  const { heads } = weights;
  const { query, key, value }: WeightTree<AttentionWeights, Leaf> = (weights.blocks[layer] as WeightTree<BlockWeights, Leaf>).attention;
  const headSize = size / heads;
  const split = (x: Value, perm: readonly number[]): Value => g.op('Transpose', [g.op('Reshape', [x, g.int64([0, 0, heads, headSize])])], { perm });
  const projections = { query: emit.dense(g, queries, query, 1 / Math.sqrt(headSize)), key: emit.dense(g, hidden, key), value: emit.dense(g, hidden, value) };
  const q = split(projections.query, [0, 2, 1, 3]); // [B, heads, Q, size]
  const k = split(projections.key, [0, 2, 1, 3]); // [B, heads, K, size]
  const v = split(projections.value, [0, 2, 1, 3]); // [B, heads, K, size]
  const softmax = (b: GraphBuilder, scores: Value): Value => b.op('Softmax', [scores], { axis: -1 });
  const product = (b: GraphBuilder): Value => scoresOf(b, q, k, training !== undefined);
  // The mask costs a pass over all scores, so it is added only where there is padding.
  const masked = (b: GraphBuilder): Value[] => {
    const bias = b.op('Mul', [b.op('Sub', [b.float(1), valid]), b.float(paddingScore)]);
    return [softmax(b, b.op('Add', [product(b), b.op('Unsqueeze', [bias, b.int64([1, 2])])]))];
  };
  const [probabilities] = (training ? masked(g) : g.choose(padded, masked, (b) => [softmax(b, product(b))])) as [Value];
  const mixed = g.op('MatMul', [dropout(g, context, probabilities, `${layer}.attention`, 'attention'), v]);
  const merged = g.op('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  return { probabilities, context: g.op('Reshape', [merged, g.int64([0, 0, size])]), projections };
};

/** Numbers of the rows that tokens have in the flattened input, [B * K, 1] int64; slots without a token get the row after the last. */
const flatRows = (g: GraphBuilder, positions: Value, valid: Value, { ids }: EncoderInputs): Value => {
  const [rows, width] = [0, 1].map((axis) => g.op('Gather', [g.op('Shape', [ids]), g.int64(axis)])) as [Value, Value];
  const starts = g.op('Unsqueeze', [g.op('Range', [g.int64(0), g.op('Mul', [rows, width]), width]), g.int64([1])]); // [B, 1]
  const flat = g.op('Where', [g.op('Greater', [valid, g.float(0)]), g.op('Add', [positions, starts]), g.op('Mul', [rows, width])]);
  return g.op('Reshape', [flat, g.int64([-1, 1])]);
};

const keepStates = (g: GraphBuilder, into: Value, { hidden, positions, valid }: Tokens, inputs: EncoderInputs, size: number): Value =>
  g.op('ScatterND', [into, flatRows(g, positions as Value, valid, inputs), g.op('Reshape', [hidden, g.int64([-1, size])])]);

/**
 * Lets the tokens that receive the least attention leave (Kim & Cho 2020, sections 2.2 and 3.3), before the output
 * projection, which then works for the survivors only.
 */
const drop = (
  g: GraphBuilder,
  tokens: Tokens,
  { probabilities, context }: Pick<Attended, 'probabilities' | 'context'>,
  { counts, width, ragged }: LayerLengths,
  inputs: EncoderInputs,
  size: number,
): { readonly tokens: Tokens; readonly context: Value } => {
  const { hidden, valid, positions, departed, prior } = tokens;
  const votes = g.op('MatMul', [g.op('Unsqueeze', [valid, g.int64([1, 2])]), probabilities]); // [B, heads, 1, K]
  const significance = g.op('ReduceSum', [votes, g.int64([1, 2])], { keepdims: 0 }); // [B, K]
  // Slots without a token keep a score of 0, which no real token is below.
  const worth = prior ? g.op('Add', [significance, g.op('Mul', [prior, valid])]) : significance;
  const others = g.op('Slice', [worth, g.int64([1]), g.int64([2 ** 31]), g.int64([1])]);
  const scores = g.op('Pad', [others, g.int64([0, 1, 0, 0]), g.float(always)]);
  const [, order] = g.ops('TopK', [scores, width], 2, { attributes: { axis: 1 } }) as [Value, Value]; // best first; ties to the earlier
  const slots = g.op('Unsqueeze', [order, g.int64([2])]);
  const take = (x: Value): Value => g.op('GatherND', [x, slots], { batch_dims: 1 });
  const takeNumbers = (values: Value): Value => g.op('GatherElements', [values, order], { axis: 1 });
  const places = g.op('Range', [g.float(0), g.op('Squeeze', [g.op('Cast', [width], { to: float })]), g.float(1)]);
  return {
    context: take(context),
    tokens: {
      hidden: take(hidden),
      valid: g.op('Cast', [g.op('Less', [places, counts])], { to: float }),
      padded: ragged,
      positions: positions && takeNumbers(positions),
      departed: departed && keepStates(g, departed, tokens, inputs, size), // with the state they entered this layer with
      prior: prior && takeNumbers(prior),
    },
  };
};

/** The parts of the state that a branch gives. */
const flatten = ({ hidden, valid, padded, positions, departed, prior }: Tokens, context: Value): Value[] =>
  [context, hidden, valid, padded, positions, departed, prior].filter((value) => value !== undefined);

const dropWhereNeeded = (
  g: GraphBuilder,
  tokens: Tokens,
  attended: Attended,
  lengths: LayerLengths,
  inputs: EncoderInputs,
  size: number,
): { readonly tokens: Tokens; readonly context: Value } => {
  const { drops } = lengths;
  if (drops === 'never') return { tokens, context: attended.context };
  if (drops === 'always') return drop(g, tokens, attended, lengths, inputs, size);
  const [context, hidden, valid, padded, ...rest] = g.choose(
    drops,
    (b) => {
      const dropped = drop(b, tokens, attended, lengths, inputs, size);
      return flatten(dropped.tokens, dropped.context);
    },
    () => flatten(tokens, attended.context),
  ) as [Value, Value, Value, Value, ...Value[]];
  const positions = tokens.positions && rest.shift();
  const departed = tokens.departed && rest.shift();
  return { context, tokens: { hidden, valid, padded, positions, departed, prior: tokens.prior && rest.shift() } };
};

const feedForward = <Leaf>(g: GraphBuilder, context: EncoderContext<Leaf>, layer: number, x: Value): Value => {
  const { emit, weights, training } = context;
  const { intermediate, output, norm }: WeightTree<FeedForwardWeights, Leaf> = (weights.blocks[layer] as WeightTree<BlockWeights, Leaf>).feedForward;
  const inner = activate(g, emit.dense(g, x, intermediate), weights.activation ?? 'gelu', training !== undefined);
  const outer = dropout(g, context, emit.dense(g, inner, output), `${layer}.feed_forward`);
  return layerNorm(g, context, g.op('Add', [outer, x]), norm);
};

/** Every token where it stood in the input, zeros for padding: [B, T, hidden]. */
const restore = (g: GraphBuilder, tokens: Tokens, inputs: EncoderInputs, size: number): Value => {
  if (!tokens.departed) return tokens.hidden;
  const all = keepStates(g, tokens.departed, tokens, inputs, size);
  const tokensOnly = g.op('Slice', [all, g.int64([0]), g.int64([-1]), g.int64([0])]);
  return g.op('Reshape', [tokensOnly, g.op('Concat', [g.op('Shape', [inputs.ids]), g.int64([size])], { axis: 0 })]);
};

/** Emits the encoder (the same computation as `encode` of the core package) into a graph. */
export const encoderGraph = <Leaf>(
  g: GraphBuilder,
  context: EncoderContext<Leaf>,
  inputs: EncoderInputs,
  size: number,
  { plan, wanted, layers = context.weights.blocks.map((_, layer) => layer), priorLayers = 0, trace = false, observe = {} }: EncoderGraphOptions,
): EncoderGraph => {
  const { weights, emit } = context;
  const padded = g.op('Less', [g.op('ReduceMin', [inputs.mask], { keepdims: 0 }), g.float(1)]);
  const embeddingSum = sumEmbeddings(g, context, inputs);
  const embedded = dropout(g, context, layerNorm(g, context, embeddingSum, weights.embeddings.norm), 'embeddings');
  const needsPositions = plan !== undefined && (wanted === 'all' || trace);
  const positions = (): Value => {
    const width = g.op('Gather', [g.op('Shape', [inputs.ids]), g.int64(1)]);
    return g.op('Expand', [g.op('Range', [g.int64(0), width, g.int64(1)]), g.op('Shape', [inputs.ids])]);
  };
  let tokens: Tokens = {
    hidden: embedded,
    valid: inputs.mask,
    padded,
    positions: needsPositions ? positions() : undefined,
    departed:
      plan !== undefined && wanted === 'all'
        ? g.op('Pad', [g.op('Reshape', [embedded, g.int64([-1, size])]), g.int64([0, 0, 1, 0]), g.float(0)])
        : undefined,
    prior: plan && inputs.prior,
  };
  const traced: Value[] = [];
  const observed = { states: [] as Value[], attention: [] as Value[], projections: [] as ProjectionValues[] };
  if (observe.states?.includes(0)) observed.states.push(embedded);

  for (const layer of layers) {
    if (layer >= priorLayers) tokens = { ...tokens, prior: undefined }; // from here on attention decides alone
    const { output, norm } = (weights.blocks[layer] as WeightTree<BlockWeights, Leaf>).attention;
    const isLast = layer === layers.at(-1);
    const firstOnly = isLast && wanted === 'first' && !trace;
    const queries = firstOnly ? g.op('Slice', [tokens.hidden, g.int64([0]), g.int64([1]), g.int64([1])]) : tokens.hidden;
    const attended = attend(g, context, layer, tokens, queries, size);
    if (observe.attention?.includes(layer)) observed.attention.push(attended.probabilities);
    if (observe.projections?.includes(layer)) observed.projections.push(attended.projections);
    const lengths = firstOnly ? undefined : plan?.[layer];
    const next = lengths ? dropWhereNeeded(g, tokens, attended, lengths, inputs, size) : { tokens: { ...tokens, hidden: queries }, context: attended.context };
    const projected = dropout(g, context, emit.dense(g, next.context, output), `${layer}.projection`);
    const mixed = layerNorm(g, context, g.op('Add', [projected, next.tokens.hidden]), norm);
    tokens = { ...next.tokens, hidden: feedForward(g, context, layer, mixed) };
    if (observe.states?.includes(layer + 1)) observed.states.push(tokens.hidden);
    if (trace && tokens.positions) traced.push(tokens.positions);
  }

  if (wanted === 'first') {
    const first = g.op('Slice', [tokens.hidden, g.int64([0]), g.int64([1]), g.int64([1])]);
    return { hidden: g.op('Squeeze', [first, g.int64([1])]), positions: traced, embeddingSum, observed };
  }
  const restored = restore(g, tokens, inputs, size);
  const clear = (b: GraphBuilder): Value[] => [b.op('Mul', [restored, b.op('Unsqueeze', [inputs.mask, b.int64([2])])])];
  const [cleared] = context.training ? clear(g) : g.choose(padded, clear, () => [restored]); // branches have no gradient
  return { hidden: cleared as Value, positions: traced, embeddingSum, observed };
};
