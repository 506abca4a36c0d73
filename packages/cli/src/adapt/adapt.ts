import type {
  QueryDocuments,
  CorpusText,
  Example,
  FineTuneData,
  LabelledInput,
  Task,
  TaskModel,
  TextModel,
} from '@length-adaptive/models';
import {
  adapt as adaptModel,
  candidateLists,
  encodeLists,
  openModel,
  openTrainedModel,
  planAdaptation,
  readModelFiles,
  taskOf,
  textsData,
} from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import { CliError } from '../context/errors.js';
import { required, savedSettings } from '../context/settings.js';
import type { DataSet } from '../data/data.js';
import { encodeData, sample, splitData } from '../data/data.js';
import { runTraining } from '../train/training-run.js';
import type { OpenedTraining, TrainingPlan, TrainingRunSettings, TrainingSets } from '../train/training-run.js';
import type { AdaptSettings } from './options.js';
import { adaptOptions } from './options.js';
import { openingOf } from '../engine/opening.js';
import { readCorpus } from './read-corpus.js';

/** Whether a model learns from the order of documents, and not from texts alone. */
const ranksDocuments = ({ adaptation }: Task): boolean => adaptation?.compares === 'lists';

const { split: _split, ...unlabelled } = textsData; // there are no labels whose mix would have to be kept

/** Each example a query with its documents. */
const listsData: DataSet['kind'] = { ...unlabelled, name: 'lists', holds: 'queries with documents' };

const textOf = ({ title, text }: CorpusText): string => (title === undefined ? text : `${title} ${text}`.trim());

/** What the model learns on: texts, or queries with documents. */
const readSets = async (settings: AdaptSettings): Promise<TrainingSets> => {
  const { texts, queries, candidates, limit, devShare, seed } = settings;
  const { config } = await readModelFiles(required(settings.model, 'model'), openingOf(settings));
  const corpus = await readCorpus(required(texts, 'texts'));
  const ranks = ranksDocuments(taskOf(config));
  if (!ranks && queries !== undefined)
    throw new CliError('USAGE', '--queries is for rerankers; this model makes vectors of single texts. Leave it out.');
  const asked = queries === undefined ? undefined : (await readCorpus(queries)).map(({ text }) => text);
  const examples: readonly unknown[] = ranks
    ? candidateLists(corpus, { queries: asked && sample(asked, limit, seed), candidates })
    : corpus.map((each): Example => ({ text: textOf(each) }));
  const data: DataSet = { kind: ranks ? listsData : unlabelled, examples: sample(examples, limit, seed) };
  if (devShare === 0 || data.examples.length < 2) return { train: data, dev: { ...data, examples: [] } };
  const { rest, aside } = splitData(data, devShare, seed);
  return { train: rest, dev: aside };
};

const encode: NonNullable<TrainingPlan['encode']> = (opened, data, lengths): readonly LabelledInput[] => {
  const { task } = opened.model;
  if (!ranksDocuments(task)) return encodeData(opened, data, lengths);
  const { maxLength = task.usualLength } = lengths;
  return encodeLists(opened.tokenizer, data.examples as readonly QueryDocuments[], { maxLength });
};

const openBoth = async (settings: AdaptSettings): Promise<readonly [TextModel, TextModel]> => {
  const source = required(settings.model, 'model');
  const { seed, reducer, prior, averaged } = settings;
  const opening = openingOf(settings);
  const original = await openTrainedModel(source, { seed, ...opening });
  try {
    if (averaged !== undefined && !original.model.task.embedding)
      throw new CliError('USAGE', '--averaged is for models that make vectors; leave it out.');
    const { pool, normalize } = original.model.task.readout;
    const mayBeKept = original.model.task.embedding !== undefined && pool !== 'first' && normalize === true;
    const chosen = averaged ?? (mayBeKept ? 'kept' : undefined);
    const embedding = chosen && { averaged: chosen };
    return [original, await openModel(source, { seed, reducer, prior, ...opening, ...(embedding && { embedding }) })];
  } catch (error) {
    original.model.dispose();
    throw error;
  }
};

const recordOf = async (settings: AdaptSettings, original: TaskModel): Promise<OpenedTraining['record']> => {
  const { model, epochs, batchSize, learningRate, warmupRatio, dropRatioBound, layerDrop, subModels, seed } = settings;
  const { comparison, temperature } = settings;
  return {
    adaptedFrom: model,
    ...(original.task.embedding && { originalWeights: await original.digest?.() }),
    lengthDropEpochs: epochs,
    ...{ batchSize, learningRate, warmupRatio, dropRatioBound, layerDrop, subModels, seed },
    ...(comparison !== undefined && { comparison }),
    ...(temperature !== undefined && { temperature }),
  };
};

/** Adapts a model to fewer tokens by what it answers itself at full length; writes it and the run folder. */
export const adapt = async (settings: AdaptSettings, context: Context): Promise<void> => {
  required(settings.model, 'model');
  required(settings.out, 'out');
  const { texts } = settings;
  const run: TrainingRunSettings = {
    ...settings,
    train: required(texts, 'texts'),
    ...{ dev: undefined, task: undefined, metric: undefined, stride: undefined },
    ...{ textColumn: undefined, pairColumn: undefined, labelColumn: undefined, header: undefined },
  };
  await runTraining(run, context, {
    command: 'adapt',
    saved: savedSettings(adaptOptions, settings),
    read: () => readSets(settings),
    encode,
    open: async (_, { distillation }) => {
      const [original, opened] = await openBoth(settings);
      const close = (): Promise<void> => {
        original.model.dispose();
        opened.model.dispose();
        return Promise.resolve();
      };
      const { comparison, temperature, epochs, batchSize, learningRate, warmupRatio } = settings;
      const { dropRatioBound, layerDrop, subModels } = settings;
      try {
        planAdaptation(opened.model, original.model, { comparison, temperature }); // before anything is encoded
        return {
          opened,
          models: { original: original.model, model: opened.model },
          record: await recordOf(settings, original.model),
          stages: (data: FineTuneData) =>
            Promise.resolve([
              {
                name: 'adapt',
                epochs,
                run: (given) =>
                  adaptModel(opened.model, original.model, data, {
                    ...given,
                    ...{ comparison, temperature, batchSize, learningRate, warmupRatio },
                    lengthDrop: { dropRatioBound, layerDrop, randomSubModels: subModels },
                    engine: distillation,
                  }),
              },
            ]),
          close,
        };
      } catch (error) {
        await close();
        throw error;
      }
    },
  });
};
