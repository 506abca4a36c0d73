/** Runs commands of `lat` as processes of their own. A stage that is done is not run again; one that was interrupted goes on. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stage } from './recipe.js';
import { commandOf } from './recipe.js';

const bin = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));

const checkpoints = ['checkpoint.json', 'search-checkpoint.json'];

const run = (argv: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...argv], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`lat ${argv.join(' ')} ended with ${code}`))));
  });

/** `BENCH_THREADS` runs every stage on so many threads: several benchmarks side by side do best with one each. */
const threads = process.env['BENCH_THREADS'] === undefined ? [] : ['--threads', process.env['BENCH_THREADS']];

/**
 * @returns what `result.json` of the stage says
 * @throws Error if the folder holds what came of other flags
 */
export const runStage = async <Result>(stage: Stage): Promise<Result> => {
  const result = path.join(stage.folder, 'result.json');
  const flagsFile = path.join(stage.folder, 'bench-flags.json');
  const flags = JSON.stringify(stage.flags);
  if (existsSync(flagsFile) && readFileSync(flagsFile, 'utf8') !== flags) {
    throw new Error(`${stage.folder} holds a run of ${readFileSync(flagsFile, 'utf8')}, not of ${flags}: remove the folder to run it anew.`);
  }
  if (!existsSync(result)) {
    mkdirSync(stage.folder, { recursive: true });
    writeFileSync(flagsFile, flags);
    console.log(`lat ${commandOf(stage).join(' ')}`);
    const interrupted = checkpoints.some((file) => existsSync(path.join(stage.folder, file)));
    await run([...commandOf(stage), ...threads, ...(interrupted ? ['--resume'] : [])]);
  }
  return JSON.parse(readFileSync(result, 'utf8')) as Result;
};
