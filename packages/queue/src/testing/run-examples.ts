/** Runs the examples of the documentation as they stand there, but for the address; to be started in examples/. */
import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { realVector, Search } from '@length-adaptive/search';
import * as queue from '../index.js';

const exampleOf = (name: string): string => {
  const [, block = ''] =
    /@example\n([\s\S]*?)\*\//.exec(readFileSync(new URL(`../${name}.ts`, import.meta.url), 'utf8')) ?? [];
  return block.replaceAll(/^\s*\* ?/gm, '').replaceAll('redis://127.0.0.1:6379', process.env['REDIS_URL'] ?? '');
};

const problem = {
  ...realVector({ length: 2, lower: 0.1, upper: 2 }),
  objectives: { weight: 'minimize', sag: 'minimize' },
};
const scope = { ...queue, Search, problem };

const run = (name: string): Promise<unknown> =>
  compileFunction(
    `return (async () => {{ ${exampleOf(name)} return typeof front === 'undefined' ? undefined : front; }})();`,
    Object.keys(scope),
  )(...Object.values(scope)) as Promise<unknown>;

await run('open-redis');
const worker = run('start-worker');
const front = (await run('queue-evaluator')) as readonly unknown[];
process.kill(process.pid, 'SIGTERM');
await worker;
process.stdout.write(`${front.length > 0 ? 'ran' : 'no front'}\n`);
