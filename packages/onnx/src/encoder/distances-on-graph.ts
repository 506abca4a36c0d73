/** What attention makes of where tokens stood in the input, as operators of a graph. */
import type {
  DistanceVectors,
  RelativePositions,
  Turning,
  WaveVectors,
  WeightTree,
} from '@length-adaptive/core/encoder';
import { angleValues, paddingScore, waveValues } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { elementTypeNumber } from '../graph/protos.js';
import type { WeightEmitter } from './precision.js';

const int64 = elementTypeNumber('int64');

type Relative<Leaf> = WeightTree<RelativePositions, Leaf>;

/** What is computed of the positions of tokens, by name, once for all layers that see the same tokens. */
export type DistanceValues = Readonly<Record<string, Value>>;

const biasName = 'bias';
const rowsName = 'rows';
const windowName = (window: number): string => `window ${window}`;
const causalName = 'causal';
/** Rows of the table of waves that reaches as far as the input: [1 or B, K, K] int64 */
const wavesName = 'waves';
/** Whether two tokens are of one segment: [B, K, K] bool */
const segmentsName = 'segments';
/** 0 of the first token, 1 elsewhere: [K, K] float32 */
const butFirstName = 'but first';
/** Tokens of the input: a scalar int64 */
const widthName = 'width';
const turningName = ({ rotation, stretch = 1 }: Turning): string =>
  stretch === 1 ? `${rotation}` : `${rotation} / ${stretch}`;
const angleName = (kind: 'cos' | 'sin', turning: Turning): string => `${kind} ${turningName(turning)}`;

export interface DistancesOptions<Leaf> {
  /** What the layers make of distances; all that have a table share one. */
  readonly relatives: readonly Relative<Leaf>[];
  readonly emit: WeightEmitter<Leaf>;
  /** Width of a head. */
  readonly size: number;
  /** Above every position that an input may have. */
  readonly positions: number;
  /** Tokens of the input: a scalar int64. */
  readonly width: () => Value;
  /** Types of the tokens, [B, K] int64, where they are compared. */
  readonly types: Value | undefined;
}

/** Cosines or sines of the angles of all positions: [positions, size / 2] */
const angles = (
  g: GraphBuilder,
  kind: 'cos' | 'sin',
  turning: Turning,
  { size, positions }: { readonly size: number; readonly positions: number },
): Value =>
  g.constant(`rotation.${turningName(turning)}.${kind}`, {
    type: 'float32',
    shape: [positions, size / 2],
    data: angleValues(kind, { positions, size, ...turning }),
  });

/**
 * @param at where each token stood: [1 or B, K] int64
 * @returns `bias` and windows [1 or B, heads or 1, K, K] float32; rows of tables [1 or B, K, K] int64; angles [1 or B, 1, K, size / 2]
 */
