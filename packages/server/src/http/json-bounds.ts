import { ServerError, invalidRequest } from '../errors.js';

/** What a JSON document may be made of. */
export interface JsonLimits {
  /** Lists and objects inside of each other. */
  readonly depth: number;
  /** Values and names. */
  readonly values: number;
}

/** Watches a JSON document go by. */
export interface JsonBounds {
  /** @throws ServerError `REQUEST_INVALID` for too deep a nesting, `BODY_TOO_LARGE` for too many values */
  feed(bytes: Uint8Array): void;
}

/** Lists in lists and objects: requests of all protocols together need six. */
const deepest = 32;

/** Bodies of fewer bytes than this may hold as many values as they like. */
const fewestValues = 4096;

/** For bodies of so many bytes: token numbers have about this many bytes each, and texts many more. */
const bytesPerValue = 8;

export const jsonLimitsOf = (bodyLimit: number): JsonLimits => ({
  depth: deepest,
  values: Math.max(fewestValues, Math.floor(bodyLimit / bytesPerValue)),
});

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openers: readonly number[] = [0x5b, 0x7b];
const closers: readonly number[] = [0x5d, 0x7d];

/** Where the string ends that bytes from `from` on belong to; -1 where that is not among them. */
const endOfString = (bytes: Uint8Array, from: number, escaped: boolean): { at: number; escaped: boolean } => {
  let start = from + (escaped ? 1 : 0);
  for (;;) {
    const at = bytes.indexOf(quote, start);
    const last = at < 0 ? bytes.length : at;
    let slashes = 0;
    while (last - slashes - 1 >= start && bytes[last - slashes - 1] === backslash) slashes += 1;
    if (at < 0) return { at, escaped: slashes % 2 === 1 };
    if (slashes % 2 === 0) return { at, escaped: false };
    start = at + 1;
  }
};

/**
 * Counts what a document is made of while it is read, so that one which would keep a parser busy is refused before it is parsed. Whether it
 * is JSON at all is not looked at.
 */
export const createJsonBounds = ({ depth: mostDepth, values: mostValues }: JsonLimits): JsonBounds => {
  let depth = 0;
  let values = 0;
  let inString = false;
  let escaped = false;
  const count = (): void => {
    values += 1;
    if (values > mostValues)
      throw new ServerError(
        'BODY_TOO_LARGE',
        `The body has more than ${mostValues} values; send fewer texts or tokens in one request.`,
      );
  };
  const descend = (): void => {
    depth += 1;
    if (depth > mostDepth)
      throw invalidRequest(`The body nests lists and objects more than ${mostDepth} deep; nothing here needs that.`);
  };
  return {
    feed: (bytes) => {
      for (let i = 0; i < bytes.length; i++) {
        if (inString) {
          const end = endOfString(bytes, i, escaped);
          escaped = end.escaped;
          if (end.at < 0) return;
          inString = false;
          i = end.at;
          continue;
        }
        const byte = bytes[i] ?? 0;
        if (byte === quote) inString = true;
        else if (byte === comma) count();
        else if (openers.includes(byte)) {
          count();
          descend();
        } else if (closers.includes(byte)) depth -= 1;
      }
    },
  };
};
