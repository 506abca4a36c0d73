/** The scores of attention and their softmax, as operators of a graph. */
import { paddingScore } from '@length-adaptive/core/encoder';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { microsoft } from '../graph/graph-builder.js';
import type { GraphTokens } from './graph-engine.js';

/**
 * Queries times keys, [B, heads, Q, size] and [B, heads, K, size] -> [B, heads, Q, K]. Runtimes fuse a transposition of the
 * last two axes into the product, which is twice as fast as one that also moves the heads.
 */
const scoresOf = (g: GraphBuilder, q: Value, k: Value, training: boolean): Value =>
  training
    ? (g.ops('FusedMatMul', [q, k], 1, {
        attributes: { transA: 0, transB: 1, alpha: { float: 1 } },
        domain: microsoft,
      })[0] as Value)
    : g.op('MatMul', [q, g.op('Transpose', [k], { perm: [0, 1, 3, 2] })]);

/** Smaller than any size, and still a normal number. */
const leastSize = 1e-37;

/**
 * The same with the logarithm of its size, [B, K], added to the scores of each key, which keeps padding out, too. It is one number more of
 * each key, by one that is 1 of each query: less than a pass over all scores.
 */
const scoresBySize = (
  g: GraphBuilder,
  q: Value,
  k: Value,
  { sizes, heads }: { readonly sizes: Value; readonly heads: number },
): Value => {
  const ones = g.op('Pad', [q, g.int64([0, 0, 0, 0, 0, 0, 0, 1]), g.float(1)]);
  const logarithms = g.op('Unsqueeze', [g.op('Log', [g.op('Max', [sizes, g.float(leastSize)])]), g.int64([1, 3])]); // [B, 1, K, 1]
  const ofHeads = g.op('Expand', [logarithms, g.int64([1, heads, 1, 1])]);
  return scoresOf(g, ones, g.op('Concat', [k, ofHeads], { axis: 3 }), false);
};

/** The softmax of attention scores, [B, heads, Q, K]. The mask costs a pass over all scores, so it is added only where there is padding. */
export const attentionSoftmax = (
  g: GraphBuilder,
  [q, k]: readonly [Value, Value],
  { valid, padded, merging }: GraphTokens,
  {
    training,
    sized,
    added,
  }: {
    readonly training: boolean;
    readonly sized: false | { readonly heads: number };
    /** What is added to the products, [.., Q, K] each. */
    readonly added: readonly Value[];
  },
): Value => {
  const softmax = (b: GraphBuilder, values: Value): Value => b.op('Softmax', [values], { axis: -1 });
  const plus = (b: GraphBuilder, product: Value): Value =>
    added.reduce((scores, more) => b.op('Add', [scores, more]), product);
  const scores = (b: GraphBuilder): Value => plus(b, scoresOf(b, q, k, training));
  const masked = (b: GraphBuilder): Value => {
    const padding = b.op('Mul', [b.op('Sub', [b.float(1), valid]), b.float(paddingScore)]);
    const bias =
      sized && merging ? b.op('Add', [padding, b.op('Log', [b.op('Max', [merging.sizes, b.float(1)])])]) : padding;
    return softmax(b, b.op('Add', [scores(b), b.op('Unsqueeze', [bias, b.int64([1, 2])])]));
  };
  if (training) return masked(g); // branches have no gradient
  const plain = (b: GraphBuilder): Value[] => [softmax(b, scores(b))];
  if (!sized || !merging) return g.choose(padded, (b) => [masked(b)], plain)[0] as Value;
  return g.choose(
    g.op('Or', [padded, merging.merged]),
    (b) => [softmax(b, plus(b, scoresBySize(b, q, k, { sizes: merging.sizes, heads: sized.heads })))],
    plain,
  )[0] as Value;
};
