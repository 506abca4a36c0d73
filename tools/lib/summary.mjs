/** Adds up what Nx and jest reported. */

const SUCCESS = ['success', 'local-cache', 'local-cache-kept-existing', 'remote-cache'];

/**
 * Counts a run: each task that is not a jest run is one check; a jest run counts its tests.
 *
 * @param {readonly { project: string, target: string, status: string }[]} tasks of the run, as Nx reports them
 * @param {Record<string, { passed: number, failed: string[], skipped: string[] }>} testResults of each project, as the jest
 *   reporter writes them
 * @returns {{ passed: number, failed: string[], skipped: string[] }}
 */
export const summarize = (tasks, testResults) => {
  /** @type {{ passed: number, failed: string[], skipped: string[] }} */
  const summary = { passed: 0, failed: [], skipped: [] };
  for (const { project, target, status } of tasks) {
    const succeeded = SUCCESS.includes(status);
    const tests = target === 'test' ? testResults[project] : undefined;
    if (tests !== undefined) {
      summary.passed += tests.passed;
      summary.failed.push(...tests.failed.map((name) => `${project}:test  ${name}`));
      summary.skipped.push(...tests.skipped.map((name) => `${project}:test  ${name}`));
    }
    // Jest can fail without a failed test: no results at all, a coverage threshold, a crash at the end.
    if (!succeeded && !tests?.failed.length) {
      summary.failed.push(
        `${project}:${target}${status === 'not-run' ? '  (not run: what it depends on failed)' : ''}`,
      );
    } else if (target !== 'test') summary.passed += 1;
  }
  return summary;
};

/**
 * The lines to end a run with; the last one is `N passed, N failed[, N skipped]`.
 *
 * @param {ReturnType<typeof summarize>} summary
 */
export const formatSummary = ({ passed, failed, skipped }) => [
  ...failed.map((name) => `failed   ${name}`),
  ...skipped.map((name) => `skipped  ${name}`),
  `${passed} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
];
