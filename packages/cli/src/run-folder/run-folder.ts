import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFile } from '@length-adaptive/models';
import { CliError } from '../context/errors.js';
import type { Options, Settings } from '../context/option.js';
import { readConfig, savedSettings } from '../context/settings.js';
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

/** What says in a config.json that it is of a model. */
const ofModels = ['model_type', 'architectures', 'hidden_size'];

/** Whether a folder holds a model, by its config.json. */
export const holdsModel = (folder: string): boolean => {
  try {
    const config: unknown = JSON.parse(readFileSync(join(folder, runFiles.config), 'utf8'));
    return ofModels.some((key) => Object.hasOwn(Object(config) as object, key));
  } catch {
    return false;
  }
};

/** @throws CliError `USAGE` for a folder that holds a model, whose config.json that of a run would replace */
export const checkNoModel = (folder: string): void => {
  if (holdsModel(folder))
    throw new CliError(
      'USAGE',
      `${folder} holds a model, whose config.json would be lost; give another folder to --out.`,
    );
};

/**
 * What a run writes replaces what an earlier one of its command left in the folder, and nothing of another command's.
 *
 * @param options those of the command
 * @throws CliError `USAGE` for a folder that holds a model, `RUN_EXISTS` for one whose config.json has others
 */
export const checkNoOtherRun = async (folder: string, options: Options): Promise<void> => {
  checkNoModel(folder);
  const path = join(folder, runFiles.config);
  if (!existsSync(path)) return;
  try {
    readConfig(options, await readFile(path, 'utf8'), path);
  } catch (error) {
    throw new CliError(
      'RUN_EXISTS',
      `${folder} holds what another command wrote, which would be lost; give another folder to --out.`,
      { cause: error },
    );
  }
};

/** Writes what a run was asked to do and what it runs on; `config` names the engine that was chosen, so that it is the same again. @throws CliError `USAGE` for a folder that holds a model */
export const writeRunStart = async (
  folder: string,
  config: Readonly<Record<string, unknown>>,
  used?: UsedEngine,
): Promise<void> => {
  checkNoModel(folder);
  await writeFile(join(folder, runFiles.config), json({ ...config, ...(used && { engine: used.engine }) }));
  await writeFile(join(folder, runFiles.versions), json({ ...currentVersions(), ...(used && { engine: used }) }));
};

/** The same of a command whose runs replace each other. @throws CliError `USAGE` for a folder that holds a model, `RUN_EXISTS` for one of another command */
export const writeOwnRunStart = async <O extends Options>(
  folder: string,
  options: O,
  settings: Settings<O>,
  used: UsedEngine,
): Promise<void> => {
  await checkNoOtherRun(folder, options);
  await writeRunStart(folder, savedSettings(options, settings), used);
};

/** Removes files of an earlier run; those that are not there are none. */
export const removeFiles = async (folder: string, names: readonly string[]): Promise<void> => {
  for (const path of names.map((name) => join(folder, name))) if (existsSync(path)) await rm(path);
};

/** Writes what came of a run. */
export const writeRunResult = (folder: string, result: unknown): Promise<void> =>
  writeFile(join(folder, runFiles.result), json(result));
