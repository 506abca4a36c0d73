import fc from 'fast-check';
import { parseJsonl } from './jsonl.js';
import { parseCsv, parseTsv } from './read-table.js';

describe('parseTsv', () => {
  test('has no quoting: quotes are characters', () => {
    expect(parseTsv('a\tb\r\n"open\t1\n\nx "y" z\t2\n')).toEqual([
      { line: 1, values: ['a', 'b'] },
      { line: 2, values: ['"open', '1'] },
      { line: 4, values: ['x "y" z', '2'] },
    ]);
  });
});

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
});

describe('parseJsonl', () => {
  test('keys are columns; what a line lacks is undefined', () => {
    const { columns, rows } = parseJsonl('{"text":"a","label":1}\n\n{"text":"b","toString":null}\n', 'x.jsonl');
    expect(columns).toEqual(['text', 'label', 'toString']);
    expect(rows).toEqual([
      { line: 1, values: ['a', 1, undefined] },
      { line: 3, values: ['b', undefined, null] },
    ]);
  });

  test('names the line that is wrong', () => {
    expect(() => parseJsonl('{}\n{"a":\n', 'x.jsonl')).toThrow(/x\.jsonl, line 2: not JSON/);
    expect(() => parseJsonl('[1]\n', 'x.jsonl')).toThrow(/x\.jsonl, line 1: \[1\] is not a JSON object/);
  });
});
