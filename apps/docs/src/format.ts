import type { Row } from './results.js';

const number = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** 0.874 -> `87.4 %`, with a space that does not break. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}\u00a0%`;

/** 2.0976 -> `2.10x` */
export const times = (factor: number): string => `${factor.toFixed(2)}x`;

const shareUnits = /^(accuracy|f1|share of right answers)$/;

/** A value as a reader wants it, with its unit: scores in percent, factors with an x, four digits of the rest. */
export const formatValue = ({ value, unit }: Pick<Row, 'value' | 'unit'>): string => {
  if (shareUnits.test(unit)) return `${percent(value)} ${unit}`;
  if (/^times\b/.test(unit)) return `${times(value)} ${unit.replace(/^times ?/, '')}`.trim();
  const digits =
    Number.isInteger(value) || Math.abs(value) >= 1000
      ? 0
      : Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return `${number(value, Math.min(digits, 4))} ${unit}`;
};

/** Text as a cell of a markdown table. */
export const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('{{', '&#123;&#123;').replaceAll('\n', ' ');

/** A markdown table. Alignment by column: `l` or `r`. */
export const markdownTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  alignment = '',
): string =>
  [
    `| ${header.join(' | ')} |`,
    `| ${header.map((_, column) => (alignment[column] === 'r' ? '--:' : ':--')).join(' | ')} |`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
