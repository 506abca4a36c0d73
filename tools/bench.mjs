/** `npm run bench [-- NAME...]`: set-up, build, then `benchmarks/NAME.ts` (all of them without a name), one after the other. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { buildPackages } from './lib/nx.mjs';
import { runNode } from './lib/run.mjs';
import { setUp, workspaceRoot } from './lib/setup.mjs';

const folder = path.join(workspaceRoot, 'benchmarks');
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && file !== 'harness.ts')
  .map((file) => path.basename(file, '.ts'))
  .sort();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));

if (unknown.length > 0) {
  console.error(
    `bench: there is no benchmark ${unknown.map((name) => `"${name}"`).join(', ')}. There are: ${known.join(', ') || 'none yet'}.`,
  );
  process.exit(1);
}
await setUp();
if ((await buildPackages()) !== 0) process.exit(1);

/** @type {string[]} */
const failed = [];
for (const name of asked.length > 0 ? asked : known) {
  console.log(`\nbench: ${name}`);
  const code = await runNode(['--import', 'tsx', path.join(folder, `${name}.ts`)], workspaceRoot);
  if (code !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`\nbench: failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
