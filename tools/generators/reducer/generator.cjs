const path = require('node:path');
const { createFiles, edit } = require('../create-files.cjs');

/**
 * `npx nx g reducer NAME`: a file and its tests in `packages/core/src/reducers`, exported by the package.
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
  edit(
    tree,
    'packages/core/src/index.ts',
    /export \{ attentionReducer \} .*\n/,
    (line) => `${line}export { ${propertyName}Reducer } from './reducers/${fileName}-reducer.js';\n`,
  );
  return () => {
    console.log(`\nIts tests fail until it is written: cd packages/core && npx jest --watch ${fileName}-reducer`);
    console.log('What else belongs to it: CONTRIBUTING.md, "A reducer".');
  };
};
