import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { formatLengthConfig, isFullPoint, pointKey } from '@length-adaptive/core';
import type { LabelledInput } from '@length-adaptive/models';
import { openTrainedModel, searchRetention, writeFile } from '@length-adaptive/models';
import { startBackend } from '../engine/backend.js';
import { openingOf } from '../engine/opening.js';
import type { Context } from '../context/command.js';
import type { SearchSettings } from './options.js';
import { searchOptions } from './options.js';
import type { DataSet } from '../data/data.js';
import { digestOf, noData, readModelData } from '../data/data.js';
import { CliError, messageOf } from '../context/errors.js';
import { knownCode } from '../context/exit-codes.js';
import { refuseIdle, required } from '../context/settings.js';
import type { LearnedConfig } from './learned-config.js';
import { resumeHint } from './run-search.js';
import { hasSearchCheckpoint, learnedFile } from './search-checkpoint.js';

/** @throws CliError `USAGE` for an option of soft-extract without it */
export const checkSoftExtract = (settings: SearchSettings): void => {
  if (settings.softExtract !== undefined) return;
  refuseIdle(
    searchOptions,
    settings,
    ['train', 'softExtractEpochs', 'softExtractLimit'],
    (flag) => `${flag} is for --soft-extract LAMBDAS, which is not given; leave it out, or give both.`,
  );
};

/** The training examples of soft-extract; none where it is not asked for. */
export const readTrainingData = async (settings: SearchSettings): Promise<DataSet> =>
  settings.softExtract === undefined
    ? noData
    : readModelData(required(settings.train, 'train'), { ...settings, limit: settings.softExtractLimit });

/** What learning works on. */
export interface LearnWork {
  readonly settings: SearchSettings;
  readonly context: Context;
  readonly folder: string;
  /** SHA-256 over the files of weights. */
  readonly weights: string;
  /** Training examples. */
  readonly training: readonly LabelledInput[];
}

/** What was learned, and what it was learned from. */
interface Learned {
  /** Digest of the files of weights. */
  readonly weights: string;
  /** Digest of the training examples. */
  readonly training: string;
  readonly configs: readonly LearnedConfig[];
}

const isLearned = (value: unknown): value is Learned =>
  typeof value === 'object' && value !== null && 'configs' in value && Array.isArray(value.configs);

/** What an interrupted search has learned so far. */
const readLearned = async (
  folder: string,
  { weights, training }: Omit<Learned, 'configs'>,
): Promise<readonly LearnedConfig[]> => {
  const path = join(folder, learnedFile);
  const anew = 'Leave --resume out to start anew.';
  if (!existsSync(path)) {
    const [code, why] = hasSearchCheckpoint(folder)
      ? (['CHECKPOINT_INVALID', 'the file is gone'] as const)
      : (['CHECKPOINT_NOT_FOUND', 'it was stopped before'] as const);
    throw new CliError(code, `${folder} does not hold what soft-extract learned: ${why}. ${anew}`);
  }
  let saved: unknown;
  try {
    saved = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CliError('CHECKPOINT_INVALID', `${path} cannot be used: ${messageOf(error)}. ${anew}`, { cause: error });
  }
  if (!isLearned(saved))
    throw new CliError('CHECKPOINT_INVALID', `${path} does not hold what soft-extract learned. ${anew}`);
  const changed =
    saved.weights !== weights ? 'weights of the model' : saved.training !== training ? 'training examples' : undefined;
  if (changed === undefined) return saved.configs;
  throw new CliError(
    'CHECKPOINT_INVALID',
    `The ${changed} are not those that soft-extract in ${folder} began with. Restore them, or leave --resume out to start anew.`,
  );
};

/**
 * Learns a configuration for every price of `--soft-extract`, on TensorFlow.js. Each is kept in the folder as soon as it is learned; a
 * search that goes on learns those that are missing.
 *
 * @throws CliError `ABORTED`, `CHECKPOINT_NOT_FOUND`, `CHECKPOINT_INVALID`
 */
export const learnConfigs = async ({
  settings,
  context,
  folder,
  weights,
  training,
}: LearnWork): Promise<readonly LearnedConfig[]> => {
  const {
    softExtract: lambdas = [],
    softExtractEpochs: epochs,
    model: source,
    backend = 'wasm',
    threads,
    seed,
    resume,
    reducer,
    prior,
    departed,
  } = settings;
  if (lambdas.length === 0) return [];
  const from = { weights, training: digestOf(training) };
  const learned = resume ? [...(await readLearned(folder, from))] : [];
  const missing = lambdas.slice(learned.length);
  if (missing.length === 0) return learned;
  await startBackend({ backend, threads });
  const { model } = await openTrainedModel(required(source, 'model'), {
    ...{ reducer, prior, departed },
    ...openingOf(settings),
  });
  try {
    for (const lambda of missing) {
      const progress = context.progress(`soft-extract ${lambda}`, 'steps');
      try {
        const { lengthConfig } = await searchRetention(model, training, {
          ...{ lambda, epochs, seed, batchSize: 16 },
          signal: context.signal,
          onStep: ({ step, totalSteps, loss }) => progress.update(step, totalSteps, `loss ${loss.toFixed(4)}`),
        });
        learned.push({ lambda, lengthConfig });
        await writeFile(
          join(folder, learnedFile),
          `${JSON.stringify({ ...from, configs: learned } satisfies Learned)}\n`,
        );
      } finally {
        progress.end();
      }
    }
  } catch (error) {
    if (knownCode(error) !== 'ABORTED') throw error;
    const how =
      learned.length === 0
        ? 'nothing was saved.'
        : `${learned.length} of ${lambdas.length} configurations are saved; ${resumeHint(settings)}`;
    throw new CliError('ABORTED', `Stopped while soft-extract was learning; ${how}`, { cause: error });
  } finally {
    model.dispose();
  }
  for (const { lambda, lengthConfig } of learned)
    context.note(`soft-extract ${lambda} learned ${formatLengthConfig(lengthConfig)}`);
  return learned;
};

/** Where a point comes from, when not from the search itself. */
export const sourceOf = (point: OperatingPoint, learned: readonly LearnedConfig[]): string | undefined => {
  if (isFullPoint(point)) return undefined;
  const lambdas = learned
    .filter((config) => pointKey({ lengths: config.lengthConfig }) === pointKey(point))
    .map(({ lambda }) => lambda);
  return lambdas.length === 0 ? undefined : `soft-extract ${lambdas.join(', ')}`;
};
