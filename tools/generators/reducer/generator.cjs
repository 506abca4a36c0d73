const path = require('node:path');
const { createFiles, edit } = require('../create-files.cjs');

/**
 * `npx nx g reducer NAME`: a file and its tests in `packages/core/src/reducers`, known to the registry and exported by the package.
 *
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string }} options
 */
module.exports = async (tree, { name }) => {
  const { fileName, propertyName } = createFiles(tree, {
    name,
    templates: path.join(__dirname, 'files'),
    folder: 'packages/core/src/reducers',
    file: (kebab) => `${kebab}-reducer.ts`,
  });
  for (const door of ['index', 'encoder']) {
    edit(
      tree,
      `packages/core/src/${door}.ts`,
      /export \{ clsAttentionReducer \} .*\n/,
      (line) => `${line}export { ${propertyName}Reducer } from './reducers/${fileName}-reducer.js';\n`,
    );
  }
  const registry = 'packages/core/src/reducers/registry.ts';
  edit(
    tree,
    registry,
    /import \{ clsAttentionDefinition \} .*\n/,
    (line) => `${line}import { ${propertyName}Definition } from './${fileName}-reducer.js';\n`,
  );
  edit(
    tree,
    registry,
    /const builtIn: .* = \[\n(?: {2}\w+,\n)+(?=\];)/,
    (known) => `${known}  ${propertyName}Definition,\n`,
  );
  // The test that lists the names of this package.
  edit(
    tree,
    'packages/core/src/reducers/registry.spec.ts',
    /const ownNames = \[[^\]]*?(?=,?\s*\];)/,
    (known) => `${known}, '${fileName}'`,
  );
  return () => {
    console.log(`\nIts tests fail until it is written: cd packages/core && npx jest --watch ${fileName}-reducer`);
    console.log('What else belongs to it: CONTRIBUTING.md, "A reducer".');
  };
};
