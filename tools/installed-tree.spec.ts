import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { treeMatchesLock } from './lib/installed-tree.mjs';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'length-adaptive-tree-'));
  mkdirSync(path.join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const locked = {
  '': { name: 'workspace' },
  'packages/core': { version: '0.1.0' },
  'node_modules/@our/core': { resolved: 'packages/core', link: true },
  'node_modules/jest': { version: '30.0.0', integrity: 'sha512-jest' },
  'node_modules/jest/node_modules/glob': { version: '10.0.0', integrity: 'sha512-glob' },
  'node_modules/@esbuild/win32-x64': { version: '0.28.0', integrity: 'sha512-win', optional: true },
};

const matches = (lock: object, installed?: object): boolean => {
  writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ packages: lock }));
  if (installed)
    writeFileSync(path.join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
  return treeMatchesLock(root);
};

const { 'node_modules/@esbuild/win32-x64': windows, ...installed } = locked;

describe('node_modules matches package-lock.json', () => {
  test('with what is locked, whether or not the packages of other platforms are there', () => {
    expect(matches(locked, installed)).toBe(true);
    expect(matches(locked, locked)).toBe(true);
  });

  test.each<[string, object | undefined]>([
    ['nothing installed', undefined],
    ['a package that is absent', { ...installed, 'node_modules/jest': undefined }],
    ['another version', { ...installed, 'node_modules/jest': { version: '29.0.0', integrity: 'sha512-jest' } }],
    [
      'other bytes',
      { ...installed, 'node_modules/jest/node_modules/glob': { version: '10.0.0', integrity: 'sha512-other' } },
    ],
    [
      'an optional one in another version',
      { ...installed, 'node_modules/@esbuild/win32-x64': { ...windows, version: '0.27.0' } },
    ],
  ])('not with %s', (_, tree) => {
    expect(matches(locked, tree)).toBe(false);
  });
});