export const distanceValues = <Leaf>(
  g: GraphBuilder,
  at: Value,
  { relatives, emit, width, types, ...sizes }: DistancesOptions<Leaf>,
): DistanceValues => {
  const values: Record<string, Value> = {};
  const once = (name: string, make: () => Value): void => {
    values[name] ??= make();
  };
  let known: Value | undefined;
  /** Key less query: [B, K, K] */
  const distances = (): Value =>
    (known ??= g.op('Sub', [g.op('Unsqueeze', [at, g.int64([1])]), g.op('Unsqueeze', [at, g.int64([2])])]));
  const rowsOf = (rows: readonly number[]): Value =>
    g.op('Gather', [g.int64(rows), g.op('Add', [distances(), g.int64((rows.length - 1) / 2)])]);
  /** A score of padding for keys that are too far. */
  const outside = (far: Value, most: number): Value =>
    g.op('Unsqueeze', [
      g.op('Where', [g.op('Greater', [far, g.int64(most)]), g.float(paddingScore), g.float(0)]),
      g.int64([1]),
    ]);
  const pairsOf = (x: Value): readonly [Value, Value] => [
    g.op('Unsqueeze', [x, g.int64([1])]),
    g.op('Unsqueeze', [x, g.int64([2])]),
  ];
  for (const { rows, bias, vectors, waves, rotation, stretch, window, causal = false } of relatives) {
    if (waves) {
      once(wavesName, () => g.op('Add', [distances(), g.op('Sub', [width(), g.int64(1)])]));
      if (types) once(segmentsName, () => g.op('Equal', pairsOf(types)));
      once(widthName, width);
      once(butFirstName, () => {
        const others = g.op('Sub', [g.op('Slice', [g.op('Shape', [at]), g.int64([1]), g.int64([2])]), g.int64([1])]);
        const ones = g.op('Expand', [g.float(1), g.op('Concat', [others, others], { axis: 0 })]);
        return g.op('Pad', [ones, g.int64([1, 1, 0, 0]), g.float(0)]);
      });
    }
    if (bias !== undefined && rows)
      once(biasName, () =>
        g.op('Transpose', [g.op('Gather', [emit.whole(g, bias), rowsOf(rows)])], { perm: [0, 3, 1, 2] }),
      );
    if (vectors && rows) once(rowsName, () => rowsOf(rows));
    if (window !== undefined) once(windowName(window), () => outside(g.op('Abs', [distances()]), window));
    if (causal) once(causalName, () => outside(distances(), 0));
    if (rotation !== undefined)
      for (const kind of ['cos', 'sin'] as const)
        once(angleName(kind, { rotation, stretch }), () =>
          g.op('Unsqueeze', [g.op('Gather', [angles(g, kind, { rotation, stretch }, sizes), at]), g.int64([1])]),
        );
  }
  return values;
};

/** How many of the first tokens ask, [1] int64; undefined: all. */
type Asking = Value | undefined;

/** What is asked for by some, of what all ask for: the first along an axis. */
const askedFor = (g: GraphBuilder, x: Value, asking: Asking, axis: number): Value =>
  asking === undefined ? x : g.op('Slice', [x, g.int64([0]), asking, g.int64([axis])]);

/** What is added to the scaled scores, one after the other: [1 or B, heads or 1, queries, keys] each. */
export const addedBiases = <Leaf>(
  g: GraphBuilder,
  { bias, window, causal = false }: Relative<Leaf>,
  values: DistanceValues,
  asking: Asking,
): Value[] => {
  const names = [
    ...(bias === undefined ? [] : [biasName]),
    ...(window === undefined ? [] : [windowName(window)]),
    ...(causal ? [causalName] : []),
  ];
  return names.map((name) => askedFor(g, values[name] as Value, asking, 2));
};

/** [size, size], by which x becomes (-x2, x1) of its halves. */
const halfTurn = (g: GraphBuilder, size: number): Value => {
  const data = new Float32Array(size * size);
  const half = size / 2;
  for (let i = 0; i < half; i++) {
    data[(half + i) * size + i] = -1;
    data[i * size + half + i] = 1;
  }
  return g.constant(`rotation.${size}`, { type: 'float32', shape: [size, size], data });
};

/** Turns queries or keys by the angles of their positions: [B, heads, T, size] -> the same. */
export const turn = (
  g: GraphBuilder,
  x: Value,
  turning: Turning,
  values: DistanceValues,
  { size, asking, training }: { readonly size: number; readonly asking: Asking; readonly training: boolean },
): Value => {
  const [cos, sin] = (['cos', 'sin'] as const).map((kind) => {
    return askedFor(g, values[angleName(kind, turning)] as Value, asking, 2);
  }) as [Value, Value];
  if (training) {
    const twice = (value: Value): Value => g.op('Concat', [value, value], { axis: 3 });
    const turned = g.op('MatMul', [x, halfTurn(g, size)]); // operators that have gradient rules
    return g.op('Add', [g.op('Mul', [x, twice(cos)]), g.op('Mul', [turned, twice(sin)])]);
  }
  const [x1, x2] = g.ops('Split', [x], 2, { attributes: { axis: 3 } }) as [Value, Value];
  return g.op(
    'Concat',
    [
      g.op('Sub', [g.op('Mul', [x1, cos]), g.op('Mul', [x2, sin])]),
      g.op('Add', [g.op('Mul', [x2, cos]), g.op('Mul', [x1, sin])]),
    ],
    { axis: 3 },
  );
};

