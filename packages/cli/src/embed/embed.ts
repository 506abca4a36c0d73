import { createHash } from 'node:crypto';
import { createPredictor, reducerRecord } from '@length-adaptive/models';
import type { EmbedOptions, Predictor } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import { CliError, inputsLeftOut, orHowToGoOn } from '../context/errors.js';
import { required } from '../context/settings.js';
import { checkLengthSettings, parseBudget, readPoint } from '../choice/length-choice.js';
import { readTexts } from '../data/read-texts.js';
import type { NumberedText } from '../data/read-texts.js';
import { openRunnable } from '../engine/engine.js';
import type { OpenedModel } from '../engine/opened-model.js';
import type { EmbedSettings } from './options.js';
import { openVectorFile } from './vector-file.js';
import type { VectorFile, VectorIdentity } from './vector-file.js';

/** Texts that are embedded together: their batches are sorted by length. */
const group = 512;

const inputOf = async ({ input }: EmbedSettings, { args, io }: Context): Promise<NumberedText[]> => {
  if (args.length > 0 && input !== undefined) throw new CliError('USAGE', 'Give texts or --input, not both.');
  if (args.length > 0) return args.map((text, i) => ({ line: i + 1, input: text }));
  if (input === undefined)
    throw new CliError('USAGE', 'There is nothing to embed: give texts, or --input FILE (- for stdin).');
  const texts: NumberedText[] = [];
  for await (const some of readTexts(input, io.stdin, group)) texts.push(...some);
  return texts;
};

const optionsOf = (settings: EmbedSettings, { model, lengthAdaptive }: OpenedModel): EmbedOptions => {
  const { budget, lengthConfig, prompt, dimensions, longTexts } = settings;
  const point =
    lengthConfig === undefined
      ? undefined
      : readPoint(lengthConfig, model.dimensions.layers, lengthAdaptive?.paretoSet ?? []);
  return { ...(budget === undefined ? { point } : { budget: parseBudget(budget) }), prompt, dimensions, longTexts };
};

