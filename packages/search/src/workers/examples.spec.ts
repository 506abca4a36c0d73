import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { Search } from '../index.js';
import { tradeOff } from '../testing/trade-off.js';
import { workerPool } from './index.js';

const exampleOf = (name: string): string => {
  const [, block = ''] = /@example\n([\s\S]*?)\*\//.exec(readFileSync(join(__dirname, name), 'utf8')) ?? [];
  return block.replaceAll(/^\s*\* ?/gm, '');
};

it('the examples of the pool and of its workers run together', async () => {
  const files: string[] = [];
  const workerData = { example: exampleOf('serve-evaluations.ts') };
  class ExampleWorker extends Worker {
    constructor(file: URL) {
      super(join(__dirname, '..', 'testing', 'evaluating-worker.cjs'), { workerData });
      files.push(file.href);
    }
  }
  const scope = { Search, workerPool, Worker: ExampleWorker, problem: tradeOff(), here: 'file:///app/main.js' };
  const code = exampleOf('worker-pool.ts').replaceAll('import.meta.url', 'here');
  const run = compileFunction(`return (async () => {{ ${code}\n return front; }})();`, Object.keys(scope));
  expect(await run(...Object.values(scope))).not.toHaveLength(0);
  expect(files).toEqual(['file:///app/score.js', 'file:///app/score.js']);
});