/** The same where those that ask stand in the places of some keys. */
export interface WaveOptions<Leaf> {
  readonly emit: WeightEmitter<Leaf>;
  readonly heads: number;
  /** Width of a head. */
  readonly size: number;
  /** What queries have been multiplied by. */
  readonly scale: number;
  /** How many of the first tokens ask, or the places of those that do: [K] int64 */
  readonly asking: Asking | { readonly places: Value };
  /** Above every position that an input may have. */
  readonly positions: number;
  readonly training: boolean;
}

/**
 * What waves and segments add to the scores, nothing of the first token: [B, heads, queries, keys]
 *
 * @param queries [B, queries, hidden], scaled
 */
export const comparedWithWaves = <Leaf>(
  g: GraphBuilder,
  { map, segments, waveBias, segmentBias }: WeightTree<WaveVectors, Leaf>,
  { queries, values }: { readonly queries: Value; readonly values: DistanceValues },
  { emit, heads, size, scale, asking, positions, training }: WaveOptions<Leaf>,
): Value => {
  const asked = (x: Value, axis: number): Value =>
    typeof asking === 'object' ? g.op('Gather', [x, asking.places], { axis }) : askedFor(g, x, asking, axis);
  const places = asked(values[wavesName] as Value, 1); // [1 or B, queries, K]
  const reach = positions - 1;
  const all = g.constant(`waves.${positions}`, {
    type: 'float32',
    shape: [2 * reach + 1, heads * size],
    data: waveValues(heads * size, reach),
  });
  /** The rows of the table that distances in the input have: [2 T - 1, ..] */
  const near = (x: Value): Value => {
    const width = g.op('Unsqueeze', [values[widthName] as Value, g.int64([0])]);
    return g.op('Slice', [
      x,
      g.op('Sub', [g.int64([positions]), width]),
      g.op('Add', [g.int64([reach]), width]),
      g.int64([0]),
    ]);
  };
  const through = map as Parameters<WeightEmitter<Leaf>['dense']>[2];
  // Constant weights make of the whole table a constant once; weights that train are multiplied by no more than is looked at.
  const vectors = training ? emit.dense(g, near(all), through) : near(emit.dense(g, all, through));
  const byHead = (x: Value): Value =>
    g.op('Transpose', [g.op('Reshape', [x, g.int64([-1, heads, size])])], { perm: [1, 0, 2] }); // [heads, .., size]
  const compared = (bias: Leaf, table: Value): Value => {
    const more = emit.whole(g, bias);
    const own = g.op('Add', [queries, scale === 1 ? more : g.op('Mul', [more, g.float(scale)])]);
    const across = g.op('Transpose', [g.op('Reshape', [table, g.int64([-1, heads, size])])], { perm: [1, 2, 0] });
    return g.op('MatMul', [byHead(own), across]); // [heads, B * queries, rows]
  };
  const batch = g.op('Slice', [g.op('Shape', [queries]), g.int64([0]), g.int64([1]), g.int64([0])]);
  /** The number of each pair: [heads, B * queries, rows] -> [heads, B, queries, K] */
  const pick = (products: Value, pairs: Value): Value => {
    const everywhere = g.op('Expand', [
      g.op('Unsqueeze', [pairs, g.int64([0])]),
      g.op('Concat', [g.int64([heads]), batch, g.int64([1, 1])], { axis: 0 }),
    ]);
    const shape = g.op('Shape', [everywhere]);
    const keys = g.op('Slice', [shape, g.int64([3]), g.int64([4]), g.int64([0])]);
    const flat = g.op('Reshape', [everywhere, g.op('Concat', [g.int64([heads, -1]), keys], { axis: 0 })]);
    return g.op('Reshape', [g.op('GatherElements', [products, flat], { axis: 2 }), shape]);
  };
  const distant = pick(compared(waveBias, vectors), places);
  const ofSegments = compared(segmentBias, emit.whole(g, segments)); // [heads, B * queries, 2]
  const same = asked(values[segmentsName] as Value, 1); // [B, queries, K]
  /** The one or the other, by operators that are fewer, but have no gradient. */
  const chosen = (): Value => {
    const [otherOne, sameOne] = [0, 1].map((kind) => {
      const column = g.op('Slice', [ofSegments, g.int64([kind]), g.int64([kind + 1]), g.int64([2])]);
      return g.op('Reshape', [column, g.op('Concat', [g.int64([heads]), batch, g.int64([-1, 1])], { axis: 0 })]);
    }) as [Value, Value]; // [heads, B, queries, 1]
    return g.op('Where', [same, sameOne, otherOne]);
  };
  const inSegment = training ? pick(ofSegments, g.op('Cast', [same], { to: int64 })) : chosen();
  const apart = asked(values[butFirstName] as Value, 0);
  return g.op('Transpose', [g.op('Mul', [g.op('Add', [distant, inSegment]), apart])], { perm: [1, 0, 2, 3] });
};

