/** Integers that may be too large for a number, outside strings; a string is matched first, so that none inside it is. */
const stringOrLong = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\w.+-])-?\d{16,}(?![\w.])/g;

/** What such an integer is written as until it is read: JSON cannot hold this character otherwise than escaped. */
const mark = '\\u0000int:';

const marked = (token: string): string => (token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${mark}${token}"`);

const unmarked = (_: string, value: unknown): unknown => (typeof value === 'string' && /^\0int:-?\d+$/.test(value) ? BigInt(value.slice(5)) : value);

/**
 * Parsed JSON with integers as they are written: those that a number cannot hold (beyond 2^53) are bigint, where JSON.parse rounds two of
 * them to one.
 *
 * @throws SyntaxError for what is no JSON
 */
export const parseExactJson = (text: string): unknown => {
  const rounded: unknown = JSON.parse(text);
  return /\d{16}/.test(text) ? (JSON.parse(text.replace(stringOrLong, marked), unmarked) as unknown) : rounded;
};

/** A value as a message shows it. */
export const shownJson = (value: unknown): string => String(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)));
