/** The losses of training, written once with the arithmetic of an engine. */
import type { LayerLossOps, LossOps } from './loss-ops.js';

export interface KlOptions {
  /** Softens both distributions; the loss is scaled by its square. Default 1. */
  readonly temperature?: number;
  /**
   * `teacher-student` is KL(teacher || student), ordinary distillation (default). `student-teacher` is what the reference
   * implementation computes: the arguments of its KL are the other way round.
   */
  readonly direction?: 'teacher-student' | 'student-teacher';
}

/** Sum of weighted squared differences: a mean where the weights sum to 1. */
export const weightedSquaredError = <T>(ops: LossOps<T>, prediction: T, target: T, weights: T): T => {
  const difference = ops.sub(prediction, target);
  return ops.sum(ops.mul(ops.mul(difference, difference), weights));
};

/** Cross-entropy of logits and distributions over their last axis, which are weighted already. */
export const weightedCrossEntropy = <T>(ops: LossOps<T>, logits: T, weightedTargets: T): T =>
  ops.sum(ops.mul(ops.logSoftmax(logits), ops.neg(weightedTargets)));

/** Sum over the distributions of weights times exp(p) (p - q), of logarithms of probabilities over the last axis. */
const weightedDivergence = <T>(ops: LossOps<T>, p: T, q: T, weights: T): T =>
  ops.sum(ops.mul(ops.mul(ops.exp(p), ops.sub(p, q)), weights));

/**
 * Weighted Kullback-Leibler divergence of a student's distributions from a teacher's.
 *
 * @param arrange logits -> the layout in which probabilities run over the last axis. Default: as they are
 */
export const distillationDivergence = <T>(
  ops: LossOps<T>,
  teacher: T,
  student: T,
  weights: T,
  {
    temperature = 1,
    direction = 'teacher-student',
    arrange = (logits) => logits,
  }: KlOptions & { readonly arrange?: (logits: T) => T } = {},
): T => {
  const soften = (logits: T): T =>
    ops.logSoftmax(arrange(temperature === 1 ? logits : ops.scale(logits, 1 / temperature)));
  const [p, q] =
    direction === 'teacher-student' ? [soften(teacher), soften(student)] : [soften(student), soften(teacher)];
  return ops.scale(weightedDivergence(ops, p, q, weights), temperature * temperature);
};

/** A model's attention probabilities, [B, heads, T, T], with the number of its heads. */
export interface HeadedValue<T> {
  readonly value: T;
  readonly heads: number;
}

/**
 * Squared difference of attention probabilities; where the two have different numbers of heads, of the means over their heads.
 *
 * @param weights of pairs and heads, 0 for the queries of padding
 */
export const weightedAttentionLoss = <T>(
  ops: LayerLossOps<T>,
  teacher: HeadedValue<T>,
  student: HeadedValue<T>,
  weights: T,
): T => {
  if (teacher.heads === student.heads) return weightedSquaredError(ops, student.value, teacher.value, weights);
  const [theirs, own] = [teacher, student].map(({ value, heads }) => ops.meanOverHeads(value, heads)) as [T, T];
  return weightedSquaredError(ops, own, theirs, weights);
};

/** Vectors of the tokens to relate with one another. */
export interface RelatedValue<T> {
  readonly value: T;
  /** Of a token's vector. */
  readonly width: number;
}

export interface RelationLossOptions<T> {
  /** Relation heads. */
  readonly heads: number;
  /** Far below zero for the keys of padding, [B, 1, 1, T]; undefined where there is none. */
  readonly bias: T | undefined;
  /** Of tokens and heads, 0 for the queries of padding: [B, 1, T, 1] */
  readonly weights: T;
}

/**
 * How far the relations between a student's tokens are from its teacher's: KL(teacher || student) of softmax(X X^T / sqrt(d)) for X the
 * queries, the keys or the values (MiniLMv2, Wang et al. 2021, section 3.1).
 */
