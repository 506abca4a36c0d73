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
    const [found = NaN, evaluations = NaN, percent = NaN] = summary.match(/[\d.]+/g)?.map(Number) ?? [];
    expect(evaluations).toBe(20 * 25);
    expect(found).toBeGreaterThanOrEqual(18);
    expect(percent).toBeGreaterThanOrEqual(95);
    expect(percent).toBeLessThanOrEqual(100);
    expect(rows.filter((row) => /^\d+\.\d\d \d+\.\d\d/.test(row))).toHaveLength(found);
    expect(readme).toContain(summary);
  });

  it('measures its example against all genotypes that there are', () => {
    const genomes: (readonly number[])[] = [];
    const extend = (genome: readonly number[]): void => {
      if (genome.length === 6) return void genomes.push(genome);
      for (let step = 1; step <= (genome.at(-1) ?? 20); step += 1) extend([...genome, step]);
    };
    extend([]);
    const points = genomes.map((genome) => ({
      cost: genome.reduce((sum, step) => sum + step / 20, 0),
      score: genome.reduce((sum, step, i) => sum + (i + 1) * Math.sqrt(step / 20), 0),
    }));
    const whole = search.hypervolume(points, { cost: 6, score: 0 }, { cost: 'minimize', score: 'maximize' });
    expect(readme).toContain(`${points.length.toLocaleString('en')} genotypes have ${whole.toFixed(3)}`);
  });

  it('lists every exported value', () => {
    expect(Object.keys(search).filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  });
});
