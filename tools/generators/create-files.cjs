const { generateFiles, names } = require('@nx/devkit');
const path = require('node:path');

/**
 * Fills in the templates of a generator.
 *
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string, templates: string, folder: string, file: (name: string) => string }} options `templates` and `folder` say
 *   where the templates stand and where the files will, `file` what the main one is called
 * @returns the name as a file name, as a value's and as a class's
 */
exports.createFiles = (tree, { name, templates, folder, file }) => {
  if (!/^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/.test(name)) {
    throw new Error(
      `The name is ${JSON.stringify(name)}; expected lower-case words with hyphens between them, such as learned-skim.`,
    );
  }
  const { fileName, propertyName, className } = names(name.replaceAll('_', '-'));
  const target = path.posix.join(folder, file(fileName));
  if (tree.exists(target)) throw new Error(`${target} is there already; choose another name, or edit that file.`);
  const said = { fileName, propertyName, className };
  generateFiles(tree, templates, folder, { ...said, name, tmpl: '' });
  return said;
};

/**
 * Replaces one place of a file.
 *
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {RegExp | string} place
 * @param {(found: string) => string} change
 */
exports.edit = (tree, file, place, change) => {
  const text = tree.read(file, 'utf8') ?? '';
  const edited = text.replace(place, change);
  if (edited === text)
    throw new Error(
      `${file} has no place that looks like ${place}; the generator that edits it must be brought up to date.`,
    );
  tree.write(file, edited);
};
