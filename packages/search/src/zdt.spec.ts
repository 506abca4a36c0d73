import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

describe('benchmarks/zdt.ts, 25,000 evaluations, population 100, three seeds', () => {
  // In a process of its own: measured code runs as it does for a user.
  const script = join(__dirname, '..', 'benchmarks', 'zdt.ts');
  const output = execFileSync(process.execPath, ['--import', 'tsx', script, '3', '--json'], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const { zdt1, zdt2 } = JSON.parse(output) as Record<'zdt1' | 'zdt2', { hypervolume: { median: number } }>;

  it('reaches a median hypervolume of 0.868 on ZDT1 and 0.534 on ZDT2, reference (1.1, 1.1)', () => {
    expect(zdt1.hypervolume.median).toBeGreaterThanOrEqual(0.868);
    expect(zdt2.hypervolume.median).toBeGreaterThanOrEqual(0.534);
  });
});
