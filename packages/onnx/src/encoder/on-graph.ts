/** The operations of the encoder as operators of a graph. */
import type { EncoderOps, RelativePositions, Unmerge, WeightTree } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { chooseOf, chooseTree } from '../graph/choose-tree.js';
import { elementTypeNumber } from '../graph/protos.js';
import { attendOnGraph } from './attend-on-graph.js';
import { distanceValues } from './distances-on-graph.js';
import type { Entry } from './entry-on-graph.js';
import { entryOf } from './entry-on-graph.js';
import type {
  EncoderInputs,
  GraphEngine,
  GraphLevel,
  GraphTokens,
  MergingTokens,
  TrainingContext,
} from './graph-engine.js';
import { halveOnGraph } from './halves-on-graph.js';
import { denseOnGraph, widen } from './head-on-graph.js';
import { keepOnGraph } from './keep-on-graph.js';
import { mergeOnGraph, mixOnGraph, takeOwners } from './mixing-on-graph.js';
import { neighboursOnGraph } from './neighbours-on-graph.js';
import { numbersOnGraph, oneSegment, segmentsOnGraph } from './numbers-on-graph.js';
import { patchesOnGraph } from './patches-on-graph.js';
import type { WeightEmitter } from './precision.js';
import { atSlots, columnsOf, everyPosition, everySlot, firstOf, flatRows, slotsOf } from './slots-on-graph.js';
import { tilesOnGraph } from './tiles-on-graph.js';

const float = elementTypeNumber('float32');

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

/** The first row of a table: [rows, hidden] -> [1, hidden]. */
const firstRow = (g: GraphBuilder, table: Value): Value =>
  g.op('Slice', [table, g.int64([0]), g.int64([1]), g.int64([0])]);

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

  /** What attention makes of where tokens stood. */
  const distancesAt = (at: () => Value, types: Value | undefined): GraphTokens['distances'] => {
    const { relatives = [], heads = 1, mostTokens = 0 } = options;
    if (relatives.length === 0) return {};
    const constant = training ? g.op('Identity', [at()]) : at(); // no gradient flows into who stays
    const width = (): Value => columnsOf(g, inputs.ids);
    return distanceValues(g, constant, { relatives, emit, size: size / heads, positions: mostTokens, width, types });
  };
  /** Of the tokens of the input, which stand in every row where they stand in any. */
  const firstPositions = (): Value => {
    if (training) return everyPosition(g, inputs); // gradients are of the shape of what they are of
    const width = columnsOf(g, inputs.ids);
    return g.op('Unsqueeze', [g.op('Range', [g.int64(0), width, g.int64(1)]), g.int64([0])]);
  };
  const denseOps = denseOnGraph(g, emit, training);
  let hasSum = false;
  const isSum = (x: Value): void => {
    hasSum = true;
    onEmbeddingSum?.(x);
  };
  const ownersOf = (states: Value, owners: Value): Value => takeOwners(g, states, owners, training !== undefined);
  const firstTypes = options.types ? inputs.typeIds : undefined;
  /**
   * The tokens before the first layer.
   *
   * @param states in the order of the input
   * @param entry the order in which they enter, where it is another
   */
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
  /** The last state of every token among which those stand that are left: [B, T, hidden], or [B, K, hidden] of what has been made of them. */
  const back = (
    states: Value,
    tokens: GraphTokens,
    { owners, everyone }: { readonly owners: Value | undefined; readonly everyone: Value },
  ): Value => {
    if (unmerge === 'group' && owners) return ownersOf(states, owners);
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
    patches: (first, weights) =>
      patchesOnGraph(g, { first, weights, emit, pixels: inputs.pixels as Value, size: hidden }),
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

    ...attendOnGraph<Leaf>(g, { emit, size, mostTokens: options.mostTokens ?? 0, norm: denseOps.norm, training }),
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
    keep: keepOnGraph(g, { protectedTokens, ordered: unmerge !== undefined || options.ordered === true }),
    halve: (tokens) => halveOnGraph(g, tokens, { training: training !== undefined }),
    nest: (tokens) => {
      const { valid, departed } = tokens;
      const places = slotsOf(g, valid);
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
      return { states: ownersOf(table, parts), beyond: () => ownersOf(table, last) };
    },
    stays: ({ stays }) => stays as Value,
    merge: (by, merged) => mergeOnGraph(g, by, merged, { training: training !== undefined }),
    move: (x, by) =>
      by.mixed
        ? mixOnGraph(
            g,
            x,
            { width: by.width, ...by.mixed },
            { training: training !== undefined, inputs, columns: size === hidden ? size : undefined },
          )
        : g.op('GatherND', [x, by.slots], { batch_dims: 1 }),
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
        const made = slotsOf(g, valid);
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
      return { states: atSlots(g, states, entry.order), tokens: entering(states, entry) };
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
