import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseConll } from './conll.js';
import { splitLines } from './lines.js';
import { parseExamples } from './read-examples.js';

const cases = join(__dirname, '../../fixtures/cases/data');

/** What tells a text that is read as an example from another: no line end, no separator of any format, no quote. */
const letter = fc.constantFrom(...'aé😀 #!:.-\u00a0\u2028\u0085\u000c');
const word = fc.array(letter, { maxLength: 6 }).map((letters) => `x${letters.join('')}x`);
const label = fc.constantFrom('pos', 'neg');
const examples = fc.array(fc.tuple(word, label), { minLength: 2, maxLength: 8 });

/** Writes a line each, as a format has it. */
const formats: Readonly<Record<string, (rows: readonly (readonly [string, string])[]) => readonly string[]>> = {
  'a.csv': (rows) => ['text,label', ...rows.map((row) => row.join(','))],
  'quoted.csv': (rows) => ['"text";"label"', ...rows.map(([text, name]) => `"${text}";"${name}"`)],
  'a.tsv': (rows) => ['sentence\tlabel', ...rows.map((row) => row.join('\t'))],
  'bare.txt': (rows) => [...rows.map(([text]) => `a ${text}\t1`), 'the end\t0'],
  'texts.txt': (rows) => rows.map(([text]) => text),
  'a.jsonl': (rows) => rows.map(([text, name]) => JSON.stringify({ text, label: name })),
  'lines.json': (rows) => rows.map(([text, name]) => JSON.stringify({ text, label: name })),
  'a.json': (rows) => ['[', rows.map(([text, name]) => JSON.stringify({ text, label: name })).join(','), ']'],
};

const anyEnds = fc.infiniteStream(fc.constantFrom('\n', '\r\n', '\r'));

/** Lines with an end each. A CR and the LF of an empty line after it would be one end. */
const joined = (lines: readonly string[], ends: Iterator<string>): string =>
  lines.reduce((text, line) => text + line + (text.endsWith('\r') && line === '' ? '\r' : (ends.next().value as string)), '');

const read = (text: string, name: string): unknown => parseExamples(text, name);

describe('any mix of line ends gives what LF gives', () => {
  test.each(Object.entries(formats))('%s', (name, write) => {
    fc.assert(
      fc.property(examples, anyEnds, fc.boolean(), (rows, ends, marked) => {
        const lines = write(rows);
        expect(read((marked ? '\ufeff' : '') + joined(lines, ends), name)).toEqual(read(`${lines.join('\n')}\n`, name));
      }),
    );
  });

  test('CoNLL', () => {
    fc.assert(
      fc.property(fc.array(fc.option(word, { freq: 5, nil: '' }), { minLength: 2 }), anyEnds, (words, ends) => {
        const lines = ['one\tB-x', ...words.map((each) => (each === '' ? '' : `${each}\tO`))];
        expect(parseConll(joined(lines, ends), 'a')).toEqual(parseConll(`${lines.join('\n')}\n`, 'a'));
      }),
    );
  });

  test('line ends inside quotes are text, and stay as they are', () => {
    expect(parseExamples('text,label\r"a\r\nb\rc\nd",1\n', 'a.csv')).toEqual([{ text: 'a\r\nb\rc\nd', label: '1' }]);
  });

  test('messages name the line that an editor shows', () => {
    expect(() => parseExamples('text,label\r\na,1\rb,\n', 'a.csv')).toThrow(/line 3: column "label"/);
    expect(() => parseExamples('text\tlabel\r\na\t1\rb\n', 'a.tsv')).toThrow(/line 3: 1 fields/);
  });

  test('what is no line end ends no line', () => {
    expect(splitLines('a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg')).toHaveLength(1);
  });
});

describe('files that were joined', () => {
  test.each(['a.csv', 'quoted.csv', 'a.tsv', 'bare.txt', 'texts.txt', 'a.jsonl', 'lines.json'])('%s twice, each with a byte order mark and a header, are one data set', (name) => {
    const write = formats[name];
    if (write === undefined) throw new Error(name);
    fc.assert(
      fc.property(examples, examples, (one, other) => {
        const file = (rows: typeof one) => `\ufeff${write(rows).join('\r\n')}\r\n`;
        const read = (text: string) => parseExamples(text, name, { header: !/txt$/.test(name) });
        expect(read(file(one) + file(other))).toEqual([...read(file(one)), ...read(file(other))]);
      }),
    );
  });

  test('CoNLL', () => {
    expect(parseConll('\ufeffAda\tB-x\n\ufeffBob\tB-x\n', 'a')[0]?.words).toEqual(['Ada', 'Bob']);
  });
});

describe('cases', () => {
  const file = (path: string) => readFileSync(join(cases, path), 'utf8');

  test('LF in some lines and CRLF in others: two classes', () => {
    const found = parseExamples(file('csv-mixed-newlines/train.csv'), 'train.csv');
    expect(found.map(({ label: own }) => own)).toEqual(['1', '0', '1', '0', '1', '0']);
    expect(found.map(({ text }) => text)).toEqual(['good phone', 'bad phone', 'great sound', 'broke after a day', 'works great', 'not good']);
  });

  test('one column of texts', () => {
    expect(parseExamples(file('csv-mixed-newlines/texts-only.csv'), 'texts-only.csv')).toEqual([{ text: 'first text here' }, { text: 'second text here' }]);
  });
});
