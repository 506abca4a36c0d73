import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON file, parsed. */
export const readJson = (...path: readonly string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>;

/** A file of JSON lines, parsed. */
export const readLines = (...path: readonly string[]): Record<string, unknown>[] =>
  readFileSync(join(...path), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
