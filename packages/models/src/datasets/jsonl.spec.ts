import { parseJsonl, parseRecords } from './jsonl.js';

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

describe('parseRecords', () => {
  test('a list of records, however it is laid out, and JSON lines', () => {
    const records = [{ text: 'a', label: 1 }, { text: 'b', pair: 'c' }];
    const table = { columns: ['text', 'label', 'pair'], hasHeader: true, rows: [{ line: 1, values: ['a', 1, undefined] }, { line: 2, values: ['b', undefined, 'c'] }] };
    expect(parseRecords(`\ufeff${JSON.stringify(records, null, 2).replaceAll('\n', '\r\n')}`, 'x.json')).toEqual({ ...table, unit: 'record' });
    expect(parseRecords(records.map((record) => JSON.stringify(record)).join('\n'), 'x.json')).toEqual({ ...table, unit: 'line' });
  });

  test.each<[string, RegExp]>([
    ['[{"text":"a"}', /x\.json begins as a JSON list and is not one: .*Expected \[\{"text"/],
    ['[{"text":"a"}, "b"]', /x\.json, record 2: "b" is not a JSON object/],
    ['[[12345678901234567890]]', /record 1: \["12345678901234567890"\] is not a JSON object/],
    ['{"text":\n"a"}', /x\.json, line 1: not JSON/],
  ])('refuses %j', (text, message) => {
    expect(() => parseRecords(text, 'x.json')).toThrow(expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringMatching(message) }));
  });
});
