/** What attention makes of where tokens stood in the input, on TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { paddingScore } from '../../extent.js';
import type { DistanceVectors, RelativePositions, WaveVectors, WeightTree } from '../weights.js';
import type { Turning } from '../angles.js';
import { angleValues } from '../angles.js';
import { waveValues } from '../waves.js';
import { moveSlots, moveTokens } from '../../drop-and-restore.js';
import type { Selection } from '../../selection/selection.js';
import { dense, layerNorm } from './dense.js';
import { constant } from './numbers.js';
import type { AffineWeights, LayerNormWeights } from '../weights.js';

type Relative = WeightTree<RelativePositions, Tensor>;

/** What is computed from the positions of a batch, once for all layers that see the same tokens. */
export interface Distances {
  /** What is added to the scaled scores, [1 or B, heads or 1, queries, keys]; undefined where nothing is. */
  bias(relative: Relative): Tensor4D | undefined;
  /** Turns queries or keys, where they are turned: [B, heads, T, size] -> the same. */
  turn(x: Tensor4D, relative: Pick<Relative, 'rotation' | 'stretch'>): Tensor4D;
  /**
   * What queries and keys add to each other's scores by vectors of distances: [B, heads, queries, keys].
   *
   * @param queries [B, heads, Q, size]
   * @param keys [B, heads, T, size]
   */
  compared(relative: Relative, queries: Tensor4D, keys: Tensor4D, epsilon: number): Tensor4D | undefined;
  /**
   * What waves and segments add to the scores: [B, heads, queries, keys], nothing in the first row and the first column.
   *
   * @param queries [B * Q, hidden]
   */
  ofWaves(waves: WaveVectors, queries: Tensor2D, options: OfWavesOptions): Tensor4D;
}

export interface OfWavesOptions {
  readonly heads: number;
  /** Of the keys, [B, T] int32. Default: all are of one. */
  readonly types: Tensor2D | undefined;
  /** The keys in whose places those stand that ask. Default: all. */
  readonly asking: Selection | undefined;
}

/** 0 in the first row and the first column, 1 elsewhere: [queries, keys] */
const butFirst = (queries: number, keys: number): Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: queries * keys }, (_, i) => (i < keys || i % keys === 0 ? 0 : 1)),
    [queries, keys],
  );

/** Heads first: [B, heads, T, size] -> [heads, B * T, size]. */
const byHead = (x: Tensor4D): Tensor3D => {
  const [rows, heads, width, size] = x.shape;
  return tf.reshape(tf.transpose(x, [1, 0, 2, 3]), [heads, rows * width, size]);
};

/** The vectors of distances through a map: [heads, rows, size]. */
const mapped = (
  { table, norm }: WeightTree<DistanceVectors, Tensor>,
  map: WeightTree<AffineWeights, Tensor>,
  heads: number,
  epsilon: number,
): Tensor3D => {
  const vectors = norm ? layerNorm(table as Tensor2D, norm as LayerNormWeights, epsilon) : (table as Tensor2D);
  const all = dense(vectors, map as AffineWeights);
  const [rows, size] = all.shape;
  return tf.transpose(tf.reshape(all, [rows, heads, size / heads]), [1, 0, 2]);
};

/** Cosines and sines of the angles of every position below `width`: [width, size / 2] each. */
const angles = (width: number, size: number, turning: Turning): { readonly cos: Tensor2D; readonly sin: Tensor2D } => {
  const of = (kind: 'cos' | 'sin'): Tensor2D =>
    tf.tensor2d(angleValues(kind, { positions: width, size, ...turning }), [width, size / 2]);
  return { cos: of('cos'), sin: of('sin') };
};

/**
 * @param positions where each token stood, [B, T] int32; undefined: token i at i, in every row
 * @param width T
 * @param inputWidth the width of the input, above every position
 */
