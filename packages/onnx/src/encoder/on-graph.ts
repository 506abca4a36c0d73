/** The operations of the encoder as operators of a graph. */
import { comparisonsOf, patchCount, patchGrid, patchSize } from '@length-adaptive/core/encoder';
import type {
  Attended,
  EncoderOps,
  ImageShape,
  PatchWeights,
  DistanceVectors,
  RelativePositions,
  SummaryToken,
  Unmerge,
  WeightTree,
} from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { chooseOf, chooseTree } from '../graph/choose-tree.js';
import { elementTypeNumber } from '../graph/protos.js';
import { attentionSoftmax } from './attention-on-graph.js';
import { addedBiases, comparedWithVectors, comparedWithWaves, distanceValues, turn } from './distances-on-graph.js';
import { denseOnGraph, widen } from './head-on-graph.js';
import type { WeightEmitter } from './precision.js';
import { neighboursOnGraph } from './neighbours-on-graph.js';
import { tilesOnGraph } from './tiles-on-graph.js';
import { numbersOnGraph, oneSegment, segmentsOnGraph } from './numbers-on-graph.js';
import type {
  EncoderInputs,
  GraphEngine,
  GraphLevel,
  GraphMove,
  GraphTokens,
  MergingTokens,
  TrainingContext,
} from './graph-engine.js';

const float = elementTypeNumber('float32');
const int64 = elementTypeNumber('int64');

/** The least sum of weights: that of a slot that nothing goes into. */
const leastWeight = 1e-30;

/** More than a row has. */
const manySlots = 2 ** 20;

/** Above any significance: protected tokens always stay. */
const always = 1e9;

export interface OnGraphOptions<Leaf> {
  readonly emit: WeightEmitter<Leaf>;
  readonly inputs: EncoderInputs;
  /** Width of a state. */
  readonly size: number;
  /** Width of queries, of keys and of values, all heads together. Default: that of a state. */
  readonly attentionSize?: number | undefined;
  /** Emit what can be differentiated, with dropout. Absent: a graph to predict with. */
  readonly training?: TrainingContext | undefined;
  /** Leading tokens that always stay. Default 1, [CLS]. */
  readonly protectedTokens?: number | undefined;
  /** Whether positions travel with the tokens. */
  readonly positions: boolean;
  /** Whether those that stay are to be in the order of the text. Default: only where tokens may become one. */
  readonly ordered?: boolean | undefined;
  /** Whether their types do. Default false. */
  readonly types?: boolean | undefined;
  /** What the layers make of distances. Default: nothing. */
  readonly relatives?: readonly WeightTree<RelativePositions, Leaf>[] | undefined;
  /** Heads of attention, and the most tokens that an input may have: where there are distances. */
  readonly heads?: number | undefined;
  readonly mostTokens?: number | undefined;
  /** Whether it travels what each token of the input has become, where they merge. */
  readonly owners: boolean;
  /** Whether the states of tokens that leave are kept. */
  readonly departed: boolean;
  /** What tokens that go into others return with, where they do so. Absent: tokens just leave. */
  readonly unmerge?: Unmerge | undefined;
  /** Called with the sum of the embeddings, before their layer norm: [B, T, hidden]. */
  readonly onEmbeddingSum?: (sum: Value) => void;
  /** Called with the rows of the table of words: [B, T, width]. */
  readonly onWords?: (words: Value) => void;
}

/**
 * Numbers of the rows that tokens have in the flattened input, [B * K, 1] int64; slots without a token get the row after the last.
 *
 * @param everyone of the shape of the input, [B, T], or of what else they stand among
 */
const flatRows = (g: GraphBuilder, positions: Value, valid: Value, everyone: Value): Value => {
  const [rows, width] = [0, 1].map((axis) => g.op('Gather', [g.op('Shape', [everyone]), g.int64(axis)])) as [
    Value,
    Value,
  ];
  const starts = g.op('Unsqueeze', [g.op('Range', [g.int64(0), g.op('Mul', [rows, width]), width]), g.int64([1])]); // [B, 1]
  const flat = g.op('Where', [
    g.op('Greater', [valid, g.float(0)]),
    g.op('Add', [positions, starts]),
    g.op('Mul', [rows, width]),
  ]);
  return g.op('Reshape', [flat, g.int64([-1, 1])]);
};

/** Where each token of the input stands: [B, T] int64 */
const everyPosition = (g: GraphBuilder, { ids }: EncoderInputs): Value => {
  const width = g.op('Gather', [g.op('Shape', [ids]), g.int64(1)]);
  return g.op('Expand', [g.op('Range', [g.int64(0), width, g.int64(1)]), g.op('Shape', [ids])]);
};

