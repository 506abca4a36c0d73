import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand } from '@length-adaptive/tools/testing/run-command';

const root = path.resolve(__dirname, '../../..');

/** An app in a folder of its own, built. */
export interface BuiltApp {
  readonly dist: string;
  remove(): void;
}

/** Installs our packages as they would be published into a copy of `app`, and builds it: types, then Vite. The packages must be built. */
export const buildApp = async (packages: readonly string[]): Promise<BuiltApp> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-app-'));
  cpSync(path.join(__dirname, 'app'), folder, { recursive: true });
  const tarballs: string[] = [];
  for (const name of packages) {
    const packed = await runCommand('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: path.join(root, 'packages', name),
    });
    tarballs.push(`./${packed.trim()}`);
  }
  await runCommand('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs], { cwd: folder });
  await runCommand('npm', ['run', 'build'], { cwd: folder });
  return { dist: path.join(folder, 'dist'), remove: () => rmSync(folder, { recursive: true, force: true }) };
};
