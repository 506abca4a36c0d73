import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LengthAdaptiveFile, ModelDirectory, WeightDtype } from '@length-adaptive/models';
import {
  checkReadable,
  createTokenizer,
  describeUnread,
  formatLengthAdaptiveFile,
  lengthAdaptiveFileName,
  modernTokenizerFiles,
  openSource,
  readModelDirectory,
  staleModelFiles,
  trimVocabulary,
  writeFile,
  writeFolder,
  writeModelDirectory,
} from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import type { CompressSettings } from './options.js';
import { compareScores } from './compare-scores.js';
import type { CompressResult } from './compress-result.js';
import { compressText } from './compress-text.js';
import type { Compression } from './compression-record.js';
import { withCompression, withScores } from './compression-record.js';
import { spreadPoints } from './spread-points.js';
import { weighedSource } from '../data/weighed-source.js';
import type { DataSet } from '../data/data.js';
import { readModelData, readTextData } from '../data/data.js';
import { checkEngineSettings } from '../engine/engine.js';
import { CliError } from '../context/errors.js';
import { openingOf } from '../engine/opening.js';
import { required } from '../context/settings.js';

const dtypes: Readonly<Record<CompressSettings['weights'], WeightDtype>> = { fp32: 'F32', fp16: 'F16', int8: 'I8' };

const checkSettings = (source: string, out: string, settings: CompressSettings): void => {
  if (resolve(source) === resolve(out))
    throw new CliError('USAGE', `--out is the folder of the model, whose weights would be lost; give another one.`);
  if (settings.data !== undefined && settings.vocabulary === undefined)
    throw new CliError('USAGE', '--data is what --vocabulary counts tokens on; give both, or leave --data out.');
  if (settings.metric !== undefined && settings.dev === undefined)
    throw new CliError('USAGE', '--metric is for the scores on --dev FILE; give both, or leave --metric out.');
  checkEngineSettings(settings);
  if (!settings.overwrite && existsSync(join(out, 'config.json')))
    throw new CliError('RUN_EXISTS', `${out} holds a model. Choose another folder, or replace it with --overwrite.`);
};

/** Fewer tokens, where that is asked for. */
const trimmed = (
  model: ModelDirectory,
  { vocabulary }: CompressSettings,
  data: DataSet | undefined,
): ModelDirectory => {
  if (vocabulary === undefined) return model;
  return trimVocabulary(model, { tokens: vocabulary, ...(data && { texts: data.kind.texts(data.examples) }) });
};

const sizeOf = ({ tokenizerFiles }: ModelDirectory): number => createTokenizer(tokenizerFiles).vocabularySize;

/** What is known of the lengths, the points that are asked for, and what was done to the model. */
const recordOf = (
  { lengthAdaptive }: ModelDirectory,
  compression: Pick<Compression, 'weights' | 'vocabulary'>,
  settings: CompressSettings,
): LengthAdaptiveFile | undefined => {
  if (!lengthAdaptive) return undefined;
  const { points } = settings;
  const paretoSet = points === undefined ? lengthAdaptive.paretoSet : spreadPoints(lengthAdaptive, points);
  return withCompression({ ...lengthAdaptive, paretoSet }, compression, settings);
};

/** Writes a model in fewer bytes. */
export const compress = async (settings: CompressSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const out = required(settings.out, 'out');
  const { weights, dev } = settings;
  checkSettings(source, out, settings);
  const counted =
    settings.data === undefined
      ? undefined
      : await readTextData(settings.data, { ...settings, labelColumn: undefined, limit: undefined });
  const examples = dev === undefined ? undefined : await readModelData(dev, settings);
  const files = weighedSource(await openSource(source));
  const model = await readModelDirectory(files, openingOf(settings));
  checkReadable(model);
  if (model.unread) context.note(`Not read, and left out: ${describeUnread(model.unread)}.`);
  const { lengthAdaptive: _, ...smaller } = trimmed(model, settings, counted);
  const vocabulary = { before: sizeOf(model), after: sizeOf(smaller) };
  const record = recordOf(model, { weights, vocabulary }, settings);
  const tokenizerFiles = modernTokenizerFiles(smaller.tokenizerFiles);
  const write = async (after: string): Promise<Pick<CompressResult, 'bytes' | 'scored'>> => {
    await writeModelDirectory(
      after,
      { ...smaller, tokenizerFiles, ...(record && { lengthAdaptive: record }) },
      { dtype: dtypes[weights] },
    );
    const sizes = { before: files.bytes(), after: statSync(join(after, 'model.safetensors')).size };
    if (dev === undefined || examples === undefined) return { bytes: sizes };
    const compared = await compareScores(
      model,
      { before: source, after, dev, examples, paretoSet: record?.paretoSet ?? [] },
      { settings, context },
    );
    if (record)
      await writeFile(join(after, lengthAdaptiveFileName), formatLengthAdaptiveFile(withScores(record, compared)));
    return { bytes: sizes, scored: compared };
  };
  const { bytes, scored } = await writeFolder(out, write, { stale: staleModelFiles });
  const file = join(out, lengthAdaptiveFileName);
  const result: CompressResult = { model: source, out, weights, vocabulary, bytes, ...(scored && { scored }) };
  if (settings.json) return context.print(JSON.stringify(result));
  for (const line of compressText(result)) context.print(line);
  if (record && !scored)
    context.note(`The scores in ${file} are those of the model before; --dev FILE measures them anew.`);
  context.note(`wrote ${out}`);
};