/** The number of each slot of the input: [1, T] float32 */
const everySlot = (g: GraphBuilder, { ids }: EncoderInputs): Value => {
  const width = g.op('Cast', [g.op('Gather', [g.op('Shape', [ids]), g.int64(1)])], { to: float });
  return g.op('Unsqueeze', [g.op('Range', [g.float(0), width, g.float(1)]), g.int64([0])]);
};

/** Scores, [B, K] float32, with one above all others for the first `count` tokens. */
const protect = (g: GraphBuilder, scores: Value, count: number): Value => {
  if (count === 0) return scores;
  if (count === 1) {
    const others = g.op('Slice', [scores, g.int64([1]), g.int64([2 ** 31]), g.int64([1])]);
    return g.op('Pad', [others, g.int64([0, 1, 0, 0]), g.float(always)]);
  }
  const width = g.op('Gather', [g.op('Shape', [scores]), g.int64(1)]); // may be less than `count`
  const places = g.op('Range', [g.int64(0), width, g.int64(1)]);
  return g.op('Where', [g.op('Less', [places, g.int64(count)]), g.float(always), scores]);
};

/** How tokens enter, where another than the first stands for an input: [B, T] int64 each. */
interface Entry {
  /** Where they stand, in the order in which they enter. */
  readonly order: Value;
  /** The slot that each of them enters at. */
  readonly places: Value;
}

/** The token that stands for a text before all others, as `entryOrder` of the core package has it. */
const entryOf = (g: GraphBuilder, { ids, mask }: EncoderInputs, summary: SummaryToken): Entry => {
  const real = g.op('Where', [g.op('Greater', [mask, g.float(0)]), ids, g.int64(-1)]);
  const asked =
    summary === 'largest-id'
      ? real
      : g.op('Cast', [g.op('Equal', [real, g.int64(summary.id)])], { to: elementTypeNumber('int32') });
  const at = g.op('ArgMax', [asked], { axis: 1, keepdims: 1 }); // the first of several: [B, 1]
  const width = g.op('Gather', [g.op('Shape', [ids]), g.int64(1)]);
  const slots = g.op('Unsqueeze', [g.op('Range', [g.int64(0), width, g.int64(1)]), g.int64([0])]); // [1, T]
  const behind = g.op('Greater', [slots, at]);
  const first = g.op('Equal', [slots, g.int64(0)]);
  return {
    order: g.op('Where', [first, at, g.op('Where', [behind, slots, g.op('Sub', [slots, g.int64(1)])])]),
    places: g.op('Where', [
      g.op('Equal', [slots, at]),
      g.int64(0),
      g.op('Where', [behind, slots, g.op('Add', [slots, g.int64(1)])]),
    ]),
  };
};

/** The first row of a table: [rows, hidden] -> [1, hidden]. */
const firstRow = (g: GraphBuilder, table: Value): Value =>
  g.op('Slice', [table, g.int64([0]), g.int64([1]), g.int64([0])]);

/** The patches of images, one row each: [B, channels, height, width] -> [B, P, channels * patch * patch]. */
const cutPatches = (g: GraphBuilder, pixels: Value, image: ImageShape): Value => {
  const { channels, patch } = image;
  const { rows, columns } = patchGrid(image);
  const [height, width] = [rows * patch, columns * patch];
  const isWhole = height === image.height && width === image.width;
  const read = isWhole ? pixels : g.op('Slice', [pixels, g.int64([0, 0]), g.int64([height, width]), g.int64([2, 3])]);
  const squares = g.op('Reshape', [read, g.int64([0, channels, rows, patch, columns, patch])]);
  const together = g.op('Transpose', [squares], { perm: [0, 2, 4, 1, 3, 5] });
  return g.op('Reshape', [together, g.int64([0, patchCount(image), patchSize(image)])]);
};

const firstOf = (g: GraphBuilder, x: Value): Value => g.op('Slice', [x, g.int64([0]), g.int64([1]), g.int64([1])]);

/** The operations of the encoder, emitted into a graph. */
export const onGraph = <Leaf>(g: GraphBuilder, options: OnGraphOptions<Leaf>): EncoderOps<GraphEngine<Leaf>> => {
  const { inputs } = options;
  const padded = g.op('Less', [g.op('ReduceMin', [inputs.mask], { keepdims: 0 }), g.float(1)]);
  return opsOf(g, options, padded);
};

