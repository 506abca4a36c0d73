import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LengthConfig } from '@length-adaptive/core';
import type { LengthSearchCheckpoint } from '@length-adaptive/models';
import { isLengthSearchCheckpoint, writeFile } from '@length-adaptive/models';
import { CliError, messageOf } from '../context/errors.js';
import { removeFiles, runFiles } from '../run-folder/run-folder.js';

/** What a search's checkpoint must be resumed with. */
export interface SearchIdentity {
  /** Digest of the files of weights. */
  readonly weights: string;
  /** Digest of the examples. */
  readonly data: string;
  readonly metric: string;
  readonly objective: string;
  readonly seed: number;
  /** Undefined for `nsga2`, which was the only method. */
  readonly method: 'surrogate' | undefined;
  /** Undefined for `surrogate`, which has none. */
  readonly population: number | undefined;
  readonly dropRatioBound: number;
  /** Engine with its precision or backend: `onnx, int8`. */
  readonly engine: string;
  /** Digest of the configurations that joined the initial population. */
  readonly configs: string;
  /** What the search chooses; undefined for lengths alone. */
  readonly spend?: string | undefined;
  /** Whether sizes of files are weighed; undefined where they are not. */
  readonly fileSize?: true | undefined;
  /** Whose times are weighed; undefined where MACs are, and in checkpoints of versions that did not say. */
  readonly machine?: string | undefined;
  /** The reducers that it chooses among; undefined for the model's own. */
  readonly reducers?: string | undefined;
  /** What ranks tokens; undefined for attention. */
  readonly reducer: string | undefined;
  /** What is added to that, as JSON; undefined for nothing. */
  readonly prior: string | undefined;
  /** What tokens that left answer; undefined where that is by their last state. */
  readonly departed: string | undefined;
}

/** What each is called where it has changed. */
const names: Readonly<Record<keyof SearchIdentity, string>> = {
  weights: 'weights of the model',
  data: 'examples',
  metric: 'metric',
  objective: 'objective',
  seed: 'seed',
  method: 'method',
  population: 'population',
  dropRatioBound: 'drop ratio bound',
  engine: 'engine or its precision',
  configs: 'configurations that soft-extract learned',
  spend: 'choice of what to spend',
  fileSize: 'choice to weigh the size of the file',
  machine: 'machine, whose times are weighed',
  reducers: 'reducers to choose among',
  reducer: 'reducer',
  prior: 'prior',
  departed: 'answer of tokens that left',
};

const fileName = 'search-checkpoint.json';

/** What soft-extract learned, in the folder of a search. */
export const learnedFile = 'soft-extract.json';

/** Whether a folder holds a search that can go on. */
export const hasSearchCheckpoint = (folder: string): boolean => existsSync(join(folder, fileName));

/** A digest of configurations. */
export const configsDigest = (configs: readonly LengthConfig[]): string =>
  createHash('sha256').update(JSON.stringify(configs)).digest('hex');

/** What people look at when a search is done. */
export const searchReports = { chart: 'pareto.svg', page: 'report.html' } as const;

/** Takes away what an earlier search left in a folder: `--resume` must never go on from another search than the last one that was started. */
export const removeEarlierSearch = (folder: string): Promise<void> =>
  removeFiles(folder, [fileName, learnedFile, runFiles.metrics, runFiles.result, ...Object.values(searchReports)]);

/** Writes the state of a search at the end of a generation or batch. */
export const writeSearchCheckpoint = (folder: string, identity: SearchIdentity, search: unknown): Promise<void> =>
  writeFile(join(folder, fileName), `${JSON.stringify({ ...identity, search })}\n`);

/**
 * The state of an interrupted search of the same model on the same examples, with the same settings.
 *
 * @throws CliError `CHECKPOINT_NOT_FOUND`, `CHECKPOINT_INVALID`
 */
export const readSearchCheckpoint = async (
  folder: string,
  identity: SearchIdentity,
): Promise<LengthSearchCheckpoint> => {
  if (!hasSearchCheckpoint(folder)) {
    throw new CliError(
      'CHECKPOINT_NOT_FOUND',
      `There is no search to resume in ${folder}: nothing of one was complete. Leave --resume out to start one.`,
    );
  }
  let saved: unknown;
  try {
    saved = JSON.parse(await readFile(join(folder, fileName), 'utf8'));
  } catch (error) {
    throw new CliError(
      'CHECKPOINT_INVALID',
      `${join(folder, fileName)} cannot be used: ${messageOf(error)}. Leave --resume out to start anew.`,
      { cause: error },
    );
  }
  const { search, ...began } = Object(saved) as Readonly<Record<string, unknown>>;
  if (!isLengthSearchCheckpoint(search)) {
    throw new CliError(
      'CHECKPOINT_INVALID',
      `${join(folder, fileName)} does not hold the state of a search. Leave --resume out to start anew.`,
    );
  }
  const timed = began['machine'] !== undefined && identity.machine !== undefined;
  const changed = (Object.keys(names) as (keyof SearchIdentity)[])
    .filter((key) => began[key] !== identity[key] && (key !== 'machine' || timed))
    .map((key) => `the ${names[key]}`);
  if (changed.length === 0) return search;
  throw new CliError(
    'CHECKPOINT_INVALID',
    `Changed since the search in ${folder} began: ${changed.join(', ')}. Restore what it was, or leave --resume out to start anew.`,
  );
};
