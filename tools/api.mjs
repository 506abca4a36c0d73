/**
 * `node tools/api.mjs [--update] [FOLDER...]`: holds the built declarations of packages against the reports in their `api` folders, or
 * writes these reports anew. Without a folder: every package.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { apiReports } from './api/api-report.mjs';
import { reportProblems } from './api/compare-reports.mjs';
import { workspaceRoot } from './lib/setup.mjs';

const update = process.argv.includes('--update');
const named = process.argv.slice(2).filter((argument) => argument !== '--update');
const packages = path.join(workspaceRoot, 'packages');
const folders =
  named.length > 0
    ? named.map((folder) => path.resolve(folder))
    : readdirSync(packages).map((name) => path.join(packages, name));

/** @param {string} folder */
const keptReports = (folder) =>
  new Map(
    (existsSync(folder) ? readdirSync(folder) : []).map((file) => [
      file,
      readFileSync(path.join(folder, file), 'utf8'),
    ]),
  );

let failed = false;
for (const folder of folders) {
  const name = path.basename(folder);
  const api = path.join(folder, 'api');
  const built = apiReports(folder);
  const problems = reportProblems(name, keptReports(api), built);
  if (update && problems.length > 0) {
    rmSync(api, { recursive: true, force: true });
    mkdirSync(api);
    for (const [file, text] of built) writeFileSync(path.join(api, file), text);
  }
  failed ||= !update && problems.length > 0;
  console.log(problems.length === 0 ? `${name}: ${built.size} reports, as kept` : problems.join('\n'));
  if (update && problems.length > 0) console.log(`${name}: written.`);
}
if (failed) {
  console.error(
    '\nIs the change of what is public meant? Then run `npm run api:update` and commit the reports with it.',
  );
  process.exitCode = 1;
}