/** @param padded whether any row of the input is: scalar bool */
const opsOf = <Leaf>(g: GraphBuilder, options: OnGraphOptions<Leaf>, padded: Value): EncoderOps<GraphEngine<Leaf>> => {
  const { emit, inputs, size: hidden, training, protectedTokens = 1, unmerge, onEmbeddingSum, onWords } = options;
  const { attentionSize: size = hidden } = options;
  const keepStates = (into: Value, states: Value, { positions, valid, level }: GraphTokens): Value =>
    g.op('ScatterND', [
      into,
      flatRows(g, level?.places ?? (positions as Value), valid, level?.parts ?? inputs.ids),
      g.op('Reshape', [states, g.int64([-1, hidden])]),
    ]);

  const topK = (values: Value, count: Value): readonly [Value, Value] =>
    g.ops('TopK', [values, count], 2, { attributes: { axis: 1 } }) as [Value, Value];
  /** The best slots in the order of the text, those that hold a token first, and which are among those. */
  const inOrder = (
    best: Value,
    { holds, width, tokens: { valid, merging } }: { holds: Value; width: Value; tokens: GraphTokens },
  ): { readonly order: Value; readonly stays: Value } => {
    const kept = g.op('ScatterElements', [g.op('Sub', [valid, valid]), best, holds], { axis: 1 });
    const everySlotOf = (x: Value): Value => {
      const slots = g.op('Cast', [g.op('Gather', [g.op('Shape', [x]), g.int64(1)])], { to: float });
      return g.op('Range', [g.float(0), slots, g.float(1)]);
    };
    const places = g.op('Sub', [g.op('Mul', [kept, g.float(manySlots)]), merging?.slots ?? everySlotOf(valid)]);
    const [, order] = topK(places, width);
    return { order, stays: g.op('Greater', [kept, g.float(0)]) };
  };
  /** The number of each row, [B, 1, 1]; and of rows and slots the width. */
  const rowNumbers = (): Value => {
    const rows = g.op('Gather', [g.op('Shape', [inputs.ids]), g.int64(0)]);
    return g.op('Unsqueeze', [g.op('Range', [g.int64(0), rows, g.int64(1)]), g.int64([1, 2])]);
  };
  /** 1 where a slot is the one that stands there: [B, K, N] */
  const oneHot = (slots: Value, width: Value): Value => {
    const range = g.op('Range', [g.int64(0), g.op('Squeeze', [width]), g.int64(1)]);
    return g.op('Cast', [g.op('Equal', [g.op('Unsqueeze', [slots, g.int64([2])]), range])], { to: float });
  };
  /** Weighted sums of the states that go into one. */
  const mix = (x: Value, { width }: GraphMove, { into, shares }: NonNullable<GraphMove['mixed']>): Value => {
    const share = g.op('Unsqueeze', [shares, g.int64([2])]);
    if (training) {
      const all = g.op('Mul', [oneHot(into, width), share]); // [B, T, N]
      return g.op('MatMul', [g.op('Transpose', [all], { perm: [0, 2, 1] }), x]);
    }
    const slot = g.op('Unsqueeze', [into, g.int64([2])]); // [B, T, 1]
    const row = g.op('Expand', [rowNumbers(), g.op('Shape', [slot])]);
    const rows = g.op('Slice', [g.op('Shape', [inputs.ids]), g.int64([0]), g.int64([1])]);
    const columns =
      size === hidden ? g.int64([size]) : g.op('Slice', [g.op('Shape', [x]), g.int64([2]), g.int64([3]), g.int64([0])]);
    const empty = g.op('Expand', [g.float(0), g.op('Concat', [rows, width, columns], { axis: 0 })]);
    return g.op('ScatterND', [empty, g.op('Concat', [row, slot], { axis: 2 }), g.op('Mul', [x, share])], {
      reduction: 'add',
    });
  };
  /** The state of what each token of the input has become. */
  const takeOwners = (states: Value, owners: Value): Value => {
    if (!training) return g.op('GatherND', [states, g.op('Unsqueeze', [owners, g.int64([2])])], { batch_dims: 1 });
    const width = g.op('Slice', [g.op('Shape', [states]), g.int64([1]), g.int64([2]), g.int64([0])]);
    return g.op('MatMul', [g.op('Identity', [oneHot(owners, width)]), states]);
  };

  /** How many of the first tokens ask: [1] int64; undefined where all do. */
  const askingCount = (queries: Value, asking: 'all' | 'first' | 'by-step'): Value | undefined => {
    if (asking === 'all') return undefined;
    if (asking === 'first') return g.int64([1]);
    const count = g.op('Slice', [g.op('Shape', [queries]), g.int64([1]), g.int64([2]), g.int64([0])]);
    return training ? g.op('Identity', [count]) : count; // a number has no gradient
  };
  /** The vectors of distances, normalised where they are. */
  const tableOf = ({ table, norm }: WeightTree<DistanceVectors, Leaf>, epsilon: number): Value => {
    const whole = emit.whole(g, table);
    return norm ? denseOps.norm(whole, norm, { epsilon, place: 'distances' }) : whole;
  };
  /** What attention makes of where tokens stood. */
  const distancesAt = (at: () => Value, types: Value | undefined): GraphTokens['distances'] => {
    const { relatives = [], heads = 1, mostTokens = 0 } = options;
    if (relatives.length === 0) return {};
    const constant = training ? g.op('Identity', [at()]) : at(); // no gradient flows into who stays
    const width = (): Value => g.op('Gather', [g.op('Shape', [inputs.ids]), g.int64(1)]);
    return distanceValues(g, constant, { relatives, emit, size: size / heads, positions: mostTokens, width, types });
  };
  /** Of the tokens of the input, which stand in every row where they stand in any. */
  const firstPositions = (): Value => {
    if (training) return everyPosition(g, inputs); // gradients are of the shape of what they are of
    const width = g.op('Gather', [g.op('Shape', [inputs.ids]), g.int64(1)]);
    return g.op('Unsqueeze', [g.op('Range', [g.int64(0), width, g.int64(1)]), g.int64([0])]);
  };
  const denseOps = denseOnGraph(g, emit, training);
  let hasSum = false;
  const isSum = (x: Value): void => {
    hasSum = true;
    onEmbeddingSum?.(x);
  };
  /** The states of these slots: [B, T, hidden] */
  const atSlots = (states: Value, slots: Value): Value =>
    g.op('GatherND', [states, g.op('Unsqueeze', [slots, g.int64([2])])], { batch_dims: 1 });
  /**
   * The tokens before the first layer.
   *
   * @param states in the order of the input
   * @param entry the order in which they enter, where it is another
   */
  const firstTypes = options.types ? inputs.typeIds : undefined;
  const entering = (states: Value, entry?: Entry): GraphTokens => ({
    valid: inputs.mask,
    padded,
    positions: entry?.order ?? (options.positions ? everyPosition(g, inputs) : undefined),
    departed: options.departed
      ? g.op('Pad', [g.op('Reshape', [states, g.int64([-1, hidden])]), g.int64([0, 0, 1, 0]), g.float(0)])
      : undefined,
    prior: entry && inputs.prior ? g.op('GatherElements', [inputs.prior, entry.order], { axis: 1 }) : inputs.prior,
    distances: distancesAt(entry ? () => entry.order : firstPositions, firstTypes),
    types: firstTypes,
    level: undefined,
    merging: unmerge && {
      sizes: inputs.mask,
      merged: g.op('Less', [g.float(1), g.float(0)]),
      segments: entry ? oneSegment(g, inputs, protectedTokens) : segmentsOnGraph(g, inputs, protectedTokens),
      slots: everySlot(g, inputs),
      owners: options.owners ? (entry?.places ?? everyPosition(g, inputs)) : undefined,
    },
  });
  /** The numbers of slots, in every row: [B, K] int64 */
  const slotsOf = (valid: Value): Value => {
    const shape = g.op('Shape', [valid]);
    const width = g.op('Gather', [shape, g.int64(1)]);
    return g.op('Expand', [g.op('Range', [g.int64(0), width, g.int64(1)]), shape]);
  };
  /** The last state of every token among which those stand that are left: [B, T, hidden], or [B, K, hidden] of what has been made of them. */
  const back = (
    states: Value,
    tokens: GraphTokens,
    { owners, everyone }: { readonly owners: Value | undefined; readonly everyone: Value },
  ): Value => {
    if (unmerge === 'group' && owners) return takeOwners(states, owners);
    if (!tokens.departed) return states;
    const all = keepStates(tokens.departed, states, tokens);
    const tokensOnly = g.op('Slice', [all, g.int64([0]), g.int64([-1]), g.int64([0])]);
    return g.op('Reshape', [tokensOnly, g.op('Concat', [g.op('Shape', [everyone]), g.int64([hidden])], { axis: 0 })]);
  };
  const ops: EncoderOps<GraphEngine<Leaf>> = {
    ...denseOps,
    rows: (table, of, first = 0) => {
      if (of === 'ids') {
        const words = emit.rows(g, table, inputs.ids);
        onWords?.(words);
        return words;
      }
      if (of === 'types')
        return inputs.typeIds === undefined
          ? firstRow(g, emit.whole(g, table)) // all tokens are of one type: [1, hidden]
          : g.op('Gather', [emit.whole(g, table), inputs.typeIds]);
      const width = g.op('Slice', [g.op('Shape', [inputs.ids]), g.int64([1]), g.int64([2])]);
      const end = first === 0 ? width : g.op('Add', [width, g.int64([first])]);
      return g.op('Slice', [emit.whole(g, table), g.int64([first]), end, g.int64([0])]); // [T, hidden]
    },
    patches: (first, { projection, second, image }: WeightTree<PatchWeights, Leaf>) => {
      const pixels = inputs.pixels as Value;
      const tokens = emit.dense(g, cutPatches(g, pixels, image), projection); // [B, P, hidden]
      const own = [first, ...(second === undefined ? [] : [second])].map((leaf) => emit.whole(g, leaf));
      const leading = own.length === 1 ? (own[0] as Value) : g.op('Concat', own, { axis: 0 });
      const rows = g.op('Slice', [g.op('Shape', [pixels]), g.int64([0]), g.int64([1])]);
      const each = g.op('Expand', [leading, g.op('Concat', [rows, g.int64([own.length, hidden])], { axis: 0 })]);
      return g.op('Concat', [each, tokens], { axis: 1 });
    },
    neighbours: (x) => neighboursOnGraph(g, x, inputs),
    nothing: (x) => g.op('Mul', [x, g.float(0)]),
    add: (x, y) => g.op('Add', [x, y]),
    norm: (x, weights, { residual, ...at }) => {
      const sum = residual === undefined ? x : g.op('Add', [x, residual]);
      if (at.place === 'embeddings') isSum(sum);
      return denseOps.norm(sum, weights, at);
    },
    dropout: (x, place, kind) => {
      if (place === 'embeddings' && !hasSum) isSum(x); // nothing was normalised
      return denseOps.dropout(x, place, kind);
    },
    product: (x, y) => g.op('Mul', [x, y]),

    attend: (
      queries,
      keys,
      { query, key, value, relative },
      { heads, layer, among, proportional, asking, epsilon, present, values = keys, halved },
    ) => {
      const split = (x: Value): Value =>
        g.op('Transpose', [g.op('Reshape', [x, g.int64([0, 0, heads, size / heads])])], { perm: [0, 2, 1, 3] });
      const { vectors, waves } = relative ?? {};
      const width = Math.sqrt((size / heads) * comparisonsOf(relative));
      // Constant weights take the scale of the scores along; queries are brought back from it only where somebody looks at them.
      const unscaled = training && emit.dense(g, queries, query);
      const scaled = unscaled ? g.op('Mul', [unscaled, g.float(1 / width)]) : emit.dense(g, queries, query, 1 / width);
      const projections = {
        get query(): Value {
          return unscaled ?? g.op('Mul', [scaled, g.float(width)]);
        },
        key: emit.dense(g, keys, key),
        value: emit.dense(g, values, value),
      };
      const count = relative && askingCount(queries, asking);
      const turned = (x: Value, whose: Value | undefined): Value =>
        relative?.rotation === undefined
          ? x
          : turn(g, x, { rotation: relative.rotation, stretch: relative.stretch }, among.distances, {
              size: size / heads,
              asking: whose,
              training: training !== undefined,
            });
      const contents = waves
        ? g.op('Add', [scaled, g.op('Mul', [emit.whole(g, waves.keyBias), g.float(1 / width)])])
        : scaled;
      const [q, k] = [turned(split(contents), count), turned(split(projections.key), undefined)]; // [B, heads, .., size]
      const v = present === undefined ? split(projections.value) : undefined;
      const compared = vectors
        ? comparedWithVectors(
            g,
            vectors,
            { queries: scaled, keys: projections.key, values: among.distances },
            { emit, heads, size: size / heads, scale: 1 / width, asking: count, table: tableOf(vectors, epsilon) },
          )
        : [];
      const ofWaves =
        waves && asking !== 'first' // which alone compares nothing else
          ? [
              comparedWithWaves(
                g,
                waves,
                { queries: scaled, values: among.distances },
                {
                  ...{ emit, heads, size: size / heads, scale: 1 / width, training: training !== undefined },
                  positions: options.mostTokens ?? 0,
                  asking: halved?.everyRow ? { places: halved.everyRow } : count,
                },
              ),
            ]
          : [];
      const probabilities = attentionSoftmax(g, [q, k], among, {
        training: training !== undefined,
        sized: proportional && { heads },
        added: [...compared, ...ofWaves, ...(relative ? addedBiases(g, relative, among.distances, count) : [])],
      });
      const voting = training ? training.dropout(g, probabilities, `${layer}.attention`, 'attention') : probabilities;
      const mixBy = (shares: Value, values: Value): Value => {
        const merged = g.op('Transpose', [g.op('MatMul', [shares, values])], { perm: [0, 2, 1, 3] });
        return g.op('Reshape', [merged, g.int64([0, 0, size])]);
      };
      if (v !== undefined) return { probabilities, context: mixBy(voting, v), projections };
      // As after a softmax over those that are there; other than a mask before it this has a gradient for those that are not.
      const there = widen(g, present as Value, size);
      const context = g.op('Div', [
        mixBy(voting, split(g.op('Mul', [projections.value, there]))),
        g.op('Add', [mixBy(probabilities, split(there)), g.float(leastWeight)]),
      ]);
      return { probabilities, context, projections };
    },

    received: (
      { probabilities, asked }: Pick<Attended<GraphEngine<Leaf>>, 'probabilities' | 'asked'>,
      among,
      voters = 'all',
    ) => {
      if (voters === 'first') {
        const own = g.op('Slice', [probabilities, g.int64([0]), g.int64([1]), g.int64([2])]); // [B, heads, 1, K]
        return g.op('ReduceSum', [own, g.int64([1, 2])], { keepdims: 0 });
      }
      const { valid, merging } = asked ?? among;
      const votes = g.op('MatMul', [g.op('Unsqueeze', [merging?.sizes ?? valid, g.int64([1, 2])]), probabilities]); // [B, heads, 1, K]
      return g.op('ReduceSum', [votes, g.int64([1, 2])], { keepdims: 0 }); // [B, K]
    },
    read: (x, { kernel, bias }, mix) => {
      const product = g.op('MatMul', [x, emit.whole(g, kernel)]);
      const outputs = bias === undefined ? product : g.op('Add', [product, emit.whole(g, bias)]); // [B, T, outputs]
      const column = mix && g.op('Unsqueeze', [g.floats(mix), g.int64([1])]);
      return g.op('Squeeze', [column ? g.op('MatMul', [outputs, column]) : outputs, g.int64([2])]);
    },
    widen: (x) => widen(g, x, hidden),
    sigmoid: (x) => g.op('Sigmoid', [x]),
    constant: (x) => (training ? g.op('Identity', [x]) : x),
    magnitudes: (states, { valid }) =>
      g.op('Mul', [g.op('ReduceSum', [g.op('Abs', [states]), g.int64([2])], { keepdims: 0 }), valid]),
    multiply: (x, y) => g.op('Mul', [x, y]),
    // Slots without a token keep a score of 0, which no real token is below.
    addPrior: (scores, { prior, valid }) => g.op('Add', [scores, g.op('Mul', [prior as Value, valid])]),
    whereRuns: ({ choice }, then, otherwise) => {
      if (!choice) return then(ops);
      const bare = ({ states, tokens }: typeof otherwise): typeof otherwise => ({ states, tokens });
      return chooseTree(g, choice.runs, (b) => bare(then(opsOf(b, options, padded))), bare(otherwise));
    },
    asking: (x, { choice }) => (choice?.asking ? g.op('Slice', [x, g.int64([0]), choice.asking, g.int64([1])]) : x),
    whereAnyLeave: ({ drops }, then, otherwise) => {
      if (drops === 'never') return otherwise;
      if (drops === 'always') return then(ops);
      return chooseTree(g, drops, (b) => then(opsOf(b, options, padded)), otherwise);
    },
    keep: (scores, { counts, width, ragged }, tokens) => {
      const [, best] = topK(protect(g, scores, protectedTokens), width); // best first; ties to the earlier
      const asSlots = (order: Value): Value => g.op('Unsqueeze', [order, g.int64([2])]);
      const everyPlace = (): Value =>
        g.op('Range', [g.float(0), g.op('Squeeze', [g.op('Cast', [width], { to: float })]), g.float(1)]);
      if (!unmerge && !options.ordered) {
        const [slots, places] = [asSlots(best), everyPlace()];
        return { order: best, slots, places, counts, ragged, width, valid: undefined, stays: undefined };
      }
      const places = everyPlace();
      const valid = g.op('Cast', [g.op('Less', [places, counts])], { to: float });
      const { order, stays } = inOrder(best, { holds: valid, width, tokens });
      return { order, slots: asSlots(order), places, counts, ragged, width, valid, stays };
    },
    halve: ({ valid, merging }) => {
      const asFloat = (x: Value): Value => g.op('Cast', [x], { to: float });
      const constant = (x: Value): Value => (training ? g.op('Identity', [x]) : x);
      const one = g.float(1);
      const count = g.op('ReduceSum', [valid, g.int64([1])], { keepdims: 1 }); // [B, 1]
      const several = g.op('Greater', [count, g.float(2)]);
      const halves = g.op('Where', [several, g.op('Ceil', [g.op('Mul', [count, g.float(0.5)])]), count]);
      const most = g.op('ReduceMax', [halves], { keepdims: 0 });
      const number = (limit: Value): Value => g.op('Range', [g.float(0), limit, one]);
      const slots = number(asFloat(g.op('Gather', [g.op('Shape', [valid]), g.int64(1)]))); // [K]
      const places = number(most); // [N]
      const half = g.op('Mul', [slots, g.float(0.5)]);
      const even = g.op('Equal', [g.op('Floor', [half]), half]);
      const end = g.op('Where', [several, g.op('Sub', [count, one]), count]); // who comes after is in none
      const paired = g.op('Or', [even, g.op('Less', [g.op('Add', [slots, one]), end])]);
      const isFirst = g.op('Equal', [slots, g.float(0)]);
      const share = g.op('Where', [g.op('And', [paired, g.op('Not', [isFirst])]), g.float(0.5), one]);
      const shares = constant(g.op('Mul', [share, asFloat(g.op('Less', [slots, end]))])); // [B, K]
      const into = g.op('Expand', [
        g.op('Cast', [g.op('Min', [g.op('Ceil', [half]), g.op('Sub', [most, one])])], { to: int64 }),
        g.op('Shape', [valid]),
      ]);
      const first = g.op('Max', [g.op('Sub', [g.op('Mul', [places, g.float(2)]), one]), g.float(0)]);
      const everyRow = g.op('Cast', [first], { to: int64 });
      const rows = g.op('Slice', [g.op('Shape', [valid]), g.int64([0]), g.int64([1])]);
      const order = g.op('Expand', [everyRow, g.op('Concat', [rows, g.int64([1])], { axis: 0 })]);
      const there = asFloat(g.op('Less', [places, halves])); // [B, N]
      const sumOf = (values: Value): Value =>
        g.op('ScatterElements', [g.op('Sub', [there, there]), into, g.op('Mul', [values, shares])], {
          axis: 1,
          reduction: 'add',
        });
      return {
        order,
        slots: g.op('Unsqueeze', [order, g.int64([2])]),
        places,
        counts: halves,
        ragged: g.op('Less', [g.op('ReduceMin', [halves], { keepdims: 0 }), most]),
        width: g.op('Cast', [g.op('Reshape', [most, g.int64([1])])], { to: int64 }),
        valid: there,
        stays: undefined,
        everyRow,
        halves: {
          parts: g.op('Where', [
            g.op('Less', [g.op('Ceil', [half]), halves]),
            g.op('Add', [g.op('Cast', [g.op('Ceil', [half])], { to: int64 }), g.int64(1)]),
            g.int64(0),
          ]),
          // Where two are left, all go with the second.
          beyond: g.op('Where', [g.op('Equal', [count, g.float(2)]), g.int64(2), g.int64(0)]),
        },
        mixed: { into, shares, sizes: merging ? sumOf(merging.sizes) : there },
      };
    },
    nest: (tokens) => {
      const { valid, departed } = tokens;
      const places = slotsOf(valid);
      const rows = g.op('Slice', [g.op('Shape', [valid]), g.int64([0]), g.int64([1])]);
      const slots = g.op('Add', [g.op('Size', [valid]), g.int64([1])]); // with one for slots without a token
      return {
        ...tokens,
        departed: departed && g.op('Expand', [g.float(0), g.op('Concat', [slots, g.int64([hidden])], { axis: 0 })]),
        level: {
          places,
          owners: unmerge === 'group' ? places : undefined,
          parts: g.op('Add', [places, g.int64(1)]),
          beyond: g.op('Expand', [g.int64(0), g.op('Concat', [rows, g.int64([1])], { axis: 0 })]),
        },
      };
    },
    part: (states, tokens, beyond) => {
      const { owners, parts, beyond: last } = tokens.level as GraphLevel;
      const rows = g.op('Slice', [g.op('Shape', [parts]), g.int64([0]), g.int64([1])]);
      const none = beyond ?? g.op('Expand', [g.float(0), g.op('Concat', [rows, g.int64([1, hidden])], { axis: 0 })]);
      const table = g.op('Concat', [none, back(states, tokens, { owners, everyone: parts })], { axis: 1 });
      return { states: takeOwners(table, parts), beyond: () => takeOwners(table, last) };
    },
    stays: ({ stays }) => stays as Value,
    merge: (by, { into, weights, sizes }) => {
      const slots = g.op('Cast', [into], { to: int64 });
      const empty = g.op('Sub', [by.valid as Value, by.valid as Value]);
      const sumOf = (values: Value): Value =>
        g.op('ScatterElements', [empty, slots, values], { axis: 1, reduction: 'add' });
      const merged = sumOf(sizes);
      const total = g.op('Max', [weights === undefined ? merged : sumOf(weights), g.float(leastWeight)]);
      const sums = g.op('GatherElements', [total, slots], { axis: 1 });
      const constant = (x: Value): Value => (training ? g.op('Identity', [x]) : x);
      const mixed = {
        into: slots,
        shares: constant(g.op('Div', [weights ?? sizes, sums])),
        sizes: constant(merged),
      };
      return { ...by, mixed };
    },
    move: (x, by) => (by.mixed ? mix(x, by, by.mixed) : g.op('GatherND', [x, by.slots], { batch_dims: 1 })),
    depart: (tokens, { order, places, counts, ragged, valid: holds, everyRow, halves, mixed }, states) => {
      const take = (values: Value): Value => g.op('GatherElements', [values, order], { axis: 1 });
      const { positions, departed, prior, merging, types, level } = tokens;
      const valid = holds ?? g.op('Cast', [g.op('Less', [places, counts])], { to: float });
      const mergingAfter = (before: MergingTokens): MergingTokens => {
        const slots = g.op('Unsqueeze', [places, g.int64([0])]);
        if (!mixed) return { ...before, slots };
        return {
          sizes: mixed.sizes,
          merged: everyRow ? before.merged : g.op('Less', [g.float(0), g.float(1)]), // halves stand for one each
          segments: g.op('Mul', [take(before.segments), valid]),
          slots,
          owners: before.owners && g.op('GatherElements', [mixed.into, before.owners], { axis: 1 }),
        };
      };
      const levelAfter = (before: GraphLevel): GraphLevel => {
        if (!halves)
          return {
            ...before,
            places: take(before.places),
            owners:
              before.owners && mixed ? g.op('GatherElements', [mixed.into, before.owners], { axis: 1 }) : before.owners,
          };
        const made = slotsOf(valid);
        return { places: made, owners: before.owners && made, ...halves };
      };
      const positionsAfter = positions && take(positions);
      const typesAfter = types && take(types);
      return {
        valid,
        padded: ragged,
        positions: positionsAfter,
        departed: departed && !halves ? keepStates(departed, states, tokens) : departed,
        prior: prior && take(prior),
        distances: distancesAt(() => positionsAfter as Value, typesAfter),
        types: typesAfter,
        level: level && levelAfter(level),
        merging: merging && mergingAfter(merging),
      };
    },
    numbers: numbersOnGraph(g, { size, training: training !== undefined }),
    tiles: tilesOnGraph(g, { emit, inputs, training: training !== undefined, protectedTokens }),
    // Branches have no gradient.
    shortcut: (holds, short, long) =>
      training
        ? long(ops)
        : chooseOf(
            g,
            g.op('Greater', [g.op('ReduceMin', [holds()], { keepdims: 0 }), g.float(0)]),
            (b) => short(opsOf(b, options, padded)),
            (b) => long(opsOf(b, options, padded)),
          ),

    begin: (states) => entering(states),
    beginWith: (states, summary) => {
      const entry = entryOf(g, inputs, summary);
      return { states: atSlots(states, entry.order), tokens: entering(states, entry) };
    },
    firstAlone: (x) => firstOf(g, x),
    firstTokens: (tokens) => tokens,
    pool: (x) => g.op('Squeeze', [firstOf(g, x), g.int64([1])]),
    stayed: ({ positions, valid, merging }) => {
      if (!positions || merging?.owners) return undefined;
      const count = g.op('Add', [g.op('Size', [inputs.ids]), g.int64([1])]); // with one for slots without a token
      const nobody = g.op('Expand', [g.float(0), count]);
      const here = g.op('ScatterND', [
        nobody,
        flatRows(g, positions, valid, inputs.ids),
        g.op('Reshape', [valid, g.int64([-1])]),
      ]);
      const all = g.op('Slice', [here, g.int64([0]), g.int64([-1]), g.int64([0])]);
      return g.op('Reshape', [all, g.op('Shape', [inputs.ids])]);
    },
    restore: (states, tokens, finish = (x) => x) => {
      const restored = finish(back(states, tokens, { owners: tokens.merging?.owners, everyone: inputs.ids }));
      const clear = (b: GraphBuilder): Value[] => [
        b.op('Mul', [restored, b.op('Unsqueeze', [inputs.mask, b.int64([2])])]),
      ];
      return (training ? clear(g) : g.choose(padded, clear, () => [restored]))[0] as Value; // branches have no gradient
    },
  };
  return ops;
};
