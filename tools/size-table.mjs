/** `npm run size:table`: what built packages weigh in a bundle, minified and compressed, in one table. Its rows are those of their `.size-limit.json`. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
// @ts-expect-error it has no types
import esbuildPlugin from '@size-limit/esbuild';
// @ts-expect-error it has no types
import filePlugin from '@size-limit/file';
import sizeLimit from 'size-limit';
import { workspaceRoot } from './lib/setup.mjs';

const packages = path.join(workspaceRoot, 'packages');

/** @param {string} file */
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/**
 * Bundles what a row imports, and weighs it in kB.
 *
 * @param {string} folder of the package
 * @param {{ path: string, import?: string, ignore?: string[] }} row
 * @param {boolean} brotli compressed
 */
const weigh = async (folder, row, brotli) => {
  const entry = path.join(folder, row.path);
  const { peerDependencies = {} } = readJson(path.join(folder, 'package.json'));
  const ignore = [...Object.keys(peerDependencies), ...(row.ignore ?? [])];
  const check = {
    files: [entry],
    ...(row.import && { import: { [entry]: row.import } }),
    ignore,
    brotli,
    modifyEsbuildConfig: (/** @type {object} */ config) => ({ ...config, logLevel: 'error' }),
  };
  const results = /** @type {{ size: number }[]} */ (
    await sizeLimit([esbuildPlugin, filePlugin], { cwd: folder, checks: [check] })
  );
  return Number(((results[0]?.size ?? 0) / 1000).toFixed(1));
};

/** @type {Record<string, { 'minified, kB': number, 'brotli, kB': number, limit: string }>} */
const table = {};
for (const name of readdirSync(packages)) {
  const folder = path.join(packages, name);
  const file = path.join(folder, '.size-limit.json');
  for (const row of existsSync(file) ? readJson(file) : []) {
    table[row.name] = {
      'minified, kB': await weigh(folder, row, false),
      'brotli, kB': await weigh(folder, row, true),
      limit: row.limit,
    };
  }
}
console.table(table);
