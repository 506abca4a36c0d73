/** A JSON object as it was parsed: what its fields hold is not known. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether a parsed value is an object: not a list, and not null. */
export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
