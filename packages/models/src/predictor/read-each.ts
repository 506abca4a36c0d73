import { ModelError } from '../errors.js';
import type { ModelErrorCode, NearestPoint } from '../errors.js';

/** Why a text has no answer, as plain data. */
export interface TextError {
  readonly code: ModelErrorCode;
  readonly message: string;
  /** With `BUDGET_INFEASIBLE`: the point that costs this text the least, where none keeps its budget of cost. */
  readonly nearest?: NearestPoint;
}

/** Stands in the place of the answer for what could not be read. Its other fields are all undefined. */
export type Unread<Answer> = { readonly [Field in Exclude<keyof Answer, 'error'>]?: undefined } & {
  readonly error: TextError;
};

/** What became of one text of many: a value, or why there is none. */
export type Read<T> =
  { readonly value: T; readonly error?: undefined } | { readonly error: TextError; readonly value?: undefined };

/**
 * Does something for one text. What it throws on purpose is that text's error; anything else is thrown.
 *
 * @param inPlace false: throw that too
 */
export const readOne = <T>(inPlace: boolean, read: () => T): Read<T> => {
  try {
    return { value: read() };
  } catch (error) {
    return { error: errorOf(error, inPlace) };
  }
};

/** The same for what takes its time. */
export const readOneLater = async <T>(inPlace: boolean, read: () => Promise<T>): Promise<Read<T>> => {
  try {
    return { value: await read() };
  } catch (error) {
    return { error: errorOf(error, inPlace) };
  }
};

const errorOf = (error: unknown, inPlace: boolean): TextError => {
  if (!inPlace || !(error instanceof ModelError)) throw error;
  const { code, message, nearest } = error;
  return { code, message, ...(nearest && { nearest }) };
};
