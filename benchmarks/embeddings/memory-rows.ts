/** What one long text among a thousand short ones costs in memory. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row } from '../harness.js';

const script = fileURLToPath(new URL('memory.ts', import.meta.url));

/** Bytes that a process of its own held at most. */
const most = (...argv: readonly string[]): number =>
  Number(execFileSync(process.execPath, ['--import', 'tsx', script, ...argv], { encoding: 'utf8' }).trim().split('\n').at(-1)); // prettier-ignore

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

export const memoryRows = (): Row[] => {
  const short = most();
  return (['cut', 'windows'] as const).map((way) => {
    const both = most(way);
    return {
      id: `embeddings.memory.${way}`,
      value: both / short,
      unit: 'times the memory of the short texts',
      note: `1,000 texts of a sentence with one of 8,000 tokens among them, ${way === 'cut' ? 'cut' : 'read in windows'}: at most ${megabytes(both)} resident, without it ${megabytes(short)}; each in a process of its own`,
    };
  });
};
