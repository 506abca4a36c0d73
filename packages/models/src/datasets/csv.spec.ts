import fc from 'fast-check';
import Papa from 'papaparse';
import { parseCsv } from './csv.js';

describe('parseCsv', () => {
  test('quotes, doubled quotes, separators and line breaks inside quotes; lines are counted', () => {
    expect(parseCsv('text,label\r\n"a, ""b""\nc",1\r\n\r\nd,2', 'x.csv')).toEqual([
      { line: 1, values: ['text', 'label'] },
      { line: 2, values: ['a, "b"\nc', '1'] },
      { line: 5, values: ['d', '2'] },
    ]);
  });

  test('semicolons where the first line has no comma', () => {
    expect(parseCsv('text;label\na, b;1\n', 'x.csv')[1]?.values).toEqual(['a, b', '1']);
  });

  test('reads back what quoting wrote', () => {
    const field = fc.string().map((text) => text.replace(/\r/g, ''));
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field), { minLength: 1 }), (rows) => {
        const text = ['h,i', ...rows.map((row) => row.map(quote).join(','))].join('\n');
        expect(parseCsv(text, 'x.csv').slice(1).map(({ values }) => values)).toEqual(rows);
      }),
    );
  });

  test('names the line of a quote that never closes', () => {
    expect(() => parseCsv('text,label\n"a\nb",1\n"c,2\n', 'x.csv')).toThrow(/x\.csv, line 4: quoted field unterminated/);
  });

  test.each([',', ';', '\t'])('a header tells that %j separates the fields, also beside the other two', (separator) => {
    const others = [',', ';', '\t'].filter((other) => other !== separator).join(' ');
    expect(parseCsv(`text${separator}label\n"${others}"${separator}1\n`, 'x.csv')[1]?.values).toEqual([others, '1']);
    expect(parseCsv(`my text${separator}label\nx ${others} y${separator}1\n`, 'x.csv')[1]?.values).toEqual([`x ${others} y`, '1']);
    expect(parseCsv(`"id ${others}"${separator}text${separator}label\n1${separator}a${separator}b`, 'x.csv')[1]?.values).toEqual(['1', 'a', 'b']);
  });

  test('without a header it is what parts all rows alike', () => {
    expect(parseCsv('Good, really;1\nbad;0\nso, so, so;1\n', 'x.csv').map(({ values }) => values)).toEqual([['Good, really', '1'], ['bad', '0'], ['so, so, so', '1']]);
    expect(parseCsv('one text\nanother\n', 'x.csv').map(({ values }) => values)).toEqual([['one text'], ['another']]);
  });

  test('byte order marks before a quote, at the start and where another file was joined', () => {
    expect(parseCsv('\ufeff"text","label"\n"a",1\n\ufeff"b, c",0\n', 'x.csv').map(({ values }) => values)).toEqual([['text', 'label'], ['a', '1'], ['b, c', '0']]);
  });

  test('names the line of text after a quote; blanks there do not count', () => {
    expect(() => parseCsv('text,label\r\n"a\r\nb",1\r"c"d,2\n', 'x.csv')).toThrow(/x\.csv, line 4: text after the quote that ends a field/);
    expect(parseCsv('"a" ,"1"  \n', 'x.csv')[0]?.values).toEqual(['a', '1']);
  });

  test('reads what Papa Parse reads, where one line end is used throughout', () => {
    const part = fc.constantFrom('a', '"', '""', ',', ' ', 'é', '😀', '\u00a0', '\u2028', '\u0085');
    const plain = fc.array(part).map((parts) => parts.join('').replace(/[",]/g, '').replace(/^$/, 'x'));
    const quoted = fc.array(fc.oneof(part, fc.constant('\n'))).map((parts) => `"${parts.join('').replaceAll('"', '""')}"`);
    const row = fc.array(fc.oneof(plain, quoted), { minLength: 2, maxLength: 4 }).map((fields) => fields.join(','));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), fc.boolean(), (rows, ends) => {
        const text = rows.join('\n') + (ends ? '\n' : '');
        const { data } = Papa.parse<string[]>(text, { delimiter: ',', newline: '\n', skipEmptyLines: true });
        expect(parseCsv(text, 'x.csv').map(({ values }) => values)).toEqual(data);
      }),
    );
  });
});
