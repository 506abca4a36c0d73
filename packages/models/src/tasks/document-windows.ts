import { ModelError } from '../errors.js';
import type { QuestionWindow } from '../tokenizer/question-windows.js';
import { questionWindows, usualStride } from '../tokenizer/question-windows.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';

/** How documents are cut. */
export interface WindowSizes {
  /** Tokens of a query with its document, or with a part of it. */
  readonly maxLength: number;
  /** Tokens of a document that neighbouring windows share. Default: a third of a window, at most 128. */
  readonly stride?: number | undefined;
}

/**
 * What cuts documents into windows with one query: a document that fits is one window.
 *
 * @returns the windows of a document. @throws ModelError `TEXT_EMPTY`
 * @throws ModelError `TEXT_TOO_LONG` for a query that leaves no room for any document
 */
export const documentWindows = (
  tokenizer: Tokenizer,
  query: string,
  { maxLength, stride = usualStride(maxLength) }: WindowSizes,
): ((document: string) => QuestionWindow[]) => {
  const around = tokenizer.encode(query, '.').ids.length - 1;
  if (maxLength - around <= stride)
    throw new ModelError(
      'TEXT_TOO_LONG',
      `The query and the special tokens take ${around} of the ${maxLength} tokens of a window, and windows of a document that share ${stride} need at least ${stride + 1}: shorten the query, or give a smaller stride.`,
    );
  return (document) => questionWindows(tokenizer, query, document, { maxLength, stride });
};
