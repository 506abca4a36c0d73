/** What stands between the labels of a text where no other separator is named. */
export const usualLabelSeparator = '|';

const isPlain = (value: unknown): value is string | number | bigint | boolean => ['string', 'number', 'bigint', 'boolean'].includes(typeof value);

const named = (labels: readonly (string | number | bigint | boolean)[]): string[] => [...new Set(labels.map((label) => String(label).trim()))];

/**
 * The labels of a text in one value: a list, or a text with a separator between them; empty for none. Undefined where the value is none
 * of these.
 */
export const labelsInValue = (value: unknown, separator: string = usualLabelSeparator): string[] | undefined => {
  const parts: readonly unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? (value.trim() === '' ? [] : value.split(separator)) : [value];
  return parts.every(isPlain) && parts.every((part) => String(part).trim() !== '') ? named(parts) : undefined;
};

/** Whether the value of a label's own column says that a text has it; undefined for what is neither 0 nor 1. */
export const hasLabel = (value: unknown): boolean | undefined => {
  const text = String(value).trim().toLowerCase();
  if (['1', '1.0', 'true'].includes(text)) return true;
  return ['0', '0.0', 'false'].includes(text) ? false : undefined;
};
