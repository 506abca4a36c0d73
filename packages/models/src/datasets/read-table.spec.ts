import { parseTsv } from './read-table.js';

describe('parseTsv', () => {
  test('has no quoting: quotes are characters', () => {
    expect(parseTsv('a\tb\r\n"open\t1\n\nx "y" z\t2\n')).toEqual([
      { line: 1, values: ['a', 'b'] },
      { line: 2, values: ['"open', '1'] },
      { line: 4, values: ['x "y" z', '2'] },
    ]);
  });

  test('no white space but a tab, a line end and a blank line means anything', () => {
    const text = ' a \u00a0\tx\u2028y\u2029\u0085\u000b\u000cz\n\u00a0\n \t \n';
    expect(parseTsv(text).map(({ values }) => values)).toEqual([[' a \u00a0', 'x\u2028y\u2029\u0085\u000b\u000cz'], ['\u00a0'], [' ', ' ']]);
  });
});
