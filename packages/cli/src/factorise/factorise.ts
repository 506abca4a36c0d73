import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EncoderInput, Ranks } from '@length-adaptive/core';
import { formatRanks } from '@length-adaptive/core';
import type { FactorisedMatrix, LengthAdaptiveFile, LowRankRecord, TextModel } from '@length-adaptive/models';
import {
  everyRank,
  factoriseModel,
  lowRankFileName,
  openTrainedModel,
  parseRanks,
  saveModel,
} from '@length-adaptive/models';
import { megabytes } from '../chart/megabytes.js';
import type { Context } from '../context/command.js';
import { CliError } from '../context/errors.js';
import { required } from '../context/settings.js';
import { inputsOf, maxLengthFor, readTextData, sample } from '../data/data.js';
import { readTexts } from '../data/read-texts.js';
import { startBackend } from '../engine/backend.js';
import { openingOf } from '../engine/opening.js';
import type { FactoriseSettings } from './options.js';

/** What `factorise` prints as JSON. */
export interface FactoriseResult {
  readonly model: string;
  readonly out: string;
  readonly keep: LowRankRecord['model'];
  readonly method: FactoriseSettings['method'];
  readonly ranks: Ranks;
  readonly texts: number;
  readonly tokens: number;
  /** Of the weights and of the factors. */
  readonly bytes: { readonly weights: number; readonly factors: number };
  /** Share of the full length's MACs that an input of 128 tokens, or of as many as the model takes, needs at the largest ranks. */
  readonly cost: number;
  readonly matrices: readonly FactorisedMatrix[];
}

const checkSettings = (source: string, out: string, { overwrite }: FactoriseSettings): void => {
  if (resolve(source) === resolve(out))
    throw new CliError('USAGE', '--out is the folder of the model, whose weights would be lost; give another one.');
  if (!overwrite && existsSync(join(out, 'config.json')))
    throw new CliError('RUN_EXISTS', `${out} holds a model. Choose another folder, or replace it with --overwrite.`);
};

/** The texts of a file, as the model's tokenizer reads them. */
const readInputs = async (
  path: string,
  opened: TextModel,
  settings: FactoriseSettings,
  { io }: Context,
): Promise<readonly EncoderInput[]> => {
  const maxLength = maxLengthFor(opened, settings.maxLength);
  if (!/\.txt$/i.test(path)) {
    const data = await readTextData(path, { ...settings, labelColumn: undefined });
    return inputsOf(opened, data, { maxLength });
  }
  const lines: string[] = [];
  for await (const group of readTexts(path, io.stdin))
    for (const { input, error } of group) if (!error && typeof input === 'string') lines.push(input);
  return sample(lines, settings.limit, settings.seed).map((line) =>
    opened.tokenizer.encode(line, undefined, { maxLength }),
  );
};

/** What stays true of a model that is made of factors: not what its points scored and cost. */
const recordOf = (
  file: LengthAdaptiveFile | undefined,
  keep: LowRankRecord['model'],
): LengthAdaptiveFile | undefined => {
  if (!file || keep === 'matrices') return file;
  const { search: _, ...rest } = file;
  return { ...rest, paretoSet: [] };
};

/** Kinds of matrices with what the factors leave out, as lines of plain text. */
const textOf = ({ matrices, bytes, ranks, cost, keep }: FactoriseResult): string[] => {
  const kinds = new Map<string, number[]>();
  for (const { name, error } of matrices) {
    const kind = name.replace(/^.*\.\d+\./, '').replace(/\.weight$/, '');
    kinds.set(kind, [...(kinds.get(kind) ?? []), error]);
  }
  const width = Math.max(...[...kinds.keys()].map((kind) => kind.length), 'left out'.length);
  const shown = keep === 'matrices' ? 'any rank' : `ranks ${formatRanks(ranks)}`;
  return [
    `${shown}  ${cost.toFixed(3)} of the MACs  weights ${megabytes(bytes.weights)} MB  factors ${megabytes(bytes.factors)} MB`,
    `${'left out'.padEnd(width)}  mean   largest`,
    ...[...kinds].map(([kind, errors]) => {
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      return `${kind.padEnd(width)}  ${mean.toFixed(3)}  ${Math.max(...errors).toFixed(3)}`;
    }),
  ];
};

/** Writes a model with factors of its matrices. */
export const factorise = async (settings: FactoriseSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const texts = required(settings.texts, 'texts');
  const out = required(settings.out, 'out');
  const { rank, method, keep = rank === undefined ? 'matrices' : 'factors' } = settings;
  checkSettings(source, out, settings);
  await startBackend(settings);
  const opened = await openTrainedModel(source, openingOf(settings));
  for (const line of opened.notes ?? []) context.note(line);
  const progress = context.progress('factorising', 'matrices');
  try {
    const { layers, positions } = opened.model.dimensions;
    const ranks = rank === undefined ? everyRank(layers) : parseRanks(rank, layers);
    const inputs = await readInputs(texts, opened, settings, context);
    const { model, tokens, matrices } = await factoriseModel(opened.model, inputs, {
      ranks,
      keep,
      method,
      onProgress: (done, of) => progress.update(done, of),
      signal: context.signal,
    });
    progress.end();
    try {
      const lengthAdaptive = recordOf(opened.lengthAdaptive, keep);
      await saveModel(out, { ...opened, model, lengthAdaptive });
      const length = Math.min(128, positions);
      const result: FactoriseResult = {
        model: source,
        out,
        keep,
        method,
        ranks,
        texts: inputs.length,
        tokens,
        bytes: {
          weights: statSync(join(out, 'model.safetensors')).size,
          factors: statSync(join(out, lowRankFileName)).size,
        },
        cost: model.macs(length, { ranks }) / opened.model.macs(length),
        matrices,
      };
      if (settings.json) return context.print(JSON.stringify(result));
      for (const line of textOf(result)) context.print(line);
      if (tokens < 5 * model.dimensions.hiddenSize)
        context.note(`The texts have ${tokens} tokens; ${5 * model.dimensions.hiddenSize} or more are better.`);
      if (keep === 'factors' && (opened.lengthAdaptive?.paretoSet.length ?? 0) > 0)
        context.note(
          'Its Pareto set is left out: what it scored and cost was of the matrices. Search it again (lat search).',
        );
      context.note(`wrote ${out}`);
    } finally {
      model.dispose();
    }
  } finally {
    progress.end();
    opened.model.dispose();
  }
};
