import { join } from 'node:path';
import { ModelError } from '../errors.js';
import { regression } from '../tasks/regression.js';
import { testWithData } from '../testing/data-folder.js';
import { parseExamples, readExamples } from './read-examples.js';

const cases = join(__dirname, '../../fixtures/cases/data');

describe('parseExamples', () => {
  test.each<[string, string, string, object]>([
    ['SST-2', 'a.tsv', 'sentence\tlabel\nfine "film\t1\n', { text: 'fine "film', label: '1' }],
    ['RTE', 'a.tsv', 'index\tsentence1\tsentence2\tlabel\n7\tA\tB\tentailment\n', { text: 'A', pair: 'B', label: 'entailment', id: '7' }],
    ['QNLI', 'a.tsv', 'index\tquestion\tsentence\tlabel\n0\tQ?\tS.\tx\n', { text: 'Q?', pair: 'S.', label: 'x', id: '0' }],
    ['MRPC', 'a.txt', 'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t8\t9\tA\tB\n', { text: 'A', pair: 'B', label: '1' }],
    ['STS-B', 'a.tsv', 'g\tf\t2012\t0001\t5.000\tA\tB\ng\tf\t2012\t0002\t0.5\tC\tD\tx\ty\n', { text: 'A', pair: 'B', label: 5 }],
    ['STS-B as GLUE gives it', 'a.tsv', 'index\tsentence1\tsentence2\tscore\n0\tA\tB\t3.2\n', { text: 'A', pair: 'B', label: 3.2, id: '0' }],
    ['CoLA', 'a.tsv', 'gj04\t0\t*\tHim sleeps.\n', { text: 'Him sleeps.', label: '0' }],
    ['text<TAB>label', 'a.txt', 'Great for the jawbone.\t1\n', { text: 'Great for the jawbone.', label: '1' }],
    ['texts alone', 'a.txt', 'One text.\nAnother one.\n', { text: 'One text.' }],
    ['CSV', 'a.csv.gz', 'Text,Label\n"a\nb",pos\n', { text: 'a\nb', label: 'pos' }],
    ['JSON lines', 'a.jsonl', '{"label":0,"rating":2,"text":"a","id":3}\n', { text: 'a', label: '0', id: '3' }],
    ['a JSON list', 'a.json', '[\n  {"text": "a", "pair": "b", "label": "x"}\n]\n', { text: 'a', pair: 'b', label: 'x' }],
    ['a JSON list, packed', 'a.json.gz', '[{"sentence":"a","label":2}]', { text: 'a', label: '2' }],
    ['CSV with tabs', 'a.csv', 'Text\tLabel\n"a, b; c"\tpos\n', { text: 'a, b; c', label: 'pos' }],
    ['CSV with semicolons', 'a.csv', 'Text;Label\na, b;pos\n', { text: 'a, b', label: 'pos' }],
    ['JSON lines with a truth value', 'a.ndjson', '{"text":"a","label":true}\n', { text: 'a', label: 'true' }],
    ['a null label', 'a.jsonl', '{"text":"a","label":null}\n', { text: 'a' }],
  ])('knows the columns of %s', (_, name, text, expected) => {
    expect(parseExamples(text, name)[0]).toEqual(expected);
  });

  test('takes the columns and the kind of label it is told', () => {
    const csv = 'left,right,same,text\nA,B,1,C\n';
    expect(parseExamples(csv, 'a.csv', { textColumn: 'left', pairColumn: 'right', labelColumn: 'same' })).toEqual([{ text: 'A', pair: 'B', label: '1' }]);
    expect(parseExamples(csv, 'a.csv', { labelColumn: 3, task: 'regression' })).toEqual([{ text: 'C', label: 1 }]);
    expect(parseExamples('x\t1\ty z\n', 'a.tsv', { textColumn: 3, labelColumn: 2 })).toEqual([{ text: 'y z', label: '1' }]);
    expect(parseExamples('text\t1\n', 'a.tsv', { header: false })).toEqual([{ text: 'text', label: '1' }]);
    expect(parseExamples('a,1\n', 'a.tsv', { format: 'csv' })).toEqual([{ text: 'a', label: '1' }]);
  });

  test.each<[string, string, string, object, RegExp]>([
    ['an unknown column', 'a.tsv', 'sentence\tlabel\nx\t1\n', { textColumn: 'body' }, /no column "body"\. It has: sentence, label\./],
    ['a column by name without a header', 'a.tsv', 'x\t1\n', { labelColumn: 'label' }, /no header and 2 columns: name them by number/],
    ['a column number too large', 'a.tsv', 'sentence\tlabel\nx\t1\n', { labelColumn: 3 }, /no column 3/],
    ['no text column to guess', 'a.csv', 'id,foo\n1,x\n', {}, /which column is the text\? It has: id, foo\./],
    ['a row too short', 'a.tsv', 'sentence\tlabel\nx\t1\ny\n', {}, /line 3: 1 fields, expected 2 as in the header \(sentence, label\)/],
    ['a row too long', 'a.tsv', 'x\t1\ny\tz\t1\n', {}, /line 2: 3 fields, expected 2 as in the first row/],
    ['an empty text', 'a.csv', 'text,label\n" ",1\n', {}, /line 2: column "text" is empty/],
    ['an empty label', 'a.csv', 'text,label\n\nx,\n', {}, /line 3: column "label" is "", expected a label/],
    ['a score that is no number', 'a.tsv', 'sentence1\tsentence2\tscore\nA\tB\thigh\n', {}, /line 2: column "score" is "high", expected a number/],
    ['a text that is a number', 'a.jsonl', '{"text":3}\n', {}, /line 1: column "text" is 3, expected a text/],
    ['a text that is missing', 'a.jsonl', '{"text":"a"}\n{"label":1}\n', {}, /line 2: column "text" is missing/],
    ['an empty file', 'a.tsv', '\n', {}, /a\.tsv has no rows/],
    ['a header alone', 'a.csv', 'text,label\n', {}, /a\.csv has no rows/],
  ])('refuses %s', (_, name, text, options, message) => {
    expect(() => parseExamples(text, name, options)).toThrow(message);
    expect(() => parseExamples(text, name, options)).toThrow(ModelError);
  });
});

