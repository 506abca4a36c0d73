import { readFileSync } from 'node:fs';
import path from 'node:path';
import { productionTree } from './dependency-tree.js';
import { published, root } from './published.js';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** SPDX names of licences whose code an Apache-2.0 program may depend on and be distributed with. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
  'Zlib',
]);

/** Packages whose licence does not stand in the list and that may be there all the same, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  '@llamaindex/core': 'its LICENSE is that of MIT, and its package.json does not say so',
  '@llamaindex/env': 'its LICENSE is that of MIT, and its package.json does not say so',
};

/**
 * Programs of packages that are peers nobody has to install, under a licence of their own: libvips (LGPL), which sharp loads as a library beside
 * itself, so that whoever reads images may put another in its place.
 */
const optionalPrograms = /^@img\/sharp-/;

/** Whether an SPDX expression allows it: one licence of an OR, every licence of an AND. */
const isAllowed = (expression: string): boolean =>
  expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((license) => allowed.has(license.trim())));

// npm packs only what stands in a package's own folder.
it.each(published)('%s carries the licence', (folder) => {
  expect(read(`${folder}/LICENSE`)).toBe(read('LICENSE'));
  expect(JSON.parse(read(`${folder}/package.json`))).toMatchObject({ license: 'Apache-2.0' });
});

it('what users install with the packages may be used with them', () => {
  const tree = [...productionTree(published)];
  expect(tree.length).toBeGreaterThan(50); // an empty tree would pass too
  const refused = tree
    .map(([folder, { license = 'no licence' }]) => ({
      name: folder.slice(folder.lastIndexOf('node_modules/') + 13),
      license,
    }))
    .filter(({ name, license }) => !isAllowed(license) && !(name in exceptions) && !optionalPrograms.test(name));
  expect(refused).toEqual([]);
});

it.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['Apache-2.0 AND MIT', true],
  ['Apache-2.0 AND GPL-3.0-only', false],
  ['AGPL-3.0-or-later', false],
  ['no licence', false],
])('%s: %s', (expression, answer) => {
  expect(isAllowed(expression)).toBe(answer);
});
