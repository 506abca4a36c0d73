import type { EncoderInput } from '@length-adaptive/core';
import type { Question } from './datasets/squad.js';
import type { QuestionWindow } from './question-windows.js';

/** An input the model has been told the answer of. */
export interface LabelledInput {
  readonly input: EncoderInput;
  /**
   * Class number; value of a regression; first and last token of an answer, `[0, 0]` where the window holds none; or a class
   * for each token, -1 for tokens that are not read.
   */
  readonly target: number | readonly number[];
  /** Question answering only: whose window the input is. */
  readonly question?: { readonly source: Question; readonly window: QuestionWindow };
}
