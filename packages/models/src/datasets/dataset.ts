/** One example of a data set: a text or a pair of texts, and what is known about it. */
export interface Example {
  readonly text: string;
  /** The second text, where the task compares two. */
  readonly pair?: string;
  /** A class by name, or a number to be predicted. Absent where the file has none. */
  readonly label?: string | number;
  /** All labels of the text by name, none of them twice, perhaps none: where texts may have several. */
  readonly labels?: readonly string[];
  readonly id?: string;
}

/** What labels are: the name of a class, a number, or any number of names. */
export type LabelKind = 'classification' | 'regression' | 'multi-label';

/** Rows of a data file, whatever its format. */
export interface Table {
  /** Names of the columns; `1`, `2`, ... where the file has no header. */
  readonly columns: readonly string[];
  readonly hasHeader: boolean;
  readonly rows: readonly TableRow[];
  /** What the numbers of rows count: lines of the file, or records of a JSON list. */
  readonly unit: 'line' | 'record';
}

/** One row, with the line of the file it begins on, or its number among the records (from 1). */
export interface TableRow {
  readonly line: number;
  /** One value a column; undefined where a JSON object lacks it. */
  readonly values: readonly unknown[];
}