describe('labels', () => {
  const scores = (...values: readonly string[]) => parseExamples(['text\tscore', ...values.map((value) => `a text\t${value}`)].join('\n'), 'a.tsv').map(({ label }) => label);

  test('scores are decimal numbers', () => {
    expect(scores('4.5', '-1', '+2', '.5', '5.', '1e3', '2.5E-1', ' 3 ')).toEqual([4.5, -1, 2, 0.5, 5, 1000, 0.25, 3]);
  });

  test.each([' ', '\u00a0', '', 'true', '0x10', '0b1', '1_000', '1,5', 'NaN', 'Infinity', '1e999', '--1', '1 2', '١'])('the score %j is refused with its line', (value) => {
    expect(() => scores('4.5', value)).toThrow(expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringMatching(/^a\.tsv, line 3: column "score" is ".*", expected a/) }));
    expect(() => regression().target(value)).toThrow(expect.objectContaining({ code: 'LABEL_UNKNOWN' }));
  });

  test.each(['true', '"0x10"', '" "', '[1]', '1e999'])('the score %s of JSON is refused', (value) => {
    expect(() => parseExamples(`{"text":"a","score":${value}}\n`, 'a.jsonl')).toThrow(/a\.jsonl, line 1: column "score" is /);
  });

  test('integers beyond 2^53 are classes of their own', () => {
    const labels = (text: string, name: string) => parseExamples(text, name).map(({ label }) => label);
    expect(labels('{"text":"a \\" 9007199254740993","label":9007199254740993}\n{"text":"b","label":9007199254740992}\n{"text":"c","label":-12345678901234567890}\n', 'a.jsonl')).toEqual([
      '9007199254740993',
      '9007199254740992',
      '-12345678901234567890',
    ]);
    expect(labels('[{"text":"a","label":9007199254740993},{"text":"b","label":9007199254740992}]', 'a.json')).toEqual(['9007199254740993', '9007199254740992']);
    expect(parseExamples('{"text":"id 9007199254740993","id":9007199254740993,"x":0.12345678901234567}', 'a.jsonl')).toEqual([{ text: 'id 9007199254740993', id: '9007199254740993' }]);
    expect(() => labels('{"text":9007199254740993}', 'a.jsonl')).toThrow(/column "text" is "9007199254740993", expected a text/);
  });

  test('a number that stands for several is refused', () => {
    expect(() => parseExamples('{"text":"a","label":9007199254740993.0}', 'a.jsonl')).toThrow(/column "label" is 9007199254740992, which may stand for several numbers/);
  });

  test('classes that differ by white space alone are refused with the line', () => {
    expect(() => parseExamples('text,label\na,pos\nb,neg\nc,pos \n', 'a.csv')).toThrow(/a\.csv, line 4: the label "pos " differs from "pos" above by white space alone/);
    expect(parseExamples('text,label\na, pos\nb, neg\n', 'a.csv').map(({ label }) => label)).toEqual([' pos', ' neg']);
  });

  test.each<[string, RegExp]>([
    ['regression-blank/train.tsv', /line 3: column "score" is " ", expected a label/],
  ])('case %s is refused', async (path, message) => {
    await expect(readExamples(join(cases, path))).rejects.toThrow(message);
  });

  test('case jsonl-bigint: two classes', async () => {
    expect((await readExamples(join(cases, 'jsonl-bigint/train.jsonl'))).map(({ label }) => label)).toEqual(['9007199254740993', '9007199254740992', '9007199254740993']);
  });
});