/** A text with its vector, or why it has none. */
interface Embedded {
  readonly text: string;
  readonly vector?: Float32Array | undefined;
  readonly cost?: number | undefined;
  readonly tokens?: number | undefined;
  readonly cutTokens?: number | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** A text in one piece: of two their words, one after the other; of what is none, what stands there. */
const asText = ({ input }: NumberedText): string => (typeof input === 'string' ? input : input.join(' '));

/** Makes vectors of texts; those that cannot be read have their error in their place. */
const embedEach = async (
  predictor: Predictor,
  texts: readonly NumberedText[],
  options: EmbedOptions,
): Promise<Embedded[]> => {
  const readable = texts.filter(({ error }) => !error);
  const vectors = [
    ...(await predictor.embed(readable.map(asText), { ...options, onError: 'answer', format: 'float32' })),
  ];
  return texts.map((given): Embedded => {
    const text = asText(given);
    if (given.error) return { text, error: { code: given.error.code, message: given.error.message } };
    const { vector, cost, tokens, cutTokens, error } = vectors.shift() ?? {};
    return error
      ? { text, error: { code: error.code, message: `Text ${given.line}: ${error.message}` } }
      : { text, vector, cost, tokens, ...(cutTokens !== undefined && { cutTokens }) };
  });
};

const jsonLine = ({ vector, error, ...rest }: Embedded): string =>
  JSON.stringify(error ? { ...rest, error } : { ...rest, embedding: [...(vector ?? [])] });

/** Why a text has no vector. */
interface Failure {
  /** Where it stands among the texts, from 0. */
  readonly row: number;
  readonly code: string;
  readonly message: string;
}

/** A row as a JSON line: a text and its vector, or its error. */
const rowLines = (
  texts: readonly NumberedText[],
  failures: readonly Failure[],
): ((row: number, vector: readonly number[]) => string) => {
  const errors = new Map(failures.map(({ row, ...error }) => [row, error]));
  return (row, vector) => {
    const given = texts[row];
    const text = given ? asText(given) : '';
    const error = errors.get(row);
    return JSON.stringify(error ? { text, error } : { text, embedding: vector });
  };
};

interface Written {
  readonly failures: readonly Failure[];
  readonly count: number;
}

/** The failures among texts of which the first stands at `start`. */
const failuresIn = (found: readonly Embedded[], start: number): Failure[] =>
  found.flatMap(({ error }, i) => (error ? [{ row: start + i, ...error }] : []));

/** Writes the vectors of texts; those that an earlier run has written are left out, and what failed in it is tried again. */
const writeVectors = async (
  predictor: Predictor,
  texts: readonly NumberedText[],
  options: EmbedOptions,
  { file, width, context }: { readonly file: VectorFile; readonly width: number; readonly context: Context },
): Promise<Written> => {
  const progress = context.progress('embed', 'texts');
  const failures: Failure[] = [];
  const write = async (start: number, end: number): Promise<void> => {
    const found = await embedEach(predictor, texts.slice(start, end), { ...options, signal: context.signal });
    await file.write(
      start,
      found.map(({ vector }) => vector ?? new Float32Array(width)),
    );
    failures.push(...failuresIn(found, start));
  };
  for (const row of file.empty) await write(row, row + 1);
  for (let start = file.rows; start < texts.length; start += group) {
    await write(start, start + group);
    progress.update(Math.min(start + group, texts.length), texts.length);
  }
  progress.end();
  return { failures, count: texts.length };
};

const textsLeftOut = ({ failures, count }: Written): CliError | undefined =>
  inputsLeftOut(failures, count, 'texts have no vector');

/** What rows are made of: texts by their digest, wherever they came from, and all that decides on their vectors. */
const rowsIdentity = async (
  predictor: Predictor,
  texts: readonly NumberedText[],
  options: EmbedOptions,
  { model: { reducer, prior } }: OpenedModel,
): Promise<VectorIdentity> => {
  const hash = createHash('sha256');
  for (const { input, error } of texts) hash.update(`${JSON.stringify([input, error !== undefined])}\n`);
  return {
    identity: await predictor.identity(options),
    texts: hash.digest('hex'),
    ...options,
    reducer: reducerRecord(reducer),
    prior,
  };
};

/** Makes vectors of texts: printed, or written to a file in their order. */
export const embed = async (settings: EmbedSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  checkLengthSettings(settings);
  const { out, resume, dimensions } = settings;
  if (resume && out === undefined) throw new CliError('USAGE', '--resume goes on with a file: give --out.');
  const texts = await inputOf(settings, context);
  const opened = await openRunnable(source, settings, context);
  const predictor = createPredictor(opened);
  try {
    const options = optionsOf(settings, opened);
    await predictor.embed([], options); // what is wrong with the options is said before anything is written
    const width = dimensions ?? predictor.embedding?.dimensions ?? predictor.dimensions.hiddenSize;
    if (out === undefined) {
      const found = await embedEach(predictor, texts, { ...options, signal: context.signal });
      for (const each of found) context.print(jsonLine(each));
      const error = textsLeftOut({ failures: failuresIn(found, 0), count: found.length });
      if (error) throw error;
      return;
    }
    const identity = await rowsIdentity(predictor, texts, options, opened);
    const file = await openVectorFile(out, { identity, width, resume });
    try {
      if (file.rows > 0) context.note(`${file.rows} vectors are there already.`);
      const written = await writeVectors(predictor, texts, options, { file, width, context });
      await file.finish(out.endsWith('.jsonl') ? rowLines(texts, written.failures) : undefined);
      context.note(`${written.count} vectors of ${width} numbers in ${out}.`);
      const error = textsLeftOut(written);
      if (error) throw error;
    } catch (error) {
      await file.close().catch(() => undefined); // it is closed where it was finished
      throw orHowToGoOn(error, `What was made is in ${out}.part; go on with the same command and --resume.`);
    }
  } finally {
    predictor.dispose();
  }
};
