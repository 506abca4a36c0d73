import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { statusScript } from './status-page.js';

const sourcesOf = (name: string): string => dirname(require.resolve(name));

const compilerOptions = {
  allowJs: true,
  checkJs: true,
  noEmit: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  skipLibCheck: true,
  target: 'es2022',
  module: 'nodenext',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  // One file of each package: with their types of tensors this takes half a minute.
  paths: {
    '@length-adaptive/core': [join(sourcesOf('@length-adaptive/core'), 'operating-point.ts')],
    '@length-adaptive/models': [join(sourcesOf('@length-adaptive/models'), 'length-adaptive-file.ts')],
  },
};

/** The script is text to the compiler: here it is checked like any other source, against the real type of what it is given. */
test('the script of the page has no type errors', () => {
  const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-page-'));
  const file = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const wrong = '(/** @param {ModelStatus} model */ (model) => model.queueDelaySeconds)';
  file(
    'page.js',
    `/** @typedef {import('${join(__dirname, '../http/status-body.js')}').StatusBody} ModelStatus */\n${statusScript}\n${wrong};\nexport {};`,
  );
  file('tsconfig.json', JSON.stringify({ compilerOptions, files: ['page.js'] }));
  const { stdout } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', folder], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  const found = stdout.split('\n').filter((line) => line.includes('page.js('));
  expect(found).toEqual([expect.stringContaining("'queueDelaySeconds' does not exist on type 'StatusBody'")]); // ours, and no other
});
