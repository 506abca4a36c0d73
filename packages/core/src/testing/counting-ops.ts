import type { EncoderOps } from '../encoder/encoder-ops.js';
import type { NumberOps } from '../encoder/number-ops.js';
import { patchCount, patchSize } from '../encoder/image-shape.js';
import type { EncoderShape } from '../cost.js';
import type { AffineWeights, BlockWeights, EncoderWeights, WeightTree } from '../encoder/weights.js';
import { halvedTokens } from '../length-config.js';
import type { Ranks } from '../ranks.js';
import { rankOf } from '../ranks.js';

/** The shape of a weight: [in, out] of a kernel. */
type Shape = readonly number[];

/** Tokens by width: all that a count needs to know of the states of one input. */
interface CountedStates {
  readonly slots: number;
  readonly width: number;
}

/** Squares of attention: how many, how wide, and their channels. */
interface CountedTiles {
  readonly count: number;
  readonly side: number;
  readonly channels: number;
}

/** An engine that computes nothing: it counts what one would multiply for a single input. */
export interface CountingEngine {
  readonly states: CountedStates;
  readonly probabilities: undefined;
  readonly scores: undefined;
  readonly pairs: undefined;
  readonly tiles: CountedTiles;
  readonly flags: undefined;
  readonly weight: Shape;
  readonly tokens: { readonly slots: number; readonly prior?: undefined };
  /** Tokens that stay. */
  readonly step: number;
  readonly move: number;
}

/** Multiply-accumulates, by the operations that make them. */
export interface CountedMacs {
  readonly dense: number;
  readonly attend: number;
  readonly norm: number;
}

export interface CountingOps {
  readonly ops: EncoderOps<CountingEngine>;
  /** What was counted up to now. */
  counted(): CountedMacs;
}

const nothing = (): undefined => undefined;
const same = <N>(x: N): N => x;

/** Numbers of slots are no part of the count. */
const countedNumbers: NumberOps<CountingEngine> = {
  add: same,
  subtract: same,
  multiply: same,
  divide: <N>(_: N | number, y: N): N => y,
  floor: same,
  larger: same,
  smaller: same,
  less: nothing,
  equal: nothing,
  both: nothing,
  choose: <N>(_: undefined, x: N | number, y: N | number) => (typeof x === 'number' ? y : x) as N,
  ofSlots: nothing,
  ofPairs: nothing,
  first: nothing,
  second: nothing,
  list: nothing,
  best: () => ({ value: undefined, at: undefined }),
  sum: nothing,
  product: nothing,
  at: nothing,
  total: nothing,
  before: nothing,
  slots: nothing,
  counts: nothing,
  sizes: nothing,
  segments: nothing,
  similarity: nothing,
  everySecond: nothing,
  crossProducts: () => ({ products: undefined, lengths: undefined }),
  interleave: nothing,
  constant: nothing,
};

