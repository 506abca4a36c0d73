import type { ModelErrorCode, Prediction, PredictorInput, TextError, TextInput } from '@length-adaptive/models';
import { ModelError, readImage } from '@length-adaptive/models';
import pico from 'picocolors';
import { answerText } from '../choice/answer-text.js';
import type { Context } from '../context/command.js';
import type { PredictSettings } from './options.js';
import { predictOptions } from './options.js';
import { CliError } from '../context/errors.js';
import { required, savedSettings } from '../context/settings.js';
import { openPredictor } from '../choice/predict-options.js';
import type { OpenedPredictor } from '../choice/predict-options.js';
import type { NumberedText } from '../data/read-texts.js';
import { readTexts } from '../data/read-texts.js';
import { writeRunResult, writeRunStart } from '../run-folder/run-folder.js';
import { secondText } from '../data/second-text.js';

const textsOf = async function* (
  { input }: PredictSettings,
  second: string | undefined,
  { args, io }: Context,
): AsyncGenerator<readonly NumberedText[]> {
  if (args.length > 0)
    yield args.map((text, index) => ({ line: index + 1, input: second === undefined ? text : [text, second] }));
  if (input !== undefined) yield* readTexts(input, io.stdin);
};

/** The texts: a file is read before anything else is done, so that what is wrong with it is said first; stdin as it comes. */
const readInput = async (
  settings: PredictSettings,
  context: Context,
): Promise<AsyncIterable<readonly NumberedText[]> | readonly (readonly NumberedText[])[]> => {
  const groups = textsOf(settings, await secondText(settings.pair), context);
  if (settings.input === '-') return groups;
  const all: (readonly NumberedText[])[] = [];
  for await (const group of groups) all.push(group);
  return all;
};

const shownText = (input: TextInput): string =>
  (typeof input === 'string' ? input : input.join(' | ')).replace(/\s+/g, ' ');

/** A prediction as a line for people; fields apart by tabs where no terminal aligns them. */
const formatLine = (input: TextInput, prediction: Prediction, { io, color }: Context): string => {
  const { cost, tokens, keptTokens } = prediction;
  const { bold, dim } = pico.createColors(color);
  const kept = `${tokens} -> ${keptTokens.at(-1) ?? tokens} tokens`;
  const { name, confidence } = answerText(prediction);
  const share = `cost ${cost.toFixed(2)}`;
  if (io.stdout.isTTY !== true)
    return [name, ...(confidence === undefined ? [] : [confidence]), share, kept, shownText(input)].join('\t');
  const [first, rest] = [name.padEnd(10), `${confidence?.padStart(6) ?? ''}  ${share}  ${kept.padEnd(16)}  `];
  const room = Math.max(10, (io.stdout.columns ?? 80) - first.length - rest.length - 1);
  return `${bold(first)} ${dim(rest)}${shownText(input).slice(0, room)}`;
};

/** A text that was not read, as a line for people. */
const formatError = (input: TextInput, { code, message }: TextFailure): string =>
  ['error', code, message, shownText(input)].join('\t');

/** Why a text has no prediction. */
interface TextFailure extends Omit<TextError, 'code'> {
  readonly code: string;
}

/** What became of a text. */
type Outcome = Prediction | { readonly error: TextFailure };

/** Names the text at fault, and the flag that helps. */
const atText = ({ code, message, nearest }: TextFailure, { line }: Pick<NumberedText, 'line'>, truncates: boolean): TextFailure => ({
  code,
  message: `Text ${line}: ${message}${code === 'TEXT_TOO_LONG' && truncates ? ' (--truncate)' : ''}`,
  ...(nearest && { nearest }),
});

