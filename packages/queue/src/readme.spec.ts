import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from '@length-adaptive/tools/testing/start-process';
import * as queue from './index.js';
import { describeWithRedis } from './testing/with-redis.js';

const root = join(__dirname, '..');
const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8');
const readme = read('README.md');

describe('README', () => {
  it('shows the example as it stands in examples/', () => {
    const blocks = [...readme.matchAll(/```(?:ts|js)\n([\s\S]*?)```/g)].map(([, block]) => block);
    expect(blocks.slice(0, 2)).toEqual([read('examples/evaluate.mjs'), read('examples/quick-start.ts')]);
  });

  it('lists every exported value, option and code', () => {
    const options = [
      ...read('src/options.ts').matchAll(/^ {2}readonly (\w+)\??:/gm),
      ...read('src/start-worker.ts').matchAll(/^ {2}readonly (\w+)\??:/gm),
    ];
    const codes = [...read('src/errors.ts').matchAll(/^ {2}\| '(\w+)'/gm)];
    const names = [...Object.keys(queue), ...[...options, ...codes].map(([, name = '']) => name)];
    expect(names.length).toBeGreaterThan(25);
    expect(names.filter((name) => !readme.includes(`\`${name}`))).toEqual([]);
  });
});

describeWithRedis('examples', ({ redis }) => {
  it.each([
    ['of the README', 'examples/quick-start.ts', /^\d+ designs that no other beats, of 32\n$/],
    ['of the documentation', 'src/testing/run-examples.ts', /^ran\n$/],
  ])('%s run, and end by themselves', async (_, file, printed) => {
    const example = startProcess(join(root, file), { env: { REDIS_URL: redis().url }, cwd: join(root, 'examples') });
    expect(await example.exit()).toBe(0);
    expect(example.printed()).toMatch(printed);
  });
});
