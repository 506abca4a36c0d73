/** `node tools/targets.mjs TARGET...`: set-up, then these targets of every project. */
import { runTargets } from './lib/nx.mjs';
import { setUp } from './lib/setup.mjs';

await setUp();
process.exitCode = await runTargets(process.argv.slice(2));
