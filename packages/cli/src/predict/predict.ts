import type { ModelErrorCode, TextInput } from '@length-adaptive/models';
import { ModelError } from '@length-adaptive/models';
import pico from 'picocolors';
import type { Context } from '../context/command.js';
import type { PredictSettings } from './options.js';
import { predictOptions } from './options.js';
import { CliError, inputsLeftOut } from '../context/errors.js';
import { required } from '../context/settings.js';
import type { Answered, LineFields, TextAnswering, TextFailure } from './answer-texts.js';
import { openPredictions } from './answer-texts.js';
import { checkZeroShotSettings, openZeroShot } from './zero-shot.js';
import type { NumberedText } from '../data/read-texts.js';
import { readTexts } from '../data/read-texts.js';
import { writeRunResult, writeOwnRunStart } from '../run-folder/run-folder.js';
import { secondText } from '../data/second-text.js';

/** A text with the second one of all texts; one that has its own keeps it. */
const withSecond = (text: NumberedText, second: string | undefined): NumberedText =>
  second === undefined || text.error || typeof text.input !== 'string'
    ? text
    : { ...text, input: [text.input, second] };

const textsOf = async function* (
  { input }: PredictSettings,
  second: string | undefined,
  { args, io }: Context,
): AsyncGenerator<readonly NumberedText[]> {
  const paired = (texts: readonly NumberedText[]): NumberedText[] => texts.map((text) => withSecond(text, second));
  if (args.length > 0) yield paired(args.map((text, index) => ({ line: index + 1, input: text })));
  if (input === undefined) return;
  for await (const texts of readTexts(input, io.stdin)) yield paired(texts);
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

/** An answer as a line for people; fields apart by tabs where no terminal aligns them. */
const formatLine = (
  input: TextInput,
  { name, confidence, cost, overBudget, tokens }: LineFields,
  { io, color }: Context,
): string => {
  const { bold, dim } = pico.createColors(color);
  const share = `cost ${cost.toFixed(2)}${overBudget ? ', over the budget' : ''}`;
  if (io.stdout.isTTY !== true)
    return [name, ...(confidence === undefined ? [] : [confidence]), share, tokens, shownText(input)].join('\t');
  const [first, rest] = [name.padEnd(10), `${confidence?.padStart(6) ?? ''}  ${share}  ${tokens.padEnd(16)}  `];
  const room = Math.max(10, (io.stdout.columns ?? 80) - first.length - rest.length - 1);
  return `${bold(first)} ${dim(rest)}${shownText(input).slice(0, room)}`;
};

/** A text that was not read, as a line for people. */
const formatError = (input: TextInput, { code, message }: TextFailure): string =>
  ['error', code, message, shownText(input)].join('\t');

/** Names the text at fault, and the flag that helps. */
const atText = (
  { code, message, nearest }: TextFailure,
  { line }: NumberedText,
  { noun, truncates }: TextAnswering,
): TextFailure => ({
  code,
  message: `${noun} ${line}: ${message}${code === 'TEXT_TOO_LONG' && truncates ? ' (--truncate)' : ''}`,
  ...(nearest && { nearest }),
});

/** Answers texts; those that cannot be read have their error in their place. */
const answerEach = async (texts: readonly NumberedText[], answering: TextAnswering): Promise<Answered[]> => {
  const readable = texts.filter(({ error }) => !error);
  const answers = [...(await answering.answer(readable.map(({ input }) => input)))];
  return texts.map((text): Answered => {
    if (text.error) return { error: { code: text.error.code, message: text.error.message } };
    const answered = answers.shift();
    if (!answered) throw new CliError('INPUT_INVALID', `Text ${text.line} has no prediction.`);
    return answered.error ? { error: atText(answered.error, text, answering) } : answered;
  });
};

/** What JSON says of a text. */
const savedOf = (answered: Answered): object => (answered.error ? { error: answered.error } : answered.answer);

/** What is wrong with the first text that is none. */
const wrongText = (groups: readonly (readonly NumberedText[])[]): CliError | undefined =>
  groups.flat().find(({ error }) => error)?.error;

/** Predicts texts and prints a line each as they are done, in their order. A text that comes alone and cannot be read is thrown. */
export const predict = async (settings: PredictSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const { args } = context;
  if (args.length === 0 && settings.input === undefined)
    throw new CliError('USAGE', 'There is nothing to predict: give texts, or --input FILE (- for stdin).');
  checkZeroShotSettings(settings);
  const isAlone = args.length === 1 && settings.input === undefined;
  const groups = await readInput(settings, context);
  const open = settings.labels === undefined ? openPredictions : openZeroShot;
  const opened = await open(settings, source, context).catch((error: unknown) => {
    throw (Array.isArray(groups) ? wrongText(groups) : undefined) ?? error; // a file that is wrong says so first
  });
  const { used } = opened;
  try {
    if (settings.out !== undefined) await writeOwnRunStart(settings.out, predictOptions, settings, used);
    const all: object[] = [];
    const failures: TextFailure[] = [];
    let count = 0;
    const show = ({ input }: NumberedText, answered: Answered): void => {
      const [text, pair] = typeof input === 'string' ? [input] : input;
      const { error } = answered;
      if (settings.json)
        context.print(JSON.stringify({ text, ...(pair !== undefined && { pair }), ...savedOf(answered) }));
      else context.print(error ? formatError(input, error) : formatLine(input, answered.line, context));
    };
    for await (const texts of groups) {
      const outcomes = await answerEach(texts, opened);
      texts.forEach((text, i) => {
        const answered = outcomes[i] as Answered;
        const { error: failure } = answered;
        if (isAlone && failure) throw new ModelError(failure.code as ModelErrorCode, failure.message, failure);
        count += 1;
        if (failure) failures.push(failure);
        show(text, answered);
        if (settings.out !== undefined) all.push(savedOf(answered));
      });
    }
    if (settings.out !== undefined) await writeRunResult(settings.out, { ...used, predictions: all });
    const error = inputsLeftOut(failures, count, 'texts were not predicted; their errors stand in their places');
    if (error) throw error;
  } finally {
    opened.dispose();
  }
};
