import { formatSummary, summarize } from './lib/summary.mjs';

const lastLine = (...args: Parameters<typeof summarize>) => formatSummary(summarize(...args)).at(-1);

describe('the summary of npm test', () => {
  it('counts the tests of a jest run, and every other task as one check', () => {
    const tasks = [
      { project: 'core', target: 'lint', status: 'success' },
      { project: 'core', target: 'build', status: 'local-cache' },
      { project: 'core', target: 'test', status: 'local-cache' },
    ];
    expect(lastLine(tasks, { core: { passed: 40, failed: [], skipped: [] } })).toBe('42 passed, 0 failed');
  });

  it('names what failed and what was skipped', () => {
    const tasks = [
      { project: 'core', target: 'lint', status: 'failure' },
      { project: 'core', target: 'size', status: 'not-run' },
      { project: 'core', target: 'test', status: 'failure' },
    ];
    const results = { core: { passed: 2, failed: ['a b'], skipped: ['c, no GPU here'] } };
    expect(formatSummary(summarize(tasks, results))).toEqual([
      'failed   core:lint',
      'failed   core:size  (not run: what it depends on failed)',
      'failed   core:test  a b',
      'skipped  core:test  c, no GPU here',
      '2 passed, 3 failed, 1 skipped',
    ]);
  });

  it('counts a jest run that fails without a failed test as one failure', () => {
    const failure = [{ project: 'core', target: 'test', status: 'failure' }];
    expect(lastLine(failure, {})).toBe('0 passed, 1 failed');
    expect(lastLine(failure, { core: { passed: 3, failed: [], skipped: [] } })).toBe('3 passed, 1 failed');
  });

  it('counts a project without tests as nothing', () => {
    expect(lastLine([{ project: 'cli', target: 'test', status: 'success' }], {})).toBe('0 passed, 0 failed');
  });
});
