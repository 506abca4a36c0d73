import type { EncoderInput } from '@length-adaptive/core';
import type { Question } from '../datasets/squad.js';
import type { QuestionWindow } from '../tokenizer/question-windows.js';

/** A document among others that queries are to find. */
export interface SearchedDocument {
  readonly id: string;
  /** One object that all documents of a search share. */
  readonly search: {
    readonly queries: readonly { readonly id: string; readonly input: EncoderInput }[];
    /** By the id of the query, how much each judged document matters to it. */
    readonly judgements: ReadonlyMap<string, ReadonlyMap<string, number>>;
  };
}

/** An input, with what the model shall learn of it. */
export interface LabelledInput {
  readonly input: EncoderInput;
  /**
   * Absent where the task learns from the input alone. Class number; value of a regression; for each label 1 or 0, whether the text has it; first and last token of an answer, `[0, 0]` where the window holds none; or a class
   * for each token, -1 for tokens that are not read.
   */
  readonly target?: number | readonly number[] | undefined;
  /** Question answering only: whose window the input is. */
  readonly question?: { readonly source: Question; readonly window: QuestionWindow };
  /** Embedding only: how alike the texts of a pair are, one object that the inputs of both share. */
  readonly similarity?: { readonly label: number };
  /** Embedding only: which document the input is, and what it is searched by. */
  readonly document?: SearchedDocument | undefined;
  /** Reranking only: number of the list that the input is ranked in, where its order is learned. */
  readonly list?: number | undefined;
  /**
   * Token classification only: the tags of all words of the sentence, those without a token among them, and the word each token is the
   * first of (-1 for the others). Without it, only words with a target are scored.
   */
  readonly sentence?: { readonly tags: readonly string[]; readonly firstOf: readonly number[] };
}
