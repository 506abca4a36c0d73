import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { Search } from '../index.js';
import { tradeOff } from '../testing/trade-off.js';
import { evaluateEach } from './evaluate-each.js';
import { successiveHalving } from './successive-halving.js';

it.each(['evaluate-each.ts', 'successive-halving.ts'])('the example of %s runs', async (name) => {
  const [, block = ''] = /@example\n([\s\S]*?)\*\//.exec(readFileSync(join(__dirname, name), 'utf8')) ?? [];
  const scope = { Search, evaluateEach, successiveHalving, problem: tradeOff() };
  const run = compileFunction(
    `return (async () => {{ ${block.replaceAll(/^\s*\* ?/gm, '')}\n return front; }})();`,
    Object.keys(scope),
  );
  expect(await run(...Object.values(scope))).not.toHaveLength(0);
});