export const distancesOf = (
  positions: Tensor2D | undefined,
  { width, inputWidth }: { readonly width: number; readonly inputWidth: number },
): Distances => {
  const at = positions ? constant(positions) : tf.expandDims<Tensor2D>(tf.range(0, width, 1, 'int32'), 0);
  const known = new Map<string, unknown>();
  const once = <T>(key: string, make: () => T): T => {
    if (!known.has(key)) known.set(key, make());
    return known.get(key) as T;
  };
  /** Key less query: [B, queries, keys] int32 */
  const distances = (): Tensor3D =>
    once('distances', () => tf.sub(tf.expandDims<Tensor3D>(at, 1), tf.expandDims<Tensor3D>(at, 2)));
  const rowsOf = (rows: readonly number[]): Tensor3D =>
    once('rows', () => {
      const reach = (rows.length - 1) / 2;
      const places = tf.add<Tensor3D>(distances(), tf.scalar(reach, 'int32'));
      return tf.reshape(tf.gather(tf.tensor1d([...rows], 'int32'), tf.reshape(places, [-1])), places.shape);
    });

  const tableBias = (table: Tensor2D, rows: readonly number[]): Tensor4D => {
    const found = rowsOf(rows);
    const values = tf.gather(table, tf.reshape<Rank.R1>(found, [-1])); // its gradient is a sum by rows
    return tf.transpose(tf.reshape(values, [...found.shape, table.shape[1]]), [0, 3, 1, 2]);
  };
  /** A score of padding for keys that are too far. */
  const outside = (far: Tensor3D, most: number): Tensor4D =>
    tf.expandDims(tf.mul(tf.cast(tf.greater(far, tf.scalar(most, 'int32')), 'float32'), paddingScore), 1);

  /** Numbers of flat rows, one for each place of the result: [heads, B, queries, keys] int32 */
  const flat = (rows: Tensor3D, starts: Tensor4D): Tensor1D => tf.reshape(tf.add(tf.expandDims(rows, 0), starts), [-1]);
  /** Where the numbers of each query (axis 2) or key (axis 3) begin that lie side by side, `count` each. */
  const starts = (heads: number, batch: number, length: number, count: number, axis: 2 | 3): Tensor4D => {
    const shape: [number, number, number, number] = axis === 2 ? [heads, batch, length, 1] : [heads, batch, 1, length];
    return tf.reshape(tf.range(0, heads * batch * length * count, count, 'int32'), shape);
  };

  /** Of those that ask: the values of the keys in whose places they stand, [1 or B, T] -> [1 or B, Q] */
  const askedOf = (values: Tensor2D, asking: Selection | undefined): Tensor2D => {
    if (!asking) return values;
    const all = values.shape[0] === asking.rows ? values : tf.tile(values, [asking.rows, 1]);
    return moveSlots(all, asking);
  };
  const pairsOf = <R>(asking: Selection | undefined, key: string, make: () => R): R =>
    asking ? make() : once(key, make);

  return {
    ofWaves: ({ map, segments, keyBias: _, waveBias, segmentBias }, queries, { heads, types, asking }) => {
      const [slots, hidden] = queries.shape;
      const size = hidden / heads;
      const rows = asking?.rows ?? slots / width; // B
      const count = slots / rows; // Q
      const byHeads = (x: Tensor2D): Tensor3D => tf.transpose(tf.reshape(x, [x.shape[0], heads, size]), [1, 0, 2]);
      const reach = inputWidth - 1;
      const table = once('waves', () => tf.tensor2d(waveValues(hidden, reach), [2 * reach + 1, hidden]));
      const vectors = dense(table, map); // [2 * reach + 1, hidden]
      const products = tf.matMul(byHeads(tf.add(queries, waveBias)), byHeads(vectors), false, true);
      const index = pairsOf(asking, `waves ${heads} ${rows}`, () => {
        const places = tf.add<Tensor3D>(
          tf.sub(tf.expandDims<Tensor3D>(at, 1), tf.expandDims<Tensor3D>(askedOf(at, asking), 2)),
          tf.scalar(reach, 'int32'),
        );
        return flat(places, starts(heads, rows, count, 2 * reach + 1, 2));
      });
      const shape: [number, number, number, number] = [heads, rows, count, width];
      // Each of the keys has a distance of its own from a query, so that this is a move, with one for its gradient.
      const moved = { rows: heads * rows * count, width: 2 * reach + 1, size: width, source: index };
      const distant = tf.reshape<Rank.R4>(moveTokens(tf.reshape<Rank.R2>(products, [-1, 1]), moved), shape);
      const ofSegments = tf.matMul(byHeads(tf.add(queries, segmentBias)), byHeads(segments), false, true); // [heads, B * Q, 2]
      const [other, same] = [0, 1].map((kind) =>
        tf.reshape<Rank.R4>(tf.slice(ofSegments, [0, 0, kind], [-1, -1, 1]), [heads, rows, count, 1]),
      ) as [Tensor4D, Tensor4D];
      const inSegment = types
        ? tf.add<Tensor4D>(
            other,
            tf.mul(
              tf.sub<Tensor4D>(same, other),
              pairsOf(asking, `segments ${types.id}`, () =>
                tf.cast(
                  tf.equal(tf.expandDims<Tensor3D>(types, 1), tf.expandDims<Tensor3D>(askedOf(types, asking), 2)),
                  'float32',
                ),
              ),
            ),
          )
        : same;
      const apart = pairsOf(asking, `apart ${count}`, () => butFirst(count, width));
      return tf.transpose(tf.mul<Tensor4D>(tf.add<Tensor4D>(distant, inSegment), apart), [1, 0, 2, 3]);
    },

    bias: ({ bias, rows, window, causal = false }) =>
      once(`bias ${bias?.id} ${window} ${causal}`, () => {
        const parts = [
          ...(bias && rows ? [tableBias(bias as Tensor2D, rows)] : []),
          ...(window === undefined ? [] : [outside(tf.abs(distances()), window)]),
          ...(causal ? [outside(distances(), 0)] : []),
        ];
        return parts.length === 0 ? undefined : parts.reduce((x, y) => tf.add(x, y));
      }),

    turn: (x, { rotation, stretch }) => {
      if (rotation === undefined) return x;
      const [, , length, size] = x.shape;
      const half = size / 2;
      const { cos, sin } = once(`angles ${rotation} ${stretch}`, () => {
        const all = angles(inputWidth, size, { rotation, stretch });
        const of = (table: Tensor2D): Tensor4D =>
          tf.reshape(tf.gather(table, tf.reshape<Rank.R1>(at, [-1])), [at.shape[0], 1, width, half]);
        return { cos: of(all.cos), sin: of(all.sin) };
      });
      const asked = (values: Tensor4D): Tensor4D => (length === width ? values : tf.slice(values, 0, [-1, -1, length]));
      const [c, s] = [asked(cos), asked(sin)];
      const x1: Tensor4D = tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, half]);
      const x2: Tensor4D = tf.slice(x, [0, 0, 0, half], [-1, -1, -1, half]);
      return tf.concat(
        [tf.sub<Tensor4D>(tf.mul(x1, c), tf.mul(x2, s)), tf.add<Tensor4D>(tf.mul(x2, c), tf.mul(x1, s))],
        -1,
      );
    },

    compared: ({ vectors, rows }, queries, keys, epsilon) => {
      if (!vectors || !rows) return undefined;
      const [batch, heads, asking] = queries.shape;
      const all = rowsOf(rows);
      const asked: Tensor3D = asking === width ? all : tf.slice(all, [0, 0, 0], [-1, asking, -1]);
      const pick = (products: Tensor3D, length: number, axis: 2 | 3): Tensor4D => {
        const count = products.shape[2];
        const index = once(`flat ${batch} ${asking} ${axis}`, () =>
          flat(asked, starts(heads, batch, length, count, axis)),
        );
        const picked = tf.gather(tf.reshape<Rank.R1>(products, [-1]), index);
        return tf.transpose(tf.reshape(picked, [heads, batch, asking, width]), [1, 0, 2, 3]);
      };
      const parts = [
        ...(vectors.key
          ? [pick(tf.matMul(byHead(queries), mapped(vectors, vectors.key, heads, epsilon), false, true), asking, 2)]
          : []),
        ...(vectors.query
          ? [pick(tf.matMul(byHead(keys), mapped(vectors, vectors.query, heads, epsilon), false, true), width, 3)]
          : []),
      ];
      return parts.length === 0 ? undefined : parts.reduce((x, y) => tf.add(x, y));
    },
  };
};
