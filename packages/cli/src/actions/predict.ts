import type { Prediction, TextInput } from '@length-adaptive/models';
import { ModelError } from '@length-adaptive/models';
import pico from 'picocolors';
import { answerText } from '../answer-text.js';
import type { Context } from '../command.js';
import type { PredictSettings } from '../commands/predict.js';
import { predictOptions } from '../commands/predict.js';
import { CliError } from '../errors.js';
import { required, savedSettings } from '../options/settings.js';
import { openPredictor } from '../predict-options.js';
import type { NumberedText } from '../read-texts.js';
import { readTexts } from '../read-texts.js';
import { writeRunResult, writeRunStart } from '../run-folder.js';
import { secondText } from '../second-text.js';

const textsOf = async function* ({ input, pair }: PredictSettings, { args, io }: Context): AsyncGenerator<readonly NumberedText[]> {
  const second = await secondText(pair);
  if (args.length > 0) yield args.map((text, index) => ({ line: index + 1, input: second === undefined ? text : [text, second] }));
  if (input !== undefined) yield* readTexts(input, io.stdin);
};

const shownText = (input: TextInput): string => (typeof input === 'string' ? input : input.join(' | ')).replace(/\s+/g, ' ');

/** A prediction as a line for people; fields apart by tabs where no terminal aligns them. */
const formatLine = (input: TextInput, prediction: Prediction, { io, color }: Context): string => {
  const { cost, tokens, keptTokens } = prediction;
  const { bold, dim } = pico.createColors(color);
  const kept = `${tokens} -> ${keptTokens.at(-1) ?? tokens} tokens`;
  const { name, confidence } = answerText(prediction);
  const share = `cost ${cost.toFixed(2)}`;
  if (io.stdout.isTTY !== true) return [name, ...(confidence === undefined ? [] : [confidence]), share, kept, shownText(input)].join('\t');
  const [first, rest] = [name.padEnd(10), `${confidence?.padStart(6) ?? ''}  ${share}  ${kept.padEnd(16)}  `];
  const room = Math.max(10, (io.stdout.columns ?? 80) - first.length - rest.length - 1);
  return `${bold(first)} ${dim(rest)}${shownText(input).slice(0, room)}`;
};

/** Names the text at fault. */
const atText = (error: unknown, { line }: NumberedText, truncates: boolean): unknown =>
  error instanceof ModelError && error.code.startsWith('TEXT_')
    ? new ModelError(error.code, `Text ${line}: ${error.message}${error.code === 'TEXT_TOO_LONG' && truncates ? ' (--truncate)' : ''}`, { cause: error })
    : error;

/** Predicts texts and prints a line each as they are done. */
export const predict = async (settings: PredictSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  if (context.args.length === 0 && settings.input === undefined) throw new CliError('USAGE', 'There is nothing to predict: give texts, or --input FILE (- for stdin).');
  const { predictor, options, used, truncates } = await openPredictor(settings, source, context);
  try {
    if (settings.out !== undefined) await writeRunStart(settings.out, savedSettings(predictOptions, settings), used);
    const all: Prediction[] = [];
    const show = (texts: readonly NumberedText[], predictions: readonly Prediction[]): void => {
      predictions.forEach((prediction, i) => {
        const input = texts[i]?.input ?? '';
        const [text, pair] = typeof input === 'string' ? [input] : input;
        if (settings.json) context.print(JSON.stringify({ text, ...(pair !== undefined && { pair }), ...prediction }));
        else context.print(formatLine(input, prediction, context));
        if (settings.out !== undefined) all.push(prediction);
      });
    };
    for await (const texts of textsOf(settings, context)) {
      if (texts.length === 0) continue;
      try {
        show(texts, await predictor.predict(texts.map(({ input }) => input), options));
      } catch (error) {
        if (!(error instanceof ModelError) || !error.code.startsWith('TEXT_')) throw error;
        // Those before the one at fault are answered; it is found by trying one after the other.
        for (const one of texts) {
          show([one], await predictor.predict([one.input], options).catch((cause: unknown) => Promise.reject(atText(cause, one, truncates) as Error)));
        }
      }
    }
    if (settings.out !== undefined) await writeRunResult(settings.out, { ...used, predictions: all });
  } finally {
    predictor.dispose();
  }
};
