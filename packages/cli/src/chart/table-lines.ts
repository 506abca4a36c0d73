/** How a table is written. */
interface TableOptions {
  /** Spaces between columns. Default 2. */
  readonly gap?: number;
  /** Whether all columns but the first stand to the right. */
  readonly right?: boolean;
}

/** Lines of a table, its columns as wide as they must be. */
export const tableLines = (
  rows: readonly (readonly string[])[],
  { gap = 2, right = false }: TableOptions = {},
): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right && column > 0 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  );
};
