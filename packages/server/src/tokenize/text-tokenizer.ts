import type { Encoding } from '@length-adaptive/models';
import { Piscina } from 'piscina';
import { ServerError } from '../errors.js';
import type { TokenizerThreadData, TokenizerThreadResult } from './tokenizer-thread.js';

/** Cuts the texts of one model into tokens, on a thread of its own that starts with the first of them and ends when none comes. */
export interface TextTokenizer {
  /** @throws ServerError `TEXT_EMPTY`; `MODEL_NOT_READY` when the tokenizer cannot be read */
  tokenize(texts: readonly string[]): Promise<readonly Encoding[]>;
  close(): Promise<void>;
}

/** The module that the thread loads: beside the built package's files, or beside this one in the sources. */
const threadFile = import.meta.url.endsWith('.ts') ? './tokenizer-thread.ts' : './tokenizer-thread.js';

/** Milliseconds after which a thread without work ends. */
const idleMs = 60_000;

export const createTextTokenizer = (source: string): TextTokenizer => {
  let pool: Piscina<readonly string[], TokenizerThreadResult> | undefined;
  const open = () => {
    const workerData: TokenizerThreadData = { source };
    return new Piscina<readonly string[], TokenizerThreadResult>({
      filename: new URL(threadFile, import.meta.url).href,
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: idleMs,
      workerData,
    });
  };
  return {
    tokenize: async (texts) => {
      pool ??= open();
      const result = await pool.run(texts, { name: 'tokenize' }).catch((error: unknown) => {
        throw new ServerError(
          'MODEL_NOT_READY',
          'The tokenizer of the model cannot be read at the moment. Try again later.',
          {
            cause: error,
            retryAfterMs: 1000,
          },
        );
      });
      if ('encodings' in result) return result.encodings;
      throw new ServerError('TEXT_EMPTY', `${texts.length > 1 ? `Text ${result.text}: ` : ''}${result.message}`);
    },
    close: async () => {
      await pool?.destroy();
      pool = undefined;
    },
  };
};
