import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@length-adaptive/core';
import { createTaskModel, saveModel } from '@length-adaptive/models';
import { specialTokens, tinyBertConfig } from '@length-adaptive/tools/testing/tiny-bert';
import * as tf from '@tensorflow/tfjs';

const filler =
  'the a this that film movie plot actor scene story music was is and but very quite really so it with of in at on to we'.split(
    ' ',
  );
const good = 'good great fine lovely superb brilliant moving funny'.split(' ');
const bad = 'bad poor awful dull boring weak tedious silly'.split(' ');

const vocabulary = [...specialTokens, ...filler, ...good, ...bad, '##ly', '##s', '.', ',', '!'];

/** config.json of a BERT that trains in seconds. */
export const tinyConfig = {
  ...tinyBertConfig,
  vocab_size: vocabulary.length,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  max_position_embeddings: 40,
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  id2label: { 0: 'bad', 1: 'good' },
};

/** Writes a tiny model with random weights as a model folder; `changes` are of its config.json. */
export const writeTinyModel = async (
  folder: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const model = createTaskModel({ ...tinyConfig, ...changes }, new Map(), { fresh: true, seed: 3 });
  model.markTrained(); // as if it had been trained
  await saveModel(folder, {
    model,
    tokenizerFiles: { 'vocab.txt': new TextEncoder().encode(`${vocabulary.join('\n')}\n`) },
  });
  model.dispose();
};

/** Writes labelled sentences: each holds one word that says its label, at a random place. */
export const writeToyData = (path: string, count: number, seed = 1): void => {
  const random = createRandom(seed);
  const pick = (words: readonly string[]): string => words[random.integer(0, words.length - 1)] ?? '';
  const lines = Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: random.integer(4, 14) }, () => pick(filler));
    words[random.integer(0, words.length - 1)] = pick(i % 2 === 0 ? good : bad);
    return `${words.join(' ')}\t${i % 2 === 0 ? 'good' : 'bad'}`;
  });
  writeFileSync(path, `sentence\tlabel\n${lines.join('\n')}\n`);
};

/** Words of a sentence with one that praises or blames, and where it stands. */
const toyWords = (
  count: number,
  seed: number,
): { readonly words: readonly string[]; readonly at: number; readonly isGood: boolean }[] => {
  const random = createRandom(seed);
  const pick = (words: readonly string[]): string => words[random.integer(0, words.length - 1)] ?? '';
  return Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: random.integer(4, 14) }, () => pick(filler));
    const at = random.integer(0, words.length - 1);
    words[at] = pick(i % 2 === 0 ? good : bad);
    return { words, at, isGood: i % 2 === 0 };
  });
};

/** Writes sentences whose one word of praise or blame is an entity, in CoNLL columns. */
export const writeToySentences = (path: string, count: number, seed = 1): void => {
  const sentences = toyWords(count, seed).map(({ words, at, isGood }) =>
    words.map((word, i) => `${word}\t${i !== at ? 'O' : isGood ? 'B-praise' : 'B-blame'}`).join('\n'),
  );
  writeFileSync(path, `${sentences.join('\n\n')}\n`);
};

/** Writes questions whose answer is the one word of praise or blame in their context, as SQuAD does. */
export const writeToyQuestions = (path: string, count: number, seed = 1): void => {
  const paragraphs = toyWords(count, seed).map(({ words, at }, i) => ({
    context: words.join(' '),
    qas: [
      {
        id: `q${i}`,
        question: 'was it',
        answers: [{ text: words[at], answer_start: words.slice(0, at).join(' ').length + (at > 0 ? 1 : 0) }],
      },
    ],
  }));
  writeFileSync(path, JSON.stringify({ version: '1.1', data: [{ title: 'toys', paragraphs }] }));
};

/** A folder with `model`, `train.tsv`, `dev.tsv` and `test.tsv`. */
export const writeToyProject = async (folder: string, examples = 96): Promise<void> => {
  await writeTinyModel(join(folder, 'model'));
  writeToyData(join(folder, 'train.tsv'), examples, 1);
  writeToyData(join(folder, 'dev.tsv'), 40, 2);
  writeToyData(join(folder, 'test.tsv'), 40, 3);
};
