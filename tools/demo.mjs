/** `npm run demo [-- ARGUMENTS]`: set-up, build, then `lat demo --train` into `runs/demo` with these arguments. */
import path from 'node:path';
import { buildPackages } from './lib/nx.mjs';
import { runNode } from './lib/run.mjs';
import { setUp, workspaceRoot } from './lib/setup.mjs';

await setUp();
console.log('build: the packages, from their sources');
if ((await buildPackages()) !== 0) process.exit(1);
console.log('');
process.exitCode = await runNode(
  [
    path.join(workspaceRoot, 'packages/cli/dist/bin.js'),
    'demo',
    '--train',
    '--out',
    path.join('runs', 'demo'),
    ...process.argv.slice(2),
  ],
  workspaceRoot,
);
