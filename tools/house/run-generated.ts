import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './published.js';

/** How the tests of one file went. */
export interface Outcome {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * Runs one spec in a copy of its package into which files were written.
 *
 * @param folder of the package, from the root
 * @param files by their path from the root
 * @param spec path from the root
 */
export const runGenerated = (folder: string, files: ReadonlyMap<string, string>, spec: string): Outcome => {
  const copy = mkdtempSync(path.join(tmpdir(), 'generated-'));
  try {
    for (const name of [
      'jest.shared.cjs',
      'package.json',
      'tools/jest-environment.cjs',
      'tools/jest-dawn.cjs',
      'tools/jest-results-reporter.cjs',
    ]) {
      cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
    }
    for (const name of ['src', 'examples', 'package.json', 'jest.config.cjs']) {
      cpSync(path.join(root, folder, name), path.join(copy, folder, name), { recursive: true });
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
    for (const [name, text] of files) {
      mkdirSync(path.dirname(path.join(copy, name)), { recursive: true });
      writeFileSync(path.join(copy, name), text);
    }
    const report = path.join(copy, 'report.json');
    const jest = path.join(root, 'node_modules/jest/bin/jest.js');
    const { stderr } = spawnSync(
      process.execPath,
      [jest, '--runTestsByPath', path.join(copy, spec), '--json', `--outputFile=${report}`],
      {
        cwd: path.join(copy, folder),
        encoding: 'utf8',
      },
    );
    const [{ assertionResults, message } = { assertionResults: [], message: '' }] = (
      JSON.parse(readFileSync(report, 'utf8')) as Report
    ).testResults;
    if (assertionResults.length === 0) throw new Error(`No test of ${spec} ran: ${message || stderr}`);
    const named = (status: string): string[] =>
      assertionResults.flatMap((result) => (result.status === status ? [result.fullName] : []));
    return { passed: named('passed'), failed: named('failed') };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};