/** The images at paths, for a model that reads those; texts as they are. */
const readImages = async (
  texts: readonly NumberedText[],
  { dimensions }: OpenedPredictor['predictor'],
): Promise<readonly (Pick<NumberedText, 'line' | 'error'> & { readonly input: PredictorInput })[]> => {
  if (!dimensions.image) return texts;
  return Promise.all(
    texts.map(async ({ line, input, error }) => {
      if (error || typeof input !== 'string') return { line, input, ...(error && { error }) };
      try {
        return { line, input: await readImage(input) };
      } catch (cause) {
        if (!(cause instanceof ModelError)) throw cause;
        return { line, input, error: new CliError('INPUT_INVALID', `Image ${line}: ${cause.message}`, { cause }) };
      }
    }),
  );
};

/** Predicts texts; those that cannot be read have their error in their place. */
const predictEach = async (
  given: readonly NumberedText[],
  { predictor, options, truncates }: OpenedPredictor,
): Promise<Outcome[]> => {
  const texts = await readImages(given, predictor);
  const readable = texts.filter(({ error }) => !error);
  const predictions = await predictor.predict(
    readable.map(({ input }) => input),
    { ...options, onError: 'answer' },
  );
  return texts.map((text): Outcome => {
    if (text.error) return { error: { code: text.error.code, message: text.error.message } };
    const prediction = predictions.shift();
    if (!prediction) throw new CliError('INPUT_INVALID', `Text ${text.line} has no prediction.`);
    return prediction.error ? { error: atText(prediction.error, text, truncates) } : prediction;
  });
};

/** What is wrong with the first text that is none. */
const wrongText = (groups: readonly (readonly NumberedText[])[]): CliError | undefined =>
  groups.flat().find(({ error }) => error)?.error;

/** What a run ends with in which texts were not read. */
const endError = (failures: readonly TextFailure[], count: number): CliError | undefined => {
  const [first, ...others] = failures;
  if (!first) return undefined;
  const more = others.length === 0 ? '' : ` And ${others.length} more.`;
  return new CliError(
    'INPUT_INVALID',
    `${failures.length} of ${count} texts were not predicted; their errors stand in their places. ${first.message}${more}`,
  );
};

/** Predicts texts and prints a line each as they are done, in their order. A text that comes alone and cannot be read is thrown. */
export const predict = async (settings: PredictSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const { args } = context;
  if (args.length === 0 && settings.input === undefined)
    throw new CliError('USAGE', 'There is nothing to predict: give texts, or --input FILE (- for stdin).');
  const isAlone = args.length === 1 && settings.input === undefined;
  const groups = await readInput(settings, context);
  const opened = await openPredictor(settings, source, context).catch((error: unknown) => {
    throw (Array.isArray(groups) ? wrongText(groups) : undefined) ?? error; // a file that is wrong says so first
  });
  const { predictor, used } = opened;
  try {
    if (settings.out !== undefined) await writeRunStart(settings.out, savedSettings(predictOptions, settings), used);
    const all: Outcome[] = [];
    const failures: TextFailure[] = [];
    let count = 0;
    const show = ({ input }: NumberedText, outcome: Outcome): void => {
      const [text, pair] = typeof input === 'string' ? [input] : input;
      if (settings.json) context.print(JSON.stringify({ text, ...(pair !== undefined && { pair }), ...outcome }));
      else context.print(outcome.error ? formatError(input, outcome.error) : formatLine(input, outcome, context));
    };
    for await (const texts of groups) {
      const outcomes = await predictEach(texts, opened);
      texts.forEach((text, i) => {
        const outcome = outcomes[i] as Outcome;
        const failure = outcome.error;
        if (isAlone && failure) throw new ModelError(failure.code as ModelErrorCode, failure.message, failure);
        count += 1;
        if (failure) failures.push(failure);
        show(text, outcome);
        if (settings.out !== undefined) all.push(outcome);
      });
    }
    if (settings.out !== undefined) await writeRunResult(settings.out, { ...used, predictions: all });
    const error = endError(failures, count);
    if (error) throw error;
  } finally {
    predictor.dispose();
  }
};
