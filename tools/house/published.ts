import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the workspace. */
export const root = path.resolve(__dirname, '../..');

/** What package.json says of a published package, as far as the tests look. */
export interface Manifest {
  readonly name: string;
  readonly main: string;
  readonly module: string;
  readonly types: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')) as Manifest;

/** The folders of the published packages, from the root: `packages/core`. */
export const published: readonly string[] = readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}`);
