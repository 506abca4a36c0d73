import type { Inspection, TextInput } from '@length-adaptive/models';
import { readImage } from '@length-adaptive/models';
import pico from 'picocolors';
import { answerText } from '../choice/answer-text.js';
import type { Context } from '../context/command.js';
import type { InspectSettings } from './options.js';
import { inspectOptions } from './options.js';
import { displayWidth, formatRow, shownTokens, wrapTokens } from '../picture/kept-rows.js';
import type { TracedText } from '../picture/token-picture.js';
import { keptRows, mergedRows } from '../picture/token-picture.js';
import { required } from '../context/settings.js';
import { openPredictor } from '../choice/predict-options.js';
import { writeRunResult, writeOwnRunStart } from '../run-folder/run-folder.js';
import { secondText } from '../data/second-text.js';

const tracedOf = (inspection: Inspection, texts: readonly string[]): TracedText => ({
  tokens: shownTokens(inspection.encoding, texts),
  layers: inspection.layers,
  skip: inspection.prediction.point.skip,
  mergedInto: inspection.mergedInto,
});

const printPicture = (traced: TracedText, { print, color, io }: Context): void => {
  const { bold, dim } = pico.createColors(color);
  const { tokens } = traced;
  const rows = keptRows(traced);
  const names = Math.max(...rows.map(({ name }) => name.length));
  const counts = String(tokens.length).length;
  const room = io.stdout.isTTY === true ? Math.max(20, (io.stdout.columns ?? 80) - names - counts - 4) : Infinity;
  wrapTokens(tokens, room).forEach((group, index) => {
    if (index > 0) print('');
    for (const { name, kept } of rows) {
      const line = formatRow(tokens, group, kept, color ? dim : undefined);
      print(`${bold(name.padEnd(names))}  ${String(kept.size).padStart(counts)}  ${line}`);
    }
  });
};

/** A line a token: what ranked it in each layer, `·` once it had left. */
const scoreLines = (
  { encoding }: Inspection,
  scores: NonNullable<Inspection['scores']>,
  texts: readonly string[],
): string[] => {
  const tokens = shownTokens(encoding, texts).map(({ shown }) => shown.trim());
  const width = Math.max(...tokens.map(displayWidth));
  const cells = (token: number): string[] =>
    scores.map((layer) => {
      const score = layer[token] ?? Number.NaN;
      return (Number.isNaN(score) ? '·' : score.toPrecision(3)).padStart(9);
    });
  const head = scores.map((_, layer) => `layer ${layer + 1}`.padStart(9));
  return [
    `${' '.repeat(width)}${head.join('')}`,
    ...tokens.map((shown, token) => `${shown}${' '.repeat(width - displayWidth(shown))}${cells(token).join('')}`),
  ];
};

/** Which tokens became one, a line a layer. */
const merges = (traced: TracedText): string[] =>
  mergedRows(traced).map(({ name, groups }) => `${name} made one of  ${groups.map((words) => `[${words}]`).join(' ')}`);

const summary = ({ prediction }: Inspection): string => {
  const { cost, tokens, keptTokens } = prediction;
  const { name, confidence } = answerText(prediction);
  return `${[name, ...(confidence === undefined ? [] : [confidence])].join(' ')}  cost ${cost.toFixed(2)} of the full MACs  ${tokens} -> ${keptTokens.at(-1) ?? tokens} tokens`;
};

/** What the picture does not show: tokens that were cut away, and words that stand in it though the model sees its unknown token in their place. */
const unread = ({ prediction, encoding }: Inspection, texts: readonly string[]): string[] => {
  const { tokens, cutTokens } = prediction;
  const unknown = shownTokens(encoding, texts).filter((_, i) => /^(\[UNK\]|<unk>)$/.test(encoding.tokens[i] ?? ''));
  return [
    ...(cutTokens === undefined ? [] : [`cut off: the last ${cutTokens} of ${tokens + cutTokens} tokens`]),
    ...(unknown.length === 0 ? [] : [`unknown to the model: ${unknown.map(({ shown }) => shown).join(', ')}`]),
  ];
};

/** Predicts one text and shows which of its tokens each layer kept, and which became one. */
export const inspect = async (settings: InspectSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const [text = ''] = context.args;
  const pair = await secondText(settings.pair);
  const { predictor, options, used } = await openPredictor(settings, source, context);
  try {
    if (settings.out !== undefined) await writeOwnRunStart(settings.out, inspectOptions, settings, used);
    const given: TextInput = pair === undefined ? text : [text, pair];
    const input = predictor.dimensions.image ? await readImage(text) : given;
    const inspection = await predictor.inspect(input, { ...options, scores: settings.scores });
    if (settings.out !== undefined) await writeRunResult(settings.out, { ...used, ...inspection });
    if (settings.json) {
      context.print(JSON.stringify({ ...used, ...inspection }));
      return;
    }
    const texts = [text, pair ?? ''];
    const traced = tracedOf(inspection, texts);
    printPicture(traced, context);
    context.print('');
    if (inspection.scores) {
      for (const line of scoreLines(inspection, inspection.scores, texts)) context.print(line);
      context.print('');
    }
    for (const line of merges(traced)) context.print(line);
    context.print(summary(inspection));
    for (const line of unread(inspection, texts)) context.print(line);
  } finally {
    predictor.dispose();
  }
};
