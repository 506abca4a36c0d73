/** `npm run demo [-- ARGUMENTS]`: set-up, build, then `examples/demo.mjs` with these arguments. */
import path from 'node:path';
import { buildPackages } from './lib/nx.mjs';
import { runNode } from './lib/run.mjs';
import { setUp, workspaceRoot } from './lib/setup.mjs';

await setUp();
if ((await buildPackages()) !== 0) process.exit(1);
process.exitCode = await runNode(
  [path.join(workspaceRoot, 'examples/demo.mjs'), ...process.argv.slice(2)],
  workspaceRoot,
);
