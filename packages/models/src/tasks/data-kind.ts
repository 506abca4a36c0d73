import type { EncoderInput } from '@length-adaptive/core/encoder';
import type { Random } from '@length-adaptive/core/random';
import type { ReadExamplesOptions } from '../datasets/read-examples.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';

/** Kinds of data that are built in: labelled texts, questions with their contexts (SQuAD), sentences with a tag a word (CoNLL). */
export type DataKindName = 'texts' | 'questions' | 'sentences';

/**
 * What data files of a kind hold, and how they are read.
 *
 * @typeParam Item one example
 */
export interface DataKind<Item = unknown> {
  readonly name: string;
  /** What a file holds, in words: `texts with labels`. */
  readonly holds: string;
  /** Options that name columns, or say of the first row what it is, by which files of this kind are read. Default: all of them. */
  readonly columns?: readonly (keyof ReadExamplesOptions)[];
  /** Whether a file is of this kind, by its name and its content: for training, where nobody names a task. Default: never. */
  fits?(name: string, text: string): boolean;
  /**
   * The examples in a file.
   *
   * @param name what messages call it
   * @throws ModelError `DATA_INVALID`, naming the line
   */
  parse(text: string, name: string, options: ReadExamplesOptions): readonly Item[];
  /** The examples in a folder, of kinds that are kept so. Default: there are none. */
  fromFolder?(folder: string): Promise<readonly Item[]>;
  /**
   * Reads what examples name beside their file.
   *
   * @param folder that the file is in. Default: what is named is found without it
   */
  complete?(items: readonly Item[], folder?: string): Promise<readonly Item[]>;
  /** All texts, to count the tokens in them. */
  texts(items: readonly Item[]): readonly string[];
  /** Examples of one key stay together when a share is set aside. Default: each is on its own. */
  key?(item: Item): unknown;
  /** Sets a share aside in a way of its own. Default: at random, by `key`. */
  split?(
    items: readonly Item[],
    share: number,
    random: Random,
  ): { readonly rest: readonly Item[]; readonly aside: readonly Item[] };
  /** Examples with their labels called as a model calls them. Default: as they are. */
  renamed?(items: readonly Item[], nameOf: (label: string) => string): readonly Item[];
  /** Whether examples may lack what they are labelled with, and one does. Default: no. */
  lacksLabels?(items: readonly Item[]): boolean;
  /** Inputs without labels. Default: those that the task makes, which need them. */
  inputs?(tokenizer: Tokenizer, items: readonly Item[], maxLength: number): readonly EncoderInput[];
}
