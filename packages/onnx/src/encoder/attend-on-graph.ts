/** Who attends to whom, and what tokens receive of it, as operators of a graph. */
import { comparisonsOf } from '@length-adaptive/core/encoder';
import type { Attended, DistanceVectors, EncoderOps, WeightTree } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { attentionSoftmax } from './attention-on-graph.js';
import { addedBiases, comparedWithVectors, comparedWithWaves, turn } from './distances-on-graph.js';
import type { GraphEngine, TrainingContext } from './graph-engine.js';
import { widen } from './head-on-graph.js';
import { leastWeight } from './mixing-on-graph.js';
import type { WeightEmitter } from './precision.js';

/** How many of the first tokens ask: [1] int64; undefined where all do. */
const askingCount = (
  g: GraphBuilder,
  queries: Value,
  { asking, training }: { readonly asking: 'all' | 'first' | 'by-step'; readonly training: boolean },
): Value | undefined => {
  if (asking === 'all') return undefined;
  if (asking === 'first') return g.int64([1]);
  const count = g.op('Slice', [g.op('Shape', [queries]), g.int64([1]), g.int64([2]), g.int64([0])]);
  return training ? g.op('Identity', [count]) : count; // a number has no gradient
};

export interface AttendOptions<Leaf> {
  readonly emit: WeightEmitter<Leaf>;
  /** Width of queries, of keys and of values, all heads together. */
  readonly size: number;
  /** The most tokens that an input may have, where there are distances. */
  readonly mostTokens: number;
  readonly norm: EncoderOps<GraphEngine<Leaf>>['norm'];
  readonly training: TrainingContext | undefined;
}

export const attendOnGraph = <Leaf>(
  g: GraphBuilder,
  { emit, size, mostTokens, norm: normalise, training }: AttendOptions<Leaf>,
): Pick<EncoderOps<GraphEngine<Leaf>>, 'attend' | 'received'> => {
  /** The vectors of distances, normalised where they are. */
  const tableOf = ({ table, norm }: WeightTree<DistanceVectors, Leaf>, epsilon: number): Value => {
    const whole = emit.whole(g, table);
    return norm ? normalise(whole, norm, { epsilon, place: 'distances' }) : whole;
  };
  return {
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
      const count = relative && askingCount(g, queries, { asking, training: training !== undefined });
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
                  positions: mostTokens,
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
  };
};