export const weightedRelationLoss = <T>(
  ops: LayerLossOps<T>,
  teacher: RelatedValue<T>,
  student: RelatedValue<T>,
  { heads, bias, weights }: RelationLossOptions<T>,
): T => {
  const relation = ({ value, width }: RelatedValue<T>): T => {
    const scores = ops.relate(value, { heads, width, factor: 1 / Math.sqrt(width / heads) });
    return ops.logSoftmax(bias === undefined ? scores : ops.add(scores, bias));
  };
  const [p, q] = [relation(teacher), relation(student)];
  return weightedDivergence(ops, p, q, weights);
};

/**
 * How far vectors of length 1 are from others of length 1: the weighted mean of 1 - cosine, which is half the square of their distance.
 *
 * @param weights of the rows, [B, 1], 1 in sum
 */
export const weightedCosineLoss = <T>(ops: LossOps<T>, target: T, vectors: T, weights: T): T =>
  ops.scale(weightedSquaredError(ops, vectors, target, weights), 0.5);

/** Which inputs of a batch are compared with one another, in losses that look at several of them together. */
export interface ComparedValues<T> {
  /** What each input weighs, 1 in sum: [B, 1] */
  readonly weights: T;
  /** 0 where an input is compared with another, far below zero where it is not: [B, B] */
  readonly bias: T;
}

export interface ComparisonOptions {
  /** Divides scores before their softmax. Default 1. */
  readonly temperature?: number;
}

/** Mean of KL(teacher || student) of the distributions over what each input is compared with, of scores [B, B]. */
const comparedDivergence = <T>(
  ops: LossOps<T>,
  teacher: T,
  student: T,
  { weights, bias }: ComparedValues<T>,
  { temperature = 1 }: ComparisonOptions,
): T => {
  const soften = (scores: T): T => ops.logSoftmax(ops.add(ops.scale(scores, 1 / temperature), bias));
  return weightedDivergence(ops, soften(teacher), soften(student), weights);
};

/**
 * How far the similarities of vectors are from those of the vectors that they stand for: KL(teacher || student) of the softmax of their scalar
 * products with the teacher's vectors of other inputs. The columns are the teacher's for both: what is learned are vectors that find what lies
 * in an index of the teacher's.
 *
 * @param teacher vectors of length 1, [B, d]
 * @param student the same of the student
 */
export const weightedSimilarityLoss = <T>(
  ops: LossOps<T>,
  teacher: T,
  student: T,
  compared: ComparedValues<T>,
  options: ComparisonOptions = {},
): T => comparedDivergence(ops, ops.products(teacher, teacher), ops.products(student, teacher), compared, options);

/** Ones in the shape of some weights. */
const onesLike = <T>(ops: LossOps<T>, weights: T): T => ops.exp(ops.scale(weights, 0));

/**
 * How far scores order lists otherwise than a teacher's: KL(teacher || student) of the softmax over the list of each input.
 *
 * @param teacher [B, 1]
 * @param student [B, 1]
 */
export const weightedListLoss = <T>(
  ops: LossOps<T>,
  teacher: T,
  student: T,
  compared: ComparedValues<T>,
  options: ComparisonOptions = {},
): T => {
  const ones = onesLike(ops, compared.weights);
  return comparedDivergence(ops, ops.products(ones, teacher), ops.products(ones, student), compared, options);
};

/**
 * How far the margins between scores are from a teacher's: the mean of half the squared difference over the pairs of what is compared, which is the
 * variance of the differences of a list.
 *
 * @param teacher [B, 1]
 * @param student [B, 1]
 */
export const weightedMarginLoss = <T>(
  ops: LossOps<T>,
  teacher: T,
  student: T,
  { weights, bias }: ComparedValues<T>,
): T => {
  const ones = onesLike(ops, weights);
  const off = ops.sub(student, teacher);
  const between = ops.sub(ops.products(off, ones), ops.products(ones, off)); // [B, B]
  const pairs = ops.mul(ops.exp(ops.logSoftmax(bias)), weights); // each as much as any other of its list
  return ops.scale(ops.sum(ops.mul(ops.mul(between, between), pairs)), 0.5);
};
