/** What runs in the thread that cuts the texts of one model into tokens. */
import type { Encoding, Tokenizer } from '@length-adaptive/models';
import { readModelFiles } from '@length-adaptive/models/files';
import { createTokenizer } from '@length-adaptive/models/tokenizer';
import { workerData } from 'piscina';
import { messageOf } from '../errors.js';

/** Which model's tokenizer a thread reads. */
export interface TokenizerThreadData {
  readonly source: string;
}

/** What became of texts. */
export type TokenizerThreadResult =
  | { readonly encodings: readonly Encoding[] }
  /** The text that has no tokens, by its number. */
  | { readonly text: number; readonly message: string };

let reading: Promise<Tokenizer> | undefined;

/** Reads the tokenizer, again if that failed: its files may have come back. */
const opened = async (): Promise<Tokenizer> => {
  reading ??= readModelFiles((workerData as TokenizerThreadData).source).then(({ tokenizerFiles }) =>
    createTokenizer(tokenizerFiles),
  );
  try {
    return await reading;
  } catch (error) {
    reading = undefined;
    throw error;
  }
};

/** Cuts texts into tokens. */
export const tokenize = async (texts: readonly string[]): Promise<TokenizerThreadResult> => {
  const tokenizer = await opened();
  const encodings: Encoding[] = [];
  for (const [number, text] of texts.entries()) {
    try {
      encodings.push(tokenizer.encode(text));
    } catch (error) {
      if ((error as { code?: string }).code !== 'TEXT_EMPTY') throw error;
      return { text: number, message: messageOf(error) };
    }
  }
  return { encodings };
};
