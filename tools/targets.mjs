/** `node tools/targets.mjs TARGET... [--projects=PATTERN]`: set-up, then these targets of every project, or of those that are named. */
import { runTargets } from './lib/nx.mjs';
import { setUp } from './lib/setup.mjs';

const given = process.argv.slice(2);
const flags = given.filter((argument) => argument.startsWith('--'));

await setUp();
const { code } = await runTargets(
  given.filter((argument) => !flags.includes(argument)),
  { flags },
);
process.exitCode = code;
