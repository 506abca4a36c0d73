import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFile } from '@length-adaptive/models';
import type { UsedEngine } from '../engine/used-engine.js';
import { currentVersions } from './versions.js';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Files of a run. */
export const runFiles = {
  config: 'config.json',
  versions: 'versions.json',
  metrics: 'metrics.ndjson',
  result: 'result.json',
} as const;

/** Writes what a run was asked to do and what it runs on; `config` names the engine that was chosen, so that it is the same again. */
export const writeRunStart = async (
  folder: string,
  config: Readonly<Record<string, unknown>>,
  used?: UsedEngine,
): Promise<void> => {
  await writeFile(join(folder, runFiles.config), json({ ...config, ...(used && { engine: used.engine }) }));
  await writeFile(join(folder, runFiles.versions), json({ ...currentVersions(), ...(used && { engine: used }) }));
};

/** Removes files of an earlier run; those that are not there are none. */
export const removeFiles = async (folder: string, names: readonly string[]): Promise<void> => {
  for (const path of names.map((name) => join(folder, name))) if (existsSync(path)) await rm(path);
};

/** Writes what came of a run. */
export const writeRunResult = (folder: string, result: unknown): Promise<void> =>
  writeFile(join(folder, runFiles.result), json(result));
