/** `npm test`: set-up, then every check of every project through Nx; the last line says how many passed and failed. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runNx, runTargets } from './lib/nx.mjs';
import { setUpPrograms } from './lib/programs.mjs';
import { setUp, workspaceRoot } from './lib/setup.mjs';
import { formatSummary, summarize } from './lib/summary.mjs';

const results = path.join(workspaceRoot, 'test-results');
const recorded = path.join(results, 'tasks.json');
/** @param {string} file */
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

await setUp();
await setUpPrograms();
rmSync(results, { recursive: true, force: true });
const syncCode = await runNx(['sync:check']);
const code = await runTargets(['lint', 'typecheck', 'build', 'check-package', 'size', 'check-api', 'knip', 'test'], {
  env: { RECORD_TASKS: recorded },
});

const tasks = [
  { project: 'workspace', target: 'sync', status: syncCode === 0 ? 'success' : 'failure' },
  ...(existsSync(recorded) ? readJson(recorded) : [{ project: 'workspace', target: 'nx', status: 'failure' }]),
];
/** @type {Parameters<typeof summarize>[1]} */
const testResults = {};
for (const { project, target } of tasks) {
  const file = path.join(results, `${project}.json`);
  if (target === 'test' && existsSync(file)) testResults[project] = readJson(file);
}
const summary = summarize(tasks, testResults);
console.log(`\n${formatSummary(summary).join('\n')}`);
process.exitCode = code !== 0 || summary.failed.length > 0 ? 1 : 0;
