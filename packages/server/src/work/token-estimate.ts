import type { TextInput, TokenInput } from '@length-adaptive/models';
import { isTokenInput } from '@length-adaptive/models/predict';

/** Guesses how many tokens a text has, before a thread has cut it. */
export interface TokenEstimate {
  /** @param inWindows whether an input that is too long is read whole, in several windows. Default: as all of them are */
  tokens(input: TextInput | TokenInput, inWindows?: boolean): number;
  /** Learns from what texts turned out to have. */
  observe(bytes: number, tokens: number): void;
}

/** English word pieces. */
const usualBytesPerToken = 4.5;

const decay = 0.98;

/** Special tokens around a text. */
const special = 2;

/** Bytes of what is to be cut into tokens; 0 for what already is. */
export const bytesOf = (input: TextInput | TokenInput): number => {
  if (isTokenInput(input)) return 0;
  return typeof input === 'string'
    ? Buffer.byteLength(input)
    : Buffer.byteLength(input[0]) + Buffer.byteLength(input[1]);
};

/** @param longest tokens that an input can have at most; undefined where long texts are read in several windows */
export const createTokenEstimate = (longest: number | undefined): TokenEstimate => {
  const seen = { bytes: 1000 * usualBytesPerToken, tokens: 1000 };
  return {
    tokens: (input, inWindows = longest === undefined) => {
      const guess = isTokenInput(input)
        ? input.ids.length
        : special + Math.ceil((bytesOf(input) * seen.tokens) / seen.bytes);
      return inWindows || longest === undefined ? guess : Math.min(longest, guess);
    },
    observe: (bytes, tokens) => {
      if (bytes === 0 || tokens >= (longest ?? Infinity)) return; // cut: its bytes were not all read
      seen.bytes = seen.bytes * decay + bytes;
      seen.tokens = seen.tokens * decay + Math.max(1, tokens - special);
    },
  };
};
