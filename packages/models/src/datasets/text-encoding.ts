import { ModelError } from '../errors.js';

/** The encodings that a text file is read in. */
export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be';

const begins = (bytes: Uint8Array, ...mark: readonly number[]): boolean => mark.every((byte, i) => bytes[i] === byte);

/**
 * The encoding of a text, by the byte order mark that it begins with; UTF-8 where there is none.
 *
 * @param name what messages call the text
 * @throws ModelError `FILE_INVALID` for UTF-32, and for what looks like UTF-16 without a mark: every second byte is 0
 */
export const encodingOf = (bytes: Uint8Array, name: string): TextEncodingName => {
  const fail = (found: string): never => {
    throw new ModelError('FILE_INVALID', `${name} ${found}. Save it as UTF-8.`);
  };
  if (begins(bytes, 0xff, 0xfe, 0, 0) || begins(bytes, 0, 0, 0xfe, 0xff)) return fail('is UTF-32, expected UTF-8, or UTF-16 with a byte order mark');
  if (begins(bytes, 0xff, 0xfe)) return 'utf-16le';
  if (begins(bytes, 0xfe, 0xff)) return 'utf-16be';
  const zeros = [0, 1, 2, 3].map((at) => bytes[at] === 0).join();
  if (zeros === 'false,true,false,true' || zeros === 'true,false,true,false') return fail('looks like UTF-16 without a byte order mark: every second byte is 0');
  return 'utf-8';
};

const names: Readonly<Record<TextEncodingName, string>> = { 'utf-8': 'UTF-8', 'utf-16le': 'UTF-16', 'utf-16be': 'UTF-16' };

/**
 * Bytes as text: UTF-8, or UTF-16 that begins with a byte order mark. The mark goes.
 *
 * @throws ModelError `FILE_INVALID` for bytes that are neither
 */
export const decodeByMark = (bytes: Uint8Array, name: string): string => {
  const encoding = encodingOf(bytes, name);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ModelError('FILE_INVALID', `${name} is not ${names[encoding]} text. Save it as UTF-8.`, { cause: error });
  }
};
