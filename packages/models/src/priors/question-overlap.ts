import type { EncoderInput } from '@length-adaptive/core';
import { secondTextStart } from './second-text-start.js';

/** How far a word of the question reaches into the context. */
export interface QuestionOverlapOptions {
  /** Tokens on either side of a shared word that gain from it, 1 to 64. Default 24. */
  readonly window?: number;
}

/** Tokens on either side where nobody says how many. */
export const usualWindow = 24;

/** Further than this a word says little, and the context would come near the question. */
export const greatestWindow = 64;

/** Prior of the question and of special tokens: above what any token of a context can have. */
const always = 1e5;

/** Prior of a token beside a word of the question that its context has once. */
const beside = 1e3;

/** First token of the context and the special token after it; undefined where there is no context. */
const contextOf = (input: EncoderInput): readonly [start: number, end: number] | undefined => {
  const end = input.ids.length - 1;
  const start = secondTextStart(input);
  return start !== undefined && start < end ? [start, end] : undefined;
};

/** How often each id of a question stands in a context. */
const countShared = ({ ids }: EncoderInput, start: number, end: number): Map<number, number> => {
  const counts = new Map<number, number>();
  for (let at = 1; at < start; at++) if (ids[at] !== ids[end]) counts.set(ids[at] as number, 0); // without [CLS] and [SEP]
  for (let at = start; at < end; at++) {
    const count = counts.get(ids[at] as number);
    if (count !== undefined) counts.set(ids[at] as number, count + 1);
  }
  return counts;
};

/**
 * How likely each token of a question with its context is to matter, before the encoder has looked at it: the question and the
 * special tokens always stay; a token of the context gains from every word of the question near it, the more the nearer and the
 * rarer in the context. Words of the question themselves gain half, for an answer stands beside them. Not of the paper.
 *
 * An input without a context has nothing to rank: its prior is 0 throughout.
 *
 * @param input `[CLS] question [SEP] context [SEP]`, with segment 1 from the context on, or a second `[SEP]` before it
 * @returns one number a token, from 0 to 1e5, for `EncoderInput.prior`
 * @example
 * const prior = questionOverlap({ ids, typeIds }, { window: 24 });
 */
export const questionOverlap = (
  input: EncoderInput,
  { window = usualWindow }: QuestionOverlapOptions = {},
): Float32Array => {
  const { ids } = input;
  const context = contextOf(input);
  if (!context) return new Float32Array(ids.length);
  const [start, end] = context;
  const counts = countShared(input, start, end);
  const near = new Float64Array(ids.length);
  for (let at = start; at < end; at++) {
    const count = counts.get(ids[at] as number);
    if (count === undefined) continue;
    const last = Math.min(end - 1, at + window);
    for (let token = Math.max(start, at - window); token <= last; token++)
      near[token] = (near[token] as number) + (1 - Math.abs(token - at) / (window + 1)) / count;
  }
  return Float32Array.from(near, (sum, token) => {
    if (token < start || token === end) return always;
    return beside * sum * (counts.has(ids[token] as number) ? 0.5 : 1);
  });
};
