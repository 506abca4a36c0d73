/** What stands in a field of a data set: no list, no object, and not null. */
export type PlainValue = string | number | bigint | boolean;

/** Whether a field holds a single value. */
export const isPlain = (value: unknown): value is PlainValue =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
