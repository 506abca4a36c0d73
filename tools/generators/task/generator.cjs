const path = require('node:path');
const { createFiles, edit } = require('../create-files.cjs');

const folder = 'packages/models/src/tasks';

/**
 * `npx nx g task NAME`: a file and its tests in `packages/models/src/tasks`, known to the registry.
 *
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string }} options
 */
module.exports = async (tree, { name }) => {
  const { fileName, propertyName } = createFiles(tree, {
    name,
    templates: path.join(__dirname, 'files'),
    folder,
    file: (kebab) => `${kebab}.ts`,
  });
  const registry = `${folder}/registry.ts`;
  edit(
    tree,
    registry,
    /import \{ tokenClassificationDefinition \} .*\n/,
    (line) => `import { ${propertyName}Definition } from './${fileName}.js';\n${line}`,
  );
  edit(tree, registry, /(?<=const builtIn: [^;]*)\n\];/, (end) => `\n  ${propertyName}Definition,${end}`);
  return () => {
    console.log(`\nIts tests fail until it is written: cd packages/models && npx jest --watch tasks/${fileName}`);
    console.log('What else belongs to it: CONTRIBUTING.md, "A task".');
  };
};