/** The operations of the encoder for one input of `length` tokens. */
export const countingOps = (length: number): CountingOps => {
  const macs = { dense: 0, attend: 0, norm: 0 };
  const dense = ({ slots, width }: CountedStates, kernel: Shape): CountedStates => {
    const [rows = 0, columns = 0] = kernel;
    if (rows !== width) throw new Error(`States of width ${width} meet a kernel of [${rows}, ${columns}].`);
    macs.dense += slots * rows * columns;
    return { slots, width: columns };
  };
  const affine = (x: CountedStates, weights: WeightTree<AffineWeights, Shape>): CountedStates =>
    'kernel' in weights ? dense(x, weights.kernel) : dense(dense(x, weights.down), weights.up);
  const ops: EncoderOps<CountingEngine> = {
    dense: affine,
    activate: (x) => x,
    dropout: (x) => x,
    rows: ([, width = 0]) => ({ slots: length, width }),
    patches: (_, { projection, image }) => {
      dense({ slots: patchCount(image), width: patchSize(image) }, projection.kernel);
      return { slots: length, width: projection.kernel[1] ?? 0 };
    },
    neighbours: ({ slots, width }) => ({ slots, width: 3 * width }),
    add: (x) => x,
    product: (x) => x,
    nothing: (x) => x,
    norm: (x, _, { residual }) => {
      if (residual && residual.slots !== x.slots) throw new Error(`${x.slots} slots and ${residual.slots} are added.`);
      macs.norm += x.slots * x.width;
      return x;
    },
    attend: (queries, keys, { query, key, value }, { values = keys }) => {
      const projections = {
        query: affine(queries, query),
        key: affine(keys, key),
        value: affine(values, value),
      };
      const products = queries.slots * keys.slots;
      macs.attend += products * projections.query.width + products * projections.value.width; // scores, weighted sums
      return {
        context: { slots: queries.slots, width: projections.value.width },
        probabilities: undefined,
        projections,
      };
    },
    received: () => undefined,
    read: (x, { kernel }) => {
      dense(x, kernel);
      return undefined;
    },
    widen: (_, like) => like,
    sigmoid: () => undefined,
    constant: same,
    magnitudes: () => undefined,
    multiply: () => undefined,
    addPrior: () => undefined,
    whereAnyLeave: (step, then, otherwise) => (step < otherwise.tokens.slots ? then(ops) : otherwise),
    keep: (_, step) => step,
    stays: () => undefined,
    halve: ({ slots }) => halvedTokens(slots),
    nest: same,
    part: (states) => ({ states, beyond: () => states }), // as many as entered are counted once all are back
    shortcut: (_, __, long) => long(ops),
    merge: (slots) => slots,
    numbers: countedNumbers,
    tiles: {
      diagonal: (_, __, { size, heads }) => ({ count: Math.ceil(length / size), side: size, channels: heads }),
      convolve: ({ count, side, channels }, { kernel }) => ({
        count,
        side,
        channels: dense({ slots: count * side * side, width: 9 * channels }, kernel).width,
      }),
      halve: ({ side, ...x }) => ({ ...x, side: side / 2 }),
      rows: ({ count, side, channels }) => ({ slots: count, width: channels * side * side }),
      spread: nothing,
      frame: nothing,
    },
    move: ({ width }, slots) => ({ slots, width }),
    depart: (_, slots) => ({ slots }),
    begin: ({ slots }) => ({ slots }),
    beginWith: (states) => ({ states, tokens: { slots: states.slots } }),
    firstAlone: ({ width }) => ({ slots: 1, width }),
    firstTokens: () => ({ slots: 1 }),
    pool: ({ width }) => ({ slots: 1, width }),
    stayed: nothing,
    restore: ({ width }) => ({ slots: length, width }),
  };
  return { ops, counted: () => ({ ...macs }) };
};

/** The shapes of an encoder's weights, of matrices that ranks make cheaper those of their factors. */
export const encoderShapes = (
  {
    layers,
    hiddenSize: d,
    intermediateSize: f,
    wordInputs,
    bottleneck,
    feedForwards = 1,
    halving = [],
    decoder,
  }: EncoderShape,
  heads: number,
  ranks?: Ranks,
): WeightTree<EncoderWeights, Shape> => {
  const map = (rows: number, columns: number, share = 1): WeightTree<AffineWeights, Shape> => {
    const rank = rankOf(share, rows, columns);
    return rank === undefined
      ? { kernel: [rows, columns], bias: [columns] }
      : { down: [rows, rank], up: [rank, columns], bias: [columns] };
  };
  const normOf = (width: number) => ({ gain: [width], bias: [width] });
  const whole = (rows: number, columns: number) => ({
    map: { kernel: [rows, columns], bias: [columns] },
    norm: normOf(columns),
  });
  const norm = normOf(d);
  const a = bottleneck?.size ?? d;
  const block = (layer: number, ranks?: Ranks): WeightTree<BlockWeights, Shape> => {
    const square = map(a, a, ranks?.attention[layer]);
    const share = ranks?.feedForward[layer];
    const fed = { intermediate: map(a, f, share), output: map(f, a, share), norm: normOf(a) };
    const value = bottleneck?.shared ? map(d, a, ranks?.attention[layer]) : square;
    return {
      attention: { query: square, key: square, value, output: square, norm: normOf(a) },
      between: Array.from({ length: feedForwards - 1 }, () => fed),
      feedForward: fed,
      ...(bottleneck && {
        bottleneck: { input: whole(d, a), ...(bottleneck.shared && { shared: whole(d, a) }), output: whole(a, d) },
      }),
    };
  };
  return {
    embeddings: {
      ...{ word: [9, wordInputs === undefined ? d : wordInputs / 3], position: [512, d], norm },
      ...(wordInputs !== undefined && { words: { map: { kernel: [wordInputs, d] }, neighbours: true } }),
    },
    blocks: Array.from({ length: layers }, (_, layer) => ({ ...block(layer, ranks), halves: halving.includes(layer) })),
    ...(decoder !== undefined && {
      decoder: { blocks: Array.from({ length: decoder }, () => block(0)), after: halving[0] ?? 0 },
    }),
    heads,
    layerNormEpsilon: 1e-12,
  };
};
