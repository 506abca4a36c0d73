/** `npm test`: set-up, then every check of every project through Nx; the last line says how many passed and failed. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkSync, runTargets } from './lib/nx.mjs';
import { setUpPrograms } from './lib/programs.mjs';
import { setUp, workspaceRoot } from './lib/setup.mjs';
import { formatSummary, summarize } from './lib/summary.mjs';

const results = path.join(workspaceRoot, 'test-results');

await setUp();
await setUpPrograms();
rmSync(results, { recursive: true, force: true });
const sync = await checkSync();
const { code, tasks } = await runTargets(
  ['lint', 'check-format', 'check-imports', 'typecheck', 'build', 'check-package', 'size', 'check-api', 'knip', 'test'],
  { name: 'test' },
);
const all = [sync, ...(tasks.length > 0 ? tasks : [{ project: 'workspace', target: 'nx', status: 'failure' }])];
mkdirSync(results, { recursive: true });
writeFileSync(path.join(results, 'tasks.json'), `${JSON.stringify(all, null, 2)}\n`);

/** @type {Parameters<typeof summarize>[1]} */
const testResults = {};
for (const { project, target } of all) {
  const file = path.join(results, `${project}.json`);
  if (target === 'test' && existsSync(file)) testResults[project] = JSON.parse(readFileSync(file, 'utf8'));
}
const summary = summarize(all, testResults);
console.log(`\n${formatSummary(summary).join('\n')}`);
process.exitCode = code !== 0 || summary.failed.length > 0 ? 1 : 0;
