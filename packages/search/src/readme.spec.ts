import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as search from './index.js';

const root = join(__dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('README', () => {
  it('shows examples/quick-start.ts, which runs and finds a front', () => {
    const file = join(root, 'examples', 'quick-start.ts');
    const block = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
    expect(block).toBe(readFileSync(file, 'utf8'));
    const output = execFileSync(process.execPath, ['--conditions=@length-adaptive/source', '--import', 'tsx', file], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const [summary = '', ...rows] = output.trim().split('\n');
    const [found = NaN, evaluations = NaN] = summary.match(/\d+/g)?.map(Number) ?? [];
    expect(evaluations).toBe(12 * 41);
    expect(found).toBeGreaterThanOrEqual(10);
    expect(rows.filter((row) => /^\d+\.\d\d \d+\.\d\d/.test(row))).toHaveLength(found);
    expect(readme).toContain(summary);
  });

  it('lists every exported value', () => {
    expect(Object.keys(search).filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  });
});
