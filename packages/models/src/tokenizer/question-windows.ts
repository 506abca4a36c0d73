import { ModelError } from '../errors.js';
import type { Encoding, Tokenizer } from './tokenizer.js';

/** A question with a part of its context, as tokens. `truncated` says that other windows hold the rest of the context. */
export interface QuestionWindow extends Encoding {
  /** First token of the context. */
  readonly contextStart: number;
  /** One after the last token of the context. */
  readonly contextEnd: number;
}

/** How to cut a context into windows. */
export interface WindowOptions {
  /** Tokens a window may have, special ones included. Default 384. */
  readonly maxLength?: number;
  /** Context tokens that the next window repeats (Hugging Face's `doc_stride`). Default a third of a window, at most 128. */
  readonly stride?: number;
}

const slice = (encoding: Encoding, ranges: readonly (readonly [number, number])[], truncated: boolean): Encoding => {
  const cut = <T>(list: readonly T[]): T[] => ranges.flatMap(([start, end]) => list.slice(start, end));
  return {
    ids: cut(encoding.ids),
    typeIds: cut(encoding.typeIds),
    tokens: cut(encoding.tokens),
    offsets: cut(encoding.offsets),
    sequenceIds: cut(encoding.sequenceIds),
    truncated,
  };
};

/** Windows whose sizes the caller chose. */
interface SizedWindows extends Required<WindowOptions> {
  /** What the caller can do about a question that leaves no room for its context. */
  readonly advice: string;
}

/**
 * A question and its context as one window, or as several where the context is too long for one. Each window holds the
 * whole question; consecutive windows share `stride` context tokens; offsets point into the whole context.
 *
 * @throws ModelError `TEXT_EMPTY`, `OPTION_INVALID`; `TEXT_TOO_LONG` when the context needs several windows and the question
 * leaves them no more than `stride` context tokens
 * @example
 * const windows = questionWindows(tokenizer, 'Who wrote it?', context, { maxLength: 384, stride: 128 });
 */
export const questionWindows = (
  tokenizer: Tokenizer,
  question: string,
  context: string,
  { maxLength = 384, stride = usualStride(maxLength) }: WindowOptions = {},
): QuestionWindow[] =>
  cutWindows(tokenizer, question, context, {
    maxLength,
    stride,
    advice: 'Shorten the question, give a larger maxLength or a smaller stride.',
  });

/** Context tokens that windows share where nobody says how many. */
export const usualStride = (maxLength: number): number => Math.min(128, Math.floor(maxLength / 3));

/** As {@link questionWindows}, with the advice that is right where it is called. */
export const cutWindows = (
  tokenizer: Tokenizer,
  question: string,
  context: string,
  { maxLength, stride, advice }: SizedWindows,
): QuestionWindow[] => {
  if (!(Number.isInteger(maxLength) && maxLength > 0 && Number.isInteger(stride) && stride >= 0)) {
    throw new ModelError(
      'OPTION_INVALID',
      `maxLength ${maxLength} and stride ${stride}: expected whole numbers, maxLength from 1, stride from 0.`,
    );
  }
  const whole = tokenizer.encode(question, context);
  const length = whole.ids.length;
  const first = whole.sequenceIds.indexOf(1);
  const end = whole.sequenceIds.lastIndexOf(1) + 1;
  const around = length - (end - first);
  const room = maxLength - around;
  if (room >= end - first) return [{ ...whole, contextStart: first, contextEnd: end }];
  if (room <= stride) {
    throw new ModelError(
      'TEXT_TOO_LONG',
      `The question ${JSON.stringify(question.slice(0, 40))} and the special tokens take ${around} of the ${maxLength} tokens of a window: ${Math.max(0, room)} are left for the context, and windows that share ${stride} need at least ${stride + 1}. ${advice}`,
    );
  }
  const windows: QuestionWindow[] = [];
  for (let start = first; ; start += room - stride) {
    const stop = Math.min(start + room, end);
    const ranges = [
      [0, first],
      [start, stop],
      [end, length],
    ] as const;
    windows.push({ ...slice(whole, ranges, true), contextStart: first, contextEnd: first + stop - start });
    if (stop === end) return windows;
  }
};

/**
 * Token positions of an answer in a window, `[start, end]` both included; undefined when it is not wholly in it.
 *
 * @param start where the answer begins in the context, in UTF-16 units
 * @param end where it ends, excluded
 */
export const answerTokens = (
  { offsets, contextStart, contextEnd }: QuestionWindow,
  start: number,
  end: number,
): readonly [number, number] | undefined => {
  let first: number | undefined;
  let last: number | undefined;
  let [from, to] = [Infinity, -Infinity];
  for (let at = contextStart; at < contextEnd; at += 1) {
    const offset = offsets[at];
    if (offset === null || offset === undefined) continue;
    from = Math.min(from, offset[0]);
    to = Math.max(to, offset[1]);
    if (offset[0] < end && offset[1] > start) {
      first ??= at;
      last = at;
    }
  }
  return first === undefined || last === undefined || start >= end || from > start || to < end
    ? undefined
    : [first, last];
};
