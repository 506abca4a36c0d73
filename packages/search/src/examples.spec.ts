import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import * as search from './index.js';
import { tradeOff } from './testing/trade-off.js';

const sources = readdirSync(__dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));

const examples = sources.flatMap((name) =>
  [...readFileSync(join(__dirname, name), 'utf8').matchAll(/@example\n([\s\S]*?)\*\//g)].map(([, block = '']) => ({
    name,
    code: block.replaceAll(/^\s*\* ?/gm, '').trim(),
  })),
);

describe('examples in the documentation', () => {
  it('are there', () => {
    expect(examples.length).toBeGreaterThanOrEqual(12);
  });

  it.each(examples)('run: $name: $code', async ({ code }) => {
    const text = JSON.stringify(new search.Nsga2(tradeOff(), { generations: 1 }).checkpoint());
    const scope = { ...search, problem: tradeOff(), text };
    const run = compileFunction(`return (async () => {{ ${code}\n }})();`, Object.keys(scope));
    await run(...Object.values(scope));
  });
});
