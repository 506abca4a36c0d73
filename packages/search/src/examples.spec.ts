import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import * as algorithms from './algorithms/index.js';
import * as search from './index.js';
import * as suites from './suites/index.js';
import * as surrogate from './surrogate/index.js';
import * as svg from './svg/index.js';
import { tradeOff } from './testing/trade-off.js';

/** The examples of workers/ need a worker, and have a test of their own. */
const sources = readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.startsWith('workers'),
);

const examples = sources.flatMap((name) =>
  [...readFileSync(join(__dirname, name), 'utf8').matchAll(/@example\n([\s\S]*?)\*\//g)].map(([, block = '']) => ({
    name,
    code: block.replaceAll(/^\s*\* ?/gm, '').trim(),
  })),
);

describe('examples in the documentation', () => {
  it('are there', () => {
    expect(examples.length).toBeGreaterThanOrEqual(40);
  });

  it.each(examples)('run: $name: $code', async ({ code }) => {
    const text = JSON.stringify(new search.Search(tradeOff(), { generations: 1 }).checkpoint());
    const scope = {
      ...search,
      ...algorithms,
      ...suites,
      ...surrogate,
      ...svg,
      problem: tradeOff(),
      search: new search.Search(tradeOff(), { generations: 1 }),
      text,
    };
    const run = compileFunction(`return (async () => {{ ${code}\n }})();`, Object.keys(scope));
    await run(...Object.values(scope));
  });
});
