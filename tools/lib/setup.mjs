/**
 * Installs the dependencies when they are missing or older than package-lock.json. Plain Node: it runs before anything is installed.
 *
 * A stamp in node_modules/.cache says which lockfile, Node major and platform the installed tree belongs to. `npm ci` by hand leaves none
 * (no scripts run at an installation, see .npmrc): then npm's own list of what it installed is compared with the lockfile.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { treeMatchesLock } from './installed-tree.mjs';
import { runQuietly, runShell } from './run.mjs';

export const workspaceRoot = path.resolve(import.meta.dirname, '../..');

const nodeModules = path.join(workspaceRoot, 'node_modules');
const stampFile = path.join(nodeModules, '.cache/length-adaptive/install.sha256');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

const wantedStamp = () =>
  createHash('sha256')
    .update(readFileSync(path.join(workspaceRoot, 'package-lock.json')))
    .update(`node ${major} ${process.platform} ${process.arch}`)
    .digest('hex');

const installedStamp = () => (existsSync(stampFile) ? readFileSync(stampFile, 'utf8').trim() : undefined);

/** Says that node_modules now matches package-lock.json. */
const writeStamp = () => {
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, `${wantedStamp()}\n`);
};

/** Makes node_modules match package-lock.json; exits with a message where it cannot. */
export const setUp = async () => {
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`set-up: Node 20.19 or newer is needed, this is ${process.version}. See https://nodejs.org.`);
    process.exit(1);
  }
  const stamp = installedStamp();
  if (stamp === wantedStamp()) return;
  if (stamp === undefined && treeMatchesLock(workspaceRoot)) return writeStamp();

  const reason = existsSync(nodeModules) ? 'node_modules does not match package-lock.json' : 'nothing is installed yet';
  const start = performance.now();
  console.log(`set-up: ${reason}; running \`npm ci\` (about half a minute) ...`);
  if ((await runQuietly('npm ci', workspaceRoot)) !== 0) {
    console.error(
      'set-up: `npm ci` failed, its message is above. Trying `npm install --no-save`, which does not insist on the lockfile ...',
    );
    if ((await runShell('npm install --no-save', workspaceRoot)) !== 0) {
      console.error('set-up: the dependencies could not be installed. Is the npm registry reachable (`npm ping`)?');
      process.exit(1);
    }
  }
  writeStamp();
  console.log(`set-up: done in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
};
