import type { EncoderInput } from '@length-adaptive/core';
import { createRandom } from '@length-adaptive/core';
import type { RunnableTextModel, TextInput, Tokenizer } from '@length-adaptive/models';
import type { Io } from '../io.js';
import { CliError } from '../errors.js';
import { readTexts } from '../read-texts.js';

/** Gives a batch of inputs that are all this many tokens long. */
export type MakeBatch = (rows: number, tokens: number) => readonly EncoderInput[];

/** The special tokens around a text. */
const frameOf = (tokenizer: Tokenizer): { readonly before: readonly number[]; readonly after: readonly number[] } => {
  const { ids, sequenceIds } = tokenizer.encode('a');
  return { before: ids.slice(0, sequenceIds.indexOf(0)), after: ids.slice(sequenceIds.lastIndexOf(0) + 1) };
};

const batches = (tokenizer: Tokenizer, next: () => number): MakeBatch => {
  const { before, after } = frameOf(tokenizer);
  return (rows, tokens) =>
    Array.from({ length: rows }, () => ({
      ids: [...before, ...Array.from({ length: Math.max(0, tokens - before.length - after.length) }, next), ...after].slice(0, tokens),
    }));
};

/** Batches of random token ids. */
export const randomBatches = ({ model, tokenizer }: RunnableTextModel, seed: number): MakeBatch => {
  const random = createRandom(seed);
  const largest = Math.min(tokenizer.vocabularySize, model.dimensions.vocabulary) - 1;
  return batches(tokenizer, () => random.integer(0, largest));
};

/**
 * All texts of a file.
 *
 * @throws ModelError `FILE_NOT_FOUND`; CliError `INPUT_INVALID`
 */
export const readBenchTexts = async (path: string, stdin: Io['stdin']): Promise<readonly TextInput[]> => {
  const inputs: TextInput[] = [];
  for await (const texts of readTexts(path, stdin)) {
    for (const { error } of texts) if (error) throw error;
    inputs.push(...texts.map(({ input }) => input));
  }
  if (inputs.length === 0) throw new CliError('INPUT_INVALID', `--data ${path} holds no text; expected a text a line.`);
  return inputs;
};

/** Batches of the tokens of texts, one after the other; they begin again when they are used up. */
export const textBatches = ({ tokenizer }: RunnableTextModel, inputs: readonly TextInput[]): MakeBatch => {
  const tokens = inputs.flatMap((input) => {
    const [text, pair] = typeof input === 'string' ? [input] : input;
    const { ids, sequenceIds } = tokenizer.encode(text, pair);
    return [...ids].filter((_, at) => sequenceIds[at] !== null);
  });
  let at = 0;
  return batches(tokenizer, () => tokens[at++ % tokens.length] ?? 0);
};

/** The same inputs with padding that counts as input, as an engine that knows no better computes it. */
export const padded = (inputs: readonly EncoderInput[], tokens: number, padId: number): readonly EncoderInput[] =>
  inputs.map(({ ids }) => ({ ids: [...Array.from(ids), ...new Array<number>(Math.max(0, tokens - ids.length)).fill(padId)] }));
