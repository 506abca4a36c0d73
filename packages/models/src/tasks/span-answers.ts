import { ModelError } from '../errors.js';
import type { QuestionWindow } from '../tokenizer/question-windows.js';

/** A part of the context that may answer the question. */
export interface SpanAnswer {
  readonly text: string;
  /** Where it begins in the context, in UTF-16 units. */
  readonly start: number;
  /** Where it ends, excluded. */
  readonly end: number;
  /** Its share of probability among the answers returned, 0 to 1. */
  readonly score: number;
  /** Probability that its first token begins the answer, times that its last token ends it, among the tokens of its window's context and the first token, which stands for no answer. */
  readonly probability: number;
}

/** How to read answers. */
export interface BestAnswersOptions {
  /** Most answers to return. Default 20. */
  readonly count?: number;
  /** Most tokens an answer may have. Default 30. */
  readonly maxAnswerTokens?: number;
}

interface Candidate {
  readonly start: number;
  readonly end: number;
  readonly logit: number;
  /** Logarithm of its probability. */
  readonly logProbability: number;
}

/** Puts a candidate where it belongs in a list that is sorted, holds every span once and at most `count` of them. */
const keep = (best: Candidate[], candidate: Candidate, count: number): void => {
  const same = best.findIndex(({ start, end }) => start === candidate.start && end === candidate.end);
  if (same >= 0) {
    if ((best[same] as Candidate).logit >= candidate.logit) return;
    best.splice(same, 1);
  }
  const worse = best.findIndex(({ logit }) => logit < candidate.logit);
  best.splice(worse < 0 ? best.length : worse, 0, candidate);
  if (best.length > count) best.pop();
};

const checkLogits = (windows: readonly QuestionWindow[], logits: readonly Float32Array[]): void => {
  if (windows.length !== logits.length) {
    throw new ModelError(
      'SHAPE_MISMATCH',
      `Logits of ${logits.length} windows for ${windows.length} windows: expected one list a window.`,
    );
  }
  windows.forEach(({ ids }, i) => {
    const found = logits[i]?.length;
    if (found === 2 * ids.length) return;
    throw new ModelError(
      'SHAPE_MISMATCH',
      `Window ${i} has ${found} logits for ${ids.length} tokens: expected ${2 * ids.length}, a start and an end each.`,
    );
  });
};

/** Logarithm of the sum of exponentials of one of the two logits over a window's context and its first token. */
const logMass = ({ contextStart, contextEnd }: QuestionWindow, logits: Float32Array, which: 0 | 1): number => {
  const of = (token: number): number => logits[2 * token + which] as number;
  let highest = of(0);
  for (let token = contextStart; token < contextEnd; token += 1) highest = Math.max(highest, of(token));
  let total = Math.exp(of(0) - highest);
  for (let token = contextStart; token < contextEnd; token += 1) total += Math.exp(of(token) - highest);
  return highest + Math.log(total);
};

/**
 * The likeliest answers over all windows of a question, best first. An answer's logit is the sum of its first token's
 * start logit and its last token's end logit; a span that two windows see keeps the better one. Empty where there is no
 * context.
 *
 * @param logits two numbers a token of each window: `[start0, end0, start1, end1, ...]`
 * @throws ModelError `SHAPE_MISMATCH`, `OPTION_INVALID`
 * @example
 * const [best] = bestAnswers(windows, logits, context);
 */
export const bestAnswers = (
  windows: readonly QuestionWindow[],
  logits: readonly Float32Array[],
  context: string,
  { count = 20, maxAnswerTokens = 30 }: BestAnswersOptions = {},
): SpanAnswer[] => {
  if (!(Number.isInteger(count) && count > 0 && Number.isInteger(maxAnswerTokens) && maxAnswerTokens > 0)) {
    throw new ModelError(
      'OPTION_INVALID',
      `count ${count} and maxAnswerTokens ${maxAnswerTokens}: expected whole numbers from 1.`,
    );
  }
  checkLogits(windows, logits);
  const best: Candidate[] = [];
  let least = -Infinity;
  windows.forEach((window, i) => {
    const { offsets, contextStart, contextEnd } = window;
    const scores = logits[i] as Float32Array;
    const mass = logMass(window, scores, 0) + logMass(window, scores, 1);
    for (let first = contextStart; first < contextEnd; first += 1) {
      const from = offsets[first];
      if (from === null || from === undefined) continue;
      const startLogit = scores[2 * first] as number;
      for (let last = first; last < Math.min(first + maxAnswerTokens, contextEnd); last += 1) {
        const logit = startLogit + (scores[2 * last + 1] as number);
        const to = offsets[last];
        if (!(logit > least) || to === null || to === undefined) continue;
        keep(best, { start: from[0], end: to[1], logit, logProbability: logit - mass }, count);
        if (best.length === count) least = (best.at(-1) as Candidate).logit;
      }
    }
  });
  const highest = best[0]?.logit ?? 0;
  const weights = best.map(({ logit }) => Math.exp(logit - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return best.map(({ start, end, logProbability }, i) => ({
    text: context.slice(start, end),
    start,
    end,
    score: (weights[i] as number) / total,
    probability: Math.exp(logProbability),
  }));
};
