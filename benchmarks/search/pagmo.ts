/** pagmo2, where it can be compiled (`apt-get install libpagmo-dev g++`): what is compared with it runs in turn with it, on the same points. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Gives a job to pagmo: a line of milliseconds and of a result for each repeat. */
export type Pagmo = (job: string) => readonly { readonly ms: number; readonly result: number }[];

/** @returns undefined where there is no compiler or no pagmo */
export const compilePagmo = (): Pagmo | undefined => {
  const source = fileURLToPath(new URL('../peers/pagmo.cpp', import.meta.url));
  const program = path.join(mkdtempSync(path.join(tmpdir(), 'pagmo-')), 'pagmo');
  const flags = ['-O2', '-std=c++17', source, '-lpagmo', '-lboost_serialization', '-ltbb', '-o', program];
  try {
    execFileSync('g++', flags, { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return (job) =>
    execFileSync(program, { input: job, encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((line) => {
        const [ms = Number.NaN, result = Number.NaN] = line.split(' ').map(Number);
        return { ms, result };
      });
};
