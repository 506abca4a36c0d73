const path = require('node:path');
const { createFiles, edit } = require('../create-files.cjs');

const folder = 'packages/models/src/architectures';

/**
 * `npx nx g family NAME`: a file and its tests in `packages/models/src/architectures`, known to the registry.
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
    /import \{ tinybert \} .*\n/,
    (line) => `${line}import { ${propertyName} } from './${fileName}.js';\n`,
  );
  edit(tree, registry, /const builtIn: .* = \[\n(?: {2}\w+,\n)+(?=\];)/, (known) => `${known}  ${propertyName},\n`);
  // The test of the message that lists the known families.
  edit(tree, `${folder}/registry.spec.ts`, /(?<=known: )[a-z\d_-]+(?:, [a-z\d_-]+)+/g, (known) => `${known}, ${name}`);
  return () => {
    console.log(
      `\nIts tests fail until it is written: cd packages/models && npx jest --watch architectures/${fileName}`,
    );
    console.log('What else belongs to it: CONTRIBUTING.md, "A model family".');
  };
};
