import { dataFormatOf } from './data-format.js';

test.each([
  ['train.tsv', 'tsv'],
  ['train.CSV.gz', 'csv'],
  ['a.b/train.jsonl', 'jsonl'],
  ['train.ndjson.GZ', 'jsonl'],
  ['dev-v1.1.json', 'json'],
  ['train.conll.gz', 'conll'],
  ['train.iob', 'conll'],
  ['train.iob2', 'conll'],
  ['train.bio', 'conll'],
  ['train.txt', undefined],
  ['train.gz', undefined],
  ['a.tsv/train', undefined],
  ['-', undefined],
])('%s holds %s', (name, format) => {
  expect(dataFormatOf(name)).toBe(format);
});
