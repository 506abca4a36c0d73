import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTaskModel, saveModel } from '@length-adaptive/models';
import { specialTokens, tinyBertConfig, vocabularyFiles } from '@length-adaptive/tools/testing/tiny-bert';
import { workspaceFolder } from '../workspace.js';

/** As many layers as the pages count, and as little of all else as does. */
const config = {
  ...tinyBertConfig,
  num_hidden_layers: 6,
  max_position_embeddings: 128,
};

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?\'"-'];
const vocabulary = [...specialTokens, ...letters, ...letters.map((letter) => `##${letter}`)];

/** A pretrained model that needs no download: it stands where a folder is looked for before the Hub is. */
const writeBase = async (folder: string): Promise<void> => {
  const model = createTaskModel({ ...config, vocab_size: vocabulary.length }, new Map(), { fresh: true, seed: 1 });
  await saveModel(folder, { model, tokenizerFiles: vocabularyFiles(vocabulary) });
  model.dispose();
};

/** A sentence of so many things, which differ. */
const sentence = (i: number): string =>
  ['The sound is great', 'It broke after a week', 'I love this phone', 'The battery is poor'][i % 4] +
  `, after ${i} days.`;
const isGood = (i: number): boolean => i % 4 === 0 || i % 4 === 2;
const rows = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${row(i)}\n`).join('');

const reviewsTable = `sentence\tlabel\n${rows(48, (i) => `${sentence(i)}\t${isGood(i) ? 'positive' : 'negative'}`)}`;
const reviewLines = rows(48, (i) => JSON.stringify({ text: sentence(i), label: isGood(i) ? 'positive' : 'negative' }));
const scores = `sentence1,sentence2,score\n${rows(24, (i) => `"${sentence(i)}","${sentence(i + 1 + (i % 3))}",${i % 5}.5`)}`;
const tags = rows(24, (i) => (i % 3 === 2 ? '' : (['Mary B-person', 'sings O'][i % 3] ?? '')));

const questions = JSON.stringify({
  data: Array.from({ length: 24 }, (_, i) => {
    const context = `Writer ${i} wrote it in ${1900 + i}. ${sentence(i)}`;
    return {
      title: 'T',
      paragraphs: [
        {
          context,
          qas: [{ id: `q${i}`, question: 'Who wrote it?', answers: [{ text: `Writer ${i}`, answer_start: 0 }] }],
        },
      ],
    };
  }),
});

/** The files that pages take for granted: data of the user's own. */
const files: Readonly<Record<string, string>> = {
  'train.tsv': reviewsTable,
  'dev.tsv': reviewsTable,
  'test.tsv': reviewsTable,
  'reviews.jsonl': reviewLines,
  'test.jsonl': reviewLines,
  'comments.csv': `comment,toxic,threat,insult\n${rows(24, (i) => `"${sentence(i)}",${i % 2},${i % 3 === 0 ? 1 : 0},${i % 4 === 3 ? 1 : 0}`)}`,
  'comments-test.jsonl': rows(24, (i) =>
    JSON.stringify({ text: sentence(i), labels: i % 2 === 0 ? [] : ['toxic', ...(i % 3 === 0 ? ['threat'] : [])] }),
  ),
  'topics.tsv': `text\tlabels\n${rows(24, (i) => `${sentence(i)}\t${['sound', 'battery', 'sound|battery'][i % 3]}`)}`,
  'sts.csv': scores,
  'sts-dev.csv': scores,
  'pairs.jsonl': rows(24, (i) =>
    JSON.stringify({ text: 'the battery', pair: sentence(i), label: i % 4 === 3 ? 1 : 0 }),
  ),
  'candidates.jsonl': rows(4, (i) =>
    JSON.stringify({ query: sentence(i), documents: [0, 1, 2, 3].map((at) => sentence(at + 7 * i)) }),
  ),
  'corpus.jsonl': rows(24, (i) => JSON.stringify({ title: `Review ${i}`, text: sentence(i) })),
  'passages.txt': rows(6, sentence),
  'train-v1.1.json': questions,
  'dev-v1.1.json': questions,
  'article.txt': 'Ada Lovelace wrote it in 1843. The machine was never built.',
  'train.conll': tags,
  'dev.conll': tags,
};

/** An empty folder of a reader's own, with what pages take for granted: packages, data, and models of elsewhere. */
export const guideFolder = async (): Promise<string> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-guide-'));
  symlinkSync(path.join(workspaceFolder, 'node_modules'), path.join(folder, 'node_modules'));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  for (const name of ['bert-base-uncased', 'bert-base-cased']) await writeBase(path.join(folder, 'google-bert', name));
  return folder;
};
