import { reportProblems } from './compare-reports.mjs';

const report = (...lines: readonly string[]): string => lines.join('\n');

it('says nothing of reports that are as kept', () => {
  const reports = new Map([['index.api.md', 'export const a: 1;']]);
  expect(reportProblems('core', reports, new Map(reports))).toEqual([]);
});

it('names the lines that came and went', () => {
  const kept = new Map([['index.api.md', report('export const a: number;', '', 'export const b: 2;', '')]]);
  const built = new Map([
    ['index.api.md', report('export const a: string;', '', 'export const b: 2;', '', 'export const c: 3;')],
  ]);
  expect(reportProblems('core', kept, built)).toEqual([
    report(
      'packages/core/api/index.api.md does not say what the package now exports:',
      '  - export const a: number;',
      '  + export const a: string;',
      '  + export const c: 3;',
    ),
  ]);
});

it('wants a report of every entry point, and none of what is gone', () => {
  const [missing, gone] = reportProblems('core', new Map([['old.api.md', '']]), new Map([['new.api.md', '']]));
  expect(missing).toMatch(/packages\/core\/api\/new\.api\.md is missing/);
  expect(gone).toMatch(/packages\/core\/api\/old\.api\.md is about an entry point that the package does not have/);
});
