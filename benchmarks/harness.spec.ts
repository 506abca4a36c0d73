import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  assertRows,
  compareInTurn,
  formatSpread,
  formatTable,
  quantile,
  ratio,
  report,
  rowsLeftOut,
  spread,
} from './harness.js';

const row = { id: 'demo.a', value: 1.5, unit: 'ms', note: 'median of 3' };

describe('statistics', () => {
  it('interpolates quantiles between the nearest values, in any order of input', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 1, 2], 1)).toBe(10);
    expect(spread([5, 1, 4, 2, 3])).toEqual({ p25: 2, p50: 3, p75: 4, count: 5 });
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });

  it('pairs the rounds of a ratio, so a slow machine in one round cancels out', () => {
    expect(ratio([2, 20, 200], [1, 10, 100])).toEqual({ p25: 2, p50: 2, p75: 2, count: 3 });
    expect(() => ratio([1, 2], [1])).toThrow('2 against 1 values');
  });

  it('formats a median with its quartiles', () => {
    expect(formatSpread(spread([1, 2, 3]), 1)).toBe('2.0 (1.5 to 2.5, n = 3)');
  });
});

describe('compareInTurn', () => {
  it('runs the contenders in turn and leaves the warm-up out', async () => {
    const order: string[] = [];
    let clock = 0;
    const work = (name: string, cost: number) => () => {
      order.push(name);
      clock += cost;
      return Promise.resolve();
    };
    const times = await compareInTurn({ a: work('a', 1), b: work('b', 3) }, { rounds: 2, warmup: 1, now: () => clock });
    expect(order.join('')).toBe('ababab');
    expect(times).toEqual({ a: [1, 1], b: [3, 3] });
    order.length = 0;
    const settled = { rounds: 2, warmup: 0, now: () => clock, settle: 2 };
    expect(await compareInTurn({ a: work('a', 1), b: work('b', 3) }, settled)).toEqual(times);
    expect(order.join('')).toBe('aaabbbaaabbb');
  });
});

describe('rows', () => {
  it('aligns numbers to the right and text to the left', () => {
    expect(
      formatTable(
        ['id', 'value'],
        [
          ['a', 1],
          ['long', 12.5],
        ],
      ),
    ).toBe('id    value\n----  -----\na         1\nlong   12.5');
  });

  it.each([
    ['an id of another benchmark', [{ ...row, id: 'other.a' }], 'must start with "demo."'],
    ['an id twice', [row, row], 'twice'],
    ['a value that is not finite', [{ ...row, value: Number.NaN }], 'its value is NaN'],
    ['no unit', [{ ...row, unit: '' }], 'no unit'],
    ['no note', [{ ...row, note: '' }], 'no note'],
    ['no rows', [], 'no rows'],
  ])('refuses %s', (_, rows, message) => {
    expect(() => assertRows('demo', rows)).toThrow(message);
  });

  it('allows ids under other names where it is told to', () => {
    const other = [row, { ...row, id: 'other.a' }];
    expect(() => assertRows('demo', other, { alsoUnder: ['other'] })).not.toThrow();
    expect(() => assertRows('demo', [{ ...row, id: 'others.a' }], { alsoUnder: ['other'] })).toThrow(
      'must start with "demo." or "other."',
    );
  });

  it('prints the table and writes the whole file', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      report('demo', [row, { ...row, id: 'demo.b' }], { folder });
      expect(log.mock.calls.join('\n')).toContain('demo.b');
      expect(readdirSync(folder)).toEqual(['demo.json']);
      expect(JSON.parse(readFileSync(path.join(folder, 'demo.json'), 'utf8'))).toEqual([row, { ...row, id: 'demo.b' }]);
    } finally {
      log.mockRestore();
      rmSync(folder, { recursive: true });
    }
  });

  it('keeps the rows of groups that a run left out, and none of those that it has', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const groupOf = ({ id }: { readonly id: string }): string => id.slice(0, 6);
    try {
      expect(rowsLeftOut('demo', [row], groupOf, folder)).toEqual([]);
      report('demo', [row, { ...row, id: 'demo.a2' }, { ...row, id: 'demo.b' }], { folder });
      expect(rowsLeftOut('demo', [row], groupOf, folder)).toEqual([{ ...row, id: 'demo.b' }]);
    } finally {
      log.mockRestore();
      rmSync(folder, { recursive: true });
    }
  });
});
