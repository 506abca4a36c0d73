import type {
  FailedZeroShot,
  FailedZeroShotImage,
  ZeroShotAnswer,
  ZeroShotImageAnswer,
  ZeroShotOptions,
} from '@length-adaptive/models';
import {
  architectureOf,
  createZeroShotClassifier,
  hypothesesOf,
  loadZeroShotImageClassifier,
  readModelFiles,
} from '@length-adaptive/models';
import { percent } from '../chart/percent.js';
import { checkLengthSettings } from '../choice/length-choice.js';
import { openWith, spendingOf } from '../choice/predict-options.js';
import type { Context } from '../context/command.js';
import { CliError } from '../context/errors.js';
import { openRunnable } from '../engine/engine.js';
import type { OpenedModel } from '../engine/opened-model.js';
import { openingOf } from '../engine/opening.js';
import { imageAt } from './answer-texts.js';
import type { Answered, LineFields, TextAnswering } from './answer-texts.js';
import type { PredictSettings } from './options.js';

/** @throws CliError `USAGE` for options of zero-shot classification without labels, and for options of other tasks with them */
export const checkZeroShotSettings = ({
  labels,
  template,
  multiLabel,
  pair,
  threshold,
  answers,
  maxAnswerTokens,
}: PredictSettings): void => {
  const fail = (message: string): never => {
    throw new CliError('USAGE', message);
  };
  const given = (options: Readonly<Record<string, unknown>>): string | undefined =>
    Object.entries(options).find(([, value]) => value !== undefined && value !== false)?.[0];
  if (labels === undefined) {
    const alone = given({ '--template': template, '--multi-label': multiLabel });
    if (alone !== undefined)
      fail(`${alone} is of zero-shot classification; give the labels to choose among: --labels.`);
    return;
  }
  const other = given({ '--pair': pair, '--answers': answers, '--max-answer-tokens': maxAnswerTokens });
  if (other !== undefined) fail(`${other} came with --labels; each text is read with each label, and nothing else.`);
  if (threshold !== undefined && !multiLabel)
    fail('--threshold came with --labels; one label is true of a text, unless --multi-label says that several may be.');
};

/** Notes are said of the first tower. */
const quiet = { note: () => undefined };

const pairError = {
  code: 'INPUT_INVALID',
  message: 'A second text came with the first; with --labels each text is read with each label, and nothing else.',
} as const;

/** The most probable label; of several that may be true those that reach the threshold. */
const lineOf = (
  { labels, cost, tokens }: ZeroShotAnswer | ZeroShotImageAnswer,
  { multiLabel, threshold = 0.5 }: PredictSettings,
): LineFields => {
  const shown = multiLabel ? labels.filter(({ score }) => score >= threshold) : labels.slice(0, 1);
  return {
    name: shown.map(({ label }) => label).join(', ') || '-',
    confidence: shown.map(({ score }) => percent(score)).join(', ') || '-',
    cost,
    tokens: `${tokens} tokens`,
  };
};

/** Opens a model that was trained on natural language inference to say which of the labels is true, or one of two towers to say which an image shows. */
export const openZeroShot = async (
  settings: PredictSettings,
  source: string,
  context: Context,
): Promise<TextAnswering> => {
  const { config } = await readModelFiles(source, openingOf(settings));
  if (architectureOf(config).towers) return openZeroShotImages(settings, source, context);
  // What is asked of a text stands in its labels: they stay whole, and the text is what loses tokens.
  return openWith(
    { ...settings, prior: settings.prior ?? 'second-text' },
    { source, context, over: (opened) => zeroShotOver(opened, settings, context) },
  );
};

const openZeroShotImages = async (
  settings: PredictSettings,
  source: string,
  context: Context,
): Promise<TextAnswering> => {
  const { labels = [], template, multiLabel } = settings;
  if (multiLabel)
    throw new CliError('USAGE', '--multi-label is for texts; an image shows one of the labels more than the others.');
  hypothesesOf(labels, { template }); // what is wrong with them is said before images are read
  checkLengthSettings(settings);
  let images: OpenedModel | undefined;
  const classifier = await loadZeroShotImageClassifier(source, {
    open: async (from, { tower }) => {
      const opened = await openRunnable(from, { ...settings, tower }, tower === 'images' ? context : quiet);
      if (tower === 'images') images = opened;
      return opened;
    },
  });
  try {
    const opened = images as unknown as OpenedModel;
    const options = { ...spendingOf(settings, opened), template, signal: context.signal };
    return {
      used: opened.used,
      noun: 'Image',
      truncates: false,
      answer: async (inputs) => {
        const all = await Promise.all(inputs.map(imageAt));
        const readable = all.flatMap((image) => ('error' in image ? [] : [image]));
        const answers: (ZeroShotImageAnswer | FailedZeroShotImage)[] =
          readable.length === 0
            ? []
            : [...(await classifier.classify(readable, labels, { ...options, onError: 'answer' }))];
        return all.map((image): Answered => {
          if ('error' in image) return { error: image.error };
          const answer = answers.shift() as ZeroShotImageAnswer | FailedZeroShotImage;
          return answer.error ? { error: answer.error } : { answer, line: lineOf(answer, settings) };
        });
      },
      dispose: () => classifier.dispose(),
    };
  } catch (error) {
    classifier.dispose();
    throw error;
  }
};

const zeroShotOver = (opened: OpenedModel, settings: PredictSettings, { signal }: Context): TextAnswering => {
  const classifier = createZeroShotClassifier(opened);
  const { labels = [], template, multiLabel } = settings;
  hypothesesOf(labels, { template }); // what is wrong with them is said before texts are read
  const options: ZeroShotOptions = { ...spendingOf(settings, opened), template, multiLabel, signal };
  return {
    used: opened.used,
    noun: 'Text',
    truncates: false,
    answer: async (inputs) => {
      const texts = inputs.filter((input) => typeof input === 'string');
      const answers = await classifier.classify(texts, labels, { ...options, onError: 'answer' });
      return inputs.map((input): Answered => {
        if (typeof input !== 'string') return { error: pairError };
        const answer = answers.shift() as ZeroShotAnswer | FailedZeroShot;
        return answer.error ? { error: answer.error } : { answer, line: lineOf(answer, settings) };
      });
    },
    dispose: () => classifier.dispose(),
  };
};
