/** Runs commands of `lat` as processes of their own. A stage that is done is not run again; one that was interrupted goes on. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stage } from './recipe.js';
import { commandOf } from './recipe.js';

const bin = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));

const checkpoints = ['checkpoint.json', 'search-checkpoint.json'];

const run = (argv: readonly string[], output: 'ignore' | number = 'ignore'): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...argv], { stdio: ['ignore', output, 'inherit'] });
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`lat ${argv.join(' ')} ended with ${code}`)),
    );
  });

/** `BENCH_THREADS` runs every stage on so many threads: several benchmarks side by side do best with one each. */
const threads = process.env['BENCH_THREADS'] === undefined ? [] : ['--threads', process.env['BENCH_THREADS']];

/** Runs a stage unless its result is there; `work` does it. */
const unlessDone = async <Result>(stage: Stage, work: (result: string) => Promise<void>): Promise<Result> => {
  const result = path.join(stage.folder, 'result.json');
  const flagsFile = path.join(stage.folder, 'bench-flags.json');
  const flags = JSON.stringify(stage.flags);
  if (existsSync(flagsFile) && readFileSync(flagsFile, 'utf8') !== flags) {
    throw new Error(
      `${stage.folder} holds a run of ${readFileSync(flagsFile, 'utf8')}, not of ${flags}: remove the folder to run it anew.`,
    );
  }
  if (!existsSync(result)) {
    mkdirSync(stage.folder, { recursive: true });
    writeFileSync(flagsFile, flags);
    console.log(`lat ${commandOf(stage).join(' ')}`);
    await work(result);
  }
  return JSON.parse(readFileSync(result, 'utf8')) as Result;
};

/**
 * @returns what `result.json` of the stage says
 * @throws Error if the folder holds what came of other flags
 */
export const runStage = <Result>(stage: Stage): Promise<Result> =>
  unlessDone(stage, async () => {
    const interrupted = checkpoints.some((file) => existsSync(path.join(stage.folder, file)));
    await run([...commandOf(stage), ...threads, ...(interrupted ? ['--resume'] : [])]);
  });

/** The same for a command that keeps no record of its run: what it prints as JSON becomes the `result.json` of the stage. */
export const runPrintedStage = <Result>(stage: Stage): Promise<Result> =>
  unlessDone(stage, async (result) => {
    const output = openSync(`${result}.part`, 'w');
    try {
      await run([...commandOf(stage), ...threads, '--json'], output);
    } finally {
      closeSync(output);
    }
    renameSync(`${result}.part`, result);
  });