export interface ComparedOptions<Leaf> {
  readonly emit: WeightEmitter<Leaf>;
  readonly heads: number;
  /** Width of a head. */
  readonly size: number;
  /** What queries are multiplied by. */
  readonly scale: number;
  readonly asking: Asking;
  /** The table of vectors, normalised where it is. */
  readonly table: Value;
}

/**
 * What queries and keys add to each other's scores by vectors of distances: [B, heads, queries, keys] each.
 *
 * @param queries [B, queries, hidden], scaled
 * @param keys [B, K, hidden]
 */
export const comparedWithVectors = <Leaf>(
  g: GraphBuilder,
  vectors: WeightTree<DistanceVectors, Leaf>,
  { queries, keys, values }: { readonly queries: Value; readonly keys: Value; readonly values: DistanceValues },
  { emit, heads, size, scale, asking, table }: ComparedOptions<Leaf>,
): Value[] => {
  const rows = values[rowsName] as Value; // [1 or B, K, K]
  const asked = askedFor(g, rows, asking, 1); // [.., queries, K]
  const batch = g.op('Slice', [g.op('Shape', [queries]), g.int64([0]), g.int64([1]), g.int64([0])]);
  const ones = g.int64([1, 1]);
  const wide = g.op('Concat', [g.int64([heads]), batch, ones], { axis: 0 });
  const byHead = (x: Value): Value =>
    g.op('Transpose', [g.op('Reshape', [x, g.int64([-1, heads, size])])], { perm: [1, 0, 2] }); // [heads, B * T, size]
  const times = (x: Value, map: WeightTree<DistanceVectors, Leaf>['key'], by: number): Value => {
    const mapped = g.op('Reshape', [
      emit.dense(g, table, map as Parameters<WeightEmitter<Leaf>['dense']>[2], by),
      g.int64([-1, heads, size]),
    ]);
    return g.op('MatMul', [byHead(x), g.op('Transpose', [mapped], { perm: [1, 2, 0] })]); // [heads, B * T, rows]
  };
  /** The number of each pair: [heads, B * first, rows] -> [heads, B, first, second] */
  const pick = (products: Value, pairs: Value): Value => {
    const everywhere = g.op('Expand', [g.op('Unsqueeze', [pairs, g.int64([0])]), wide]);
    const last = g.op('Slice', [g.op('Shape', [everywhere]), g.int64([3]), g.int64([4]), g.int64([0])]);
    const flat = g.op('Reshape', [everywhere, g.op('Concat', [g.int64([heads, -1]), last], { axis: 0 })]);
    return g.op('Reshape', [g.op('GatherElements', [products, flat], { axis: 2 }), g.op('Shape', [everywhere])]);
  };
  return [
    ...(vectors.key === undefined
      ? []
      : [g.op('Transpose', [pick(times(queries, vectors.key, 1), asked)], { perm: [1, 0, 2, 3] })]),
    ...(vectors.query === undefined
      ? []
      : [
          g.op(
            'Transpose',
            [pick(times(keys, vectors.query, scale), g.op('Transpose', [asked], { perm: [0, 2, 1] }))],
            {
              perm: [1, 0, 3, 2],
            },
          ),
        ]),
  ];
};
