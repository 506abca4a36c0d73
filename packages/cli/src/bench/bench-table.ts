import { formatPoint } from '@length-adaptive/core';
import type { NamedConfig } from './bench-configs.js';
import type { BenchRow } from './bench-rows.js';

const head = [
  'batch',
  'tokens',
  'engine',
  'config',
  'p50 ms',
  'p95 ms',
  'inputs/s',
  'x full',
  'x first',
  'MACs gain',
  'efficiency',
] as const;
const leftColumns = ['engine', 'config'];

/** Three digits that matter, never as a power of ten. */
const short = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);

const cellsOf = (row: BenchRow): readonly string[] => [
  String(row.batch),
  String(row.tokens),
  `${row.engine} ${row.precision}`,
  row.config,
  ...[row.p50Ms, row.p95Ms, row.inputsPerSecond, row.ratioToFull, row.ratioToFirst, row.macsGain, row.efficiency].map(
    short,
  ),
];

/** The rows as an aligned table, an empty line between cells, and the configurations spelt out below. */
export const benchTable = (rows: readonly BenchRow[], configs: readonly NamedConfig[]): string => {
  const lines: readonly (readonly string[])[] = [head, ...rows.map(cellsOf)];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const format = (cells: readonly string[]): string =>
    cells
      .map((text, column) =>
        leftColumns.includes(head[column] ?? '')
          ? text.padEnd(widths[column] ?? 0)
          : text.padStart(widths[column] ?? 0),
      )
      .join('  ');
  const isNewCell = (row: BenchRow, index: number): boolean =>
    index === 0 || rows[index - 1]?.batch !== row.batch || rows[index - 1]?.tokens !== row.tokens;
  const body = rows.flatMap((row, index) => [...(isNewCell(row, index) ? [''] : []), format(cellsOf(row))]);
  const width = Math.max(...configs.map(({ name }) => name.length));
  const names = configs.map(({ name, point }) => `${name.padEnd(width)}  ${formatPoint(point)}`);
  return [format(head), ...body, '', ...names].join('\n');
};