describe('header or not', () => {
  const path = join(cases, 'tsv-first-row-lost/train.tsv');
  const both = { textColumn: 1, labelColumn: 2 };

  test.each([both, {}, { header: false }, { ...both, header: false }])('a first label that is called as columns are is no header (%j)', async (options) => {
    const examples = await readExamples(path, options);
    expect(examples.map(({ label }) => label)).toEqual(['question', 'statement', 'question', 'statement']);
  });

  test('unless the caller says so', async () => {
    expect(await readExamples(path, { ...both, header: true })).toHaveLength(3);
  });

  test.each<[string, string]>([
    ['a known name beside a text that comes once', 'What is it ?\tquestion\nIt works .\tstatement\n'],
    ['a name that comes again below one that may be a column', 'phrase\tquestion\nWhat is it ?\tquestion\n'],
    ['unknown names above classes', 'comment\tverdict\nFine.\tgood\nBad.\tbad\nOK.\tgood\n'],
    ['unknown names above numbers', 'comment\tverdict\nFine.\t1\nBad.\t2\nOK.\t3\n'],
  ])('%s: asks', (_, text) => {
    expect(() => parseExamples(text, 'a.tsv', both)).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringMatching(/^a\.tsv, line 1: is ".*" a header or the first example\?.*--header or --no-header/) }),
    );
    const [without, withOne] = [false, true].map((header) => parseExamples(text, 'a.tsv', { ...both, header }).length);
    expect(without).toBe((withOne ?? 0) + 1);
  });

  test.each<[string, string, number]>([
    ['one known name', 'comment\tlabel\nFine.\tgood\n', 1],
    ['several, and words that are none', 'my id\ttext\tlabel\n1\tFine.\tgood\n', 1],
    ['a text that is called as its column', 'sentence\tlabel\nFine.\t1\nsentence\t0\n', 2],
    ['a column of texts', 'text\nFine.\nBad.\n', 2],
    ['classes of one word, no header', 'Fine\tgood\nBad\tbad\nOK\tgood\n', 3],
    ['words that differ, no header', 'cat\tKatze\ndog\tHund\n', 2],
  ])('%s: does not', (_, text, count) => {
    expect(parseExamples(text, 'a.tsv', { textColumn: text.split('\n')[0]?.includes('my id') ? 2 : 1 })).toHaveLength(count);
  });
});

describe('readExamples on real data', () => {
  const classes = (examples: readonly { readonly label?: string | number }[]) => [...new Set(examples.map(({ label }) => label))].sort();

  test('1,000 product reviews, text<TAB>label', async () => {
    const examples = await readExamples(join(__dirname, '../../../../node_modules/wink-sentiment/test/data/amazon_cells_labelled.txt'));
    expect(examples).toHaveLength(1_000);
    expect(examples.filter(({ label }) => label === '1')).toHaveLength(500);
  });

  const sets: readonly (readonly [string, number, readonly string[], boolean])[] = [
    ['sst2/train.tsv.gz', 67_349, ['0', '1'], false],
    ['sst2/dev.tsv.gz', 872, ['0', '1'], false],
    ['mrpc/train.txt.gz', 4_076, ['0', '1'], true],
    ['mrpc/test.txt.gz', 1_725, ['0', '1'], true],
    ['mnli-sample/train.tsv.gz', 9_888, ['contradiction', 'entailment', 'neutral'], true],
    ['mnli-sample/dev_matched.tsv.gz', 6_238, ['contradiction', 'entailment', 'neutral'], true],
    ['rte/train.tsv.gz', 2_490, ['entailment', 'not_entailment'], true],
    ['rte/dev.tsv.gz', 277, ['entailment', 'not_entailment'], true],
    ['qnli/dev.tsv.gz', 5_463, ['entailment', 'not_entailment'], true],
    ['imdb/test.jsonl.gz', 25_000, ['0', '1'], false],
    ['trec/train.jsonl.gz', 5_452, ['ABBR', 'DESC', 'ENTY', 'HUM', 'LOC', 'NUM'], false],
  ];
  for (const [file, rows, labels, paired] of sets) {
    testWithData(file, `${file}: ${rows} rows`, async (path) => {
      const examples = await readExamples(path);
      expect(examples).toHaveLength(rows);
      expect(classes(examples)).toEqual(labels);
      expect(examples.every(({ pair }) => (pair !== undefined) === paired)).toBe(true);
    });
  }

  const similarity = [['train', 5_749], ['dev', 1_500], ['test', 1_379]] as const;
  for (const [part, rows] of similarity) {
    testWithData(`stsb/${part}.tsv.gz`, `stsb/${part}.tsv.gz: ${rows} rows of scores from 0 to 5`, async (path) => {
      const examples = await readExamples(path);
      expect(examples).toHaveLength(rows);
      expect(examples.every(({ label, pair }) => typeof label === 'number' && label >= 0 && label <= 5 && pair !== undefined)).toBe(true);
    });
  }
});
