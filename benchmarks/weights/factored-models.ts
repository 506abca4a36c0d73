/** A trained model with factors beside its matrices, and what learnt from it: in factors, and with fewer layers. Made once, and kept. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { EncoderInput } from '@length-adaptive/core';
import { createRandom, shuffled } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { FactoriseOptions, Tokenizer } from '@length-adaptive/models';
import { factoriseModel, openText, openTrainedModel, parseExamples, saveModel } from '@length-adaptive/models';
import { dataFolder } from '../accuracy/accuracy-rows.js';
import { runStage } from '../accuracy/run-stage.js';
import type { TrainedModel } from './trained-models.js';
import { seeds } from './trained-models.js';

/** Texts that the factors are found on: training phrases as long as what is read, of so many tokens at least. */
const texts = 400;
const fewestTokens = 16;

/** What factors are found on, for the notes. */
export const calibration = `factors from ${texts} training phrases`;

/** What a model gets its factors by. */
interface Factors extends FactoriseOptions {
  readonly source: string;
  /** What they are found on. */
  inputs(tokenizer: Tokenizer): Promise<readonly EncoderInput[]>;
}

/** Writes a model with factors beside its matrices into a folder, unless it is there. @returns the folder */
export const withFactors = async (out: string, { source, inputs, ...options }: Factors): Promise<string> => {
  if (existsSync(out)) return out;
  mkdirSync(path.dirname(out), { recursive: true });
  await useWasm();
  const text = await openTrainedModel(source);
  const { model } = await factoriseModel(text.model, await inputs(text.tokenizer), options);
  rmSync(`${out}.part`, { recursive: true, force: true });
  await saveModel(`${out}.part`, { ...text, model });
  renameSync(`${out}.part`, out);
  for (const { dispose } of [text.model, model]) dispose();
  return out;
};

/** Makes factors of a trained model, unless there are some. @returns the folder */
export const factored = (
  { folder, model: source, seed }: TrainedModel,
  method: NonNullable<FactoriseOptions['method']> = 'whitened',
): Promise<string> =>
  withFactors(path.join(folder, method === 'plain' ? 'plain-svd' : method), {
    // `plain` is the model before LengthDrop
    source,
    method,
    inputs: async (tokenizer) => {
      const examples = parseExamples(await openText(path.join(dataFolder, 'sst2/train.tsv.gz')), 'train.tsv');
      return shuffled(examples, createRandom(seed))
        .slice(0, 10 * texts)
        .map((example) => tokenizer.encode(example.text))
        .filter(({ ids }) => ids.length >= fewestTokens)
        .slice(0, texts);
    },
  });

/** Training phrases that students learn on, once. */
const lessons = seeds.includes(0) ? 2_000 : 6_000;

/** How students learn, for the notes. */
export const recovery = `an epoch of distillation from the whole model on ${lessons} training phrases, with LengthDrop`;

/** Distils a model into a student of its own, unless that is done. @returns the folder of the student */
export const student = async (
  { folder, train, seed }: TrainedModel,
  teacher: string,
  made: string,
): Promise<string> => {
  const run = path.join(folder, `student-${made.replaceAll(/[:,]/g, '-')}`);
  await runStage({
    command: 'distill',
    folder: run,
    flags: {
      teacher,
      student: made,
      train,
      seed,
      limit: lessons,
      stages: 'prediction',
      epochs: 0,
      'length-drop-epochs': 1,
      'drop-ratio-bound': 0.25,
      'sub-models': 0,
      'batch-size': 16,
      'learning-rate': 1e-4,
      'warmup-ratio': 0.06,
      'checkpoint-every': 50,
      out: run,
    },
  });
  return path.join(run, 'model');
};
