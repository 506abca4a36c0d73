/** Formats of tables of examples; `'json'` is a list of records, or JSON lines. */
export type DataFormat = 'tsv' | 'csv' | 'jsonl' | 'json';

const formats: Readonly<Record<string, DataFormat | 'conll'>> = {
  ...{ tsv: 'tsv', csv: 'csv', jsonl: 'jsonl', ndjson: 'jsonl', json: 'json' },
  parquet: 'jsonl', // what its rows are read as
  ...{ conll: 'conll', iob: 'conll', iob2: 'conll', bio: 'conll' },
};

/**
 * What a data file holds by the ending of its name, compressed (`.gz`) or not: a table, or the words of CoNLL; undefined for an ending that
 * says nothing.
 *
 * @example
 * dataFormatOf('dev-v1.1.json.gz'); // 'json'
 */
export const dataFormatOf = (name: string): DataFormat | 'conll' | undefined =>
  formats[/\.([a-z\d]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? ''];
