import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../../..');

/** Versions that the app installs beside our packages: those of the README, and the bundler. */
const dependencies = [
  ...['tfjs', 'tfjs-backend-wasm', 'tfjs-backend-webgpu'].map((name) => `@tensorflow/${name}@4.22.0`),
  'typescript@5.9.3',
  'vite@7',
];

const run = (command: string, args: readonly string[], cwd: string): string => {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe', env: { ...process.env, FORCE_COLOR: '0' } });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
};

/** An app in a folder of its own, built. */
export interface BuiltApp {
  readonly dist: string;
  remove(): void;
}

/** Installs our packages as they would be published into a copy of `app`, and builds it: types, then Vite. The packages must be built. */
export const buildApp = (packages: readonly string[]): BuiltApp => {
  const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-app-'));
  cpSync(path.join(__dirname, 'app'), folder, { recursive: true });
  const tarballs = packages.map((name) => run('npm', ['pack', '--silent', '--pack-destination', folder], path.join(root, 'packages', name)).trim());
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs.map((name) => `./${name}`), ...dependencies], folder);
  run('npm', ['run', 'build'], folder);
  return { dist: path.join(folder, 'dist'), remove: () => rmSync(folder, { recursive: true, force: true }) };
};
