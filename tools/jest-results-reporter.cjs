const { mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');

/**
 * Writes what jest counted to test-results/PROJECT.json, a cached output of the Nx `test` target: a cached run still counts.
 * Jest started by hand writes nothing, so a run of one file never stands in for a whole project.
 */
module.exports = class {
  onRunComplete(_contexts, results) {
    const project = process.env.NX_TASK_TARGET_PROJECT;
    if (project === undefined) return;
    const tests = results.testResults.flatMap((file) => file.testResults);
    const named = (...statuses) =>
      tests.filter(({ status }) => statuses.includes(status)).map(({ fullName }) => fullName);
    const counts = {
      project,
      passed: named('passed').length,
      failed: [
        ...named('failed'),
        // A file that does not even load has no tests: it counts as one failure.
        ...results.testResults
          .filter((file) => file.testExecError && file.testResults.length === 0)
          .map(({ testFilePath }) => path.basename(testFilePath)),
      ],
      skipped: named('pending', 'skipped', 'todo', 'disabled'),
    };
    const folder = path.resolve(__dirname, '../test-results');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `${project}.json`), `${JSON.stringify(counts, null, 2)}\n`);
  }
};
