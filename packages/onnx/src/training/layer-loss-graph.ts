import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { microsoft } from '../graph/graph-builder.js';

const sum = (g: GraphBuilder, x: Value): Value => g.op('ReduceSum', [x], { keepdims: 0 });

/** Sum of weighted squared differences. The weights make it a mean over what is real. */
const squaredError = (g: GraphBuilder, teacher: Value, student: Value, weights: Value): Value => {
  const difference = g.op('Sub', [student, teacher]);
  return sum(g, g.op('Mul', [g.op('Mul', [difference, difference]), weights]));
};

/** [B, heads, T, T] -> [B, 1, T, T] */
const meanHead = (g: GraphBuilder, probabilities: Value, heads: number): Value =>
  g.op('Mul', [g.op('ReduceSum', [probabilities, g.int64([1])], { keepdims: 1 }), g.float(1 / heads)]);

/**
 * `hiddenStateLoss` of the core package.
 *
 * @param weights of tokens and dimensions, 0 for padding and 1 in sum: [B, T, 1]
 */
export const hiddenStateLoss = squaredError;

/** A model's attention probabilities with the number of its heads. */
export interface HeadedValue {
  /** [B, heads, T, T] */
  readonly value: Value;
  readonly heads: number;
}

/**
 * `attentionLoss` of the core package.
 *
 * @param weights of pairs and heads, 0 for the queries of padding: [B, 1, T, 1]
 */
export const attentionLoss = (g: GraphBuilder, teacher: HeadedValue, student: HeadedValue, weights: Value): Value => {
  if (teacher.heads === student.heads) return squaredError(g, teacher.value, student.value, weights);
  return squaredError(g, meanHead(g, teacher.value, teacher.heads), meanHead(g, student.value, student.heads), weights);
};

/** Vectors of the tokens to relate with one another. */
export interface RelatedValue {
  /** [B, T, width] */
  readonly value: Value;
  readonly width: number;
  /** What their products are to be multiplied by besides 1 / sqrt(width of a relation head). */
  readonly scale: number;
}

const logRelation = (g: GraphBuilder, { value, width, scale }: RelatedValue, heads: number, bias: Value): Value => {
  const split = g.op('Transpose', [g.op('Reshape', [value, g.int64([0, 0, heads, width / heads])])], {
    perm: [0, 2, 1, 3],
  }); // [B, heads, T, d]
  const [products] = g.ops('FusedMatMul', [split, split], 1, {
    attributes: { transA: 0, transB: 1, alpha: { float: 1 } },
    domain: microsoft,
  }) as [Value];
  const scores = g.op('Mul', [products, g.float(scale / Math.sqrt(width / heads))]);
  return g.op('LogSoftmax', [g.op('Add', [scores, bias])], { axis: -1 });
};

export interface RelationLossOptions {
  /** Relation heads. */
  readonly heads: number;
  /** Far below zero for the keys of padding: [B, 1, 1, T] */
  readonly bias: Value;
  /** Of tokens and heads, 0 for the queries of padding: [B, 1, T, 1] */
  readonly weights: Value;
}

/** One of the three terms of `relationLoss` of the core package. */
export const relationLoss = (
  g: GraphBuilder,
  teacher: RelatedValue,
  student: RelatedValue,
  { heads, bias, weights }: RelationLossOptions,
): Value => {
  const [p, q] = [logRelation(g, teacher, heads, bias), logRelation(g, student, heads, bias)];
  return sum(g, g.op('Mul', [g.op('Mul', [g.op('Exp', [p]), g.op('Sub', [p, q])]), weights]));
};
