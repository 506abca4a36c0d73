import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LengthConfig } from '@length-adaptive/core';
import { formatLengthConfig, isFullLength } from '@length-adaptive/core';
import type { LabelledInput } from '@length-adaptive/models';
import { openTrainedModel, searchRetention, writeFile } from '@length-adaptive/models';
import { startBackend } from '../backend.js';
import type { Context } from '../command.js';
import type { SearchSettings } from '../commands/search.js';
import type { DataSet } from '../data.js';
import { readData } from '../data.js';
import { CliError } from '../errors.js';
import { knownCode } from '../exit-codes.js';
import { required } from '../options/settings.js';

/** A configuration that soft-extract learned, and the price of a token that it was learned at. */
export interface LearnedConfig {
  readonly lambda: number;
  readonly lengthConfig: LengthConfig;
}

const fileName = 'soft-extract.json';

/** The training examples of soft-extract; undefined where it is not asked for, or was done before the search was interrupted. */
export const readTrainingData = async (settings: SearchSettings): Promise<DataSet | undefined> =>
  settings.softExtract === undefined || settings.resume
    ? undefined
    : readData(required(settings.train, 'train'), { ...settings, limit: settings.softExtractLimit });

/** What learning works on. */
export interface LearnWork {
  readonly settings: SearchSettings;
  readonly context: Context;
  readonly folder: string;
  /** Training examples; a search that goes on needs none. */
  readonly training: readonly LabelledInput[];
}

const readLearned = async (folder: string): Promise<readonly LearnedConfig[]> => {
  const path = join(folder, fileName);
  if (!existsSync(path)) throw new CliError('CHECKPOINT_NOT_FOUND', `${folder} does not hold what soft-extract learned: it was stopped before. Leave --resume out to start anew.`);
  return JSON.parse(await readFile(path, 'utf8')) as readonly LearnedConfig[];
};

/**
 * Learns a configuration for every price of `--soft-extract`, on TensorFlow.js, and keeps them in the folder; a search that goes on
 * has them from there.
 *
 * @throws CliError `ABORTED`, `CHECKPOINT_NOT_FOUND`
 */
export const learnConfigs = async ({ settings, context, folder, training }: LearnWork): Promise<readonly LearnedConfig[]> => {
  const { softExtract: lambdas, softExtractEpochs: epochs, model: source, backend = 'wasm', threads, seed, resume } = settings;
  if (lambdas === undefined) return [];
  if (resume) return readLearned(folder);
  await startBackend({ backend, threads });
  const { model } = await openTrainedModel(required(source, 'model'));
  const learned: LearnedConfig[] = [];
  try {
    for (const lambda of lambdas) {
      const progress = context.progress(`soft-extract ${lambda}`, 'steps');
      try {
        const { lengthConfig } = await searchRetention(model, training, {
          ...{ lambda, epochs, seed, batchSize: 16 },
          signal: context.signal,
          onStep: ({ step, totalSteps, loss }) => progress.update(step, totalSteps, `loss ${loss.toFixed(4)}`),
        });
        learned.push({ lambda, lengthConfig });
      } finally {
        progress.end();
      }
    }
  } catch (error) {
    if (knownCode(error) !== 'ABORTED') throw error;
    throw new CliError('ABORTED', 'Stopped while soft-extract was learning; nothing was saved.', { cause: error });
  } finally {
    model.dispose();
  }
  for (const { lambda, lengthConfig } of learned) context.note(`soft-extract ${lambda} learned ${formatLengthConfig(lengthConfig)}`);
  await writeFile(join(folder, fileName), `${JSON.stringify(learned)}\n`);
  return learned;
};

/** Where a configuration comes from, when not from the search itself. */
export const sourceOf = (lengthConfig: LengthConfig, learned: readonly LearnedConfig[]): string | undefined => {
  if (isFullLength(lengthConfig)) return undefined;
  const lambdas = learned.filter((config) => config.lengthConfig.join() === lengthConfig.join()).map(({ lambda }) => lambda);
  return lambdas.length === 0 ? undefined : `soft-extract ${lambdas.join(', ')}`;
};
