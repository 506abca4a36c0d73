import path from 'node:path';
import { startBackend } from '@length-adaptive/core/backend';
import { load } from '@length-adaptive/models';
import type { Inspection, Predictor } from '@length-adaptive/models';
import { readingNotes } from './reading-notes.js';
import { tokenRows } from './token-rows.js';

/** The models that the site serves. */
const modelFolder = (id: string): string => path.resolve(__dirname, '../../../public/models', id);

let sentiment: Predictor;
beforeAll(async () => {
  await startBackend({ backends: ['wasm'] });
  sentiment = await load(modelFolder('sentiment'));
});
afterAll(() => sentiment.dispose());

const inspect = (text: string): Promise<Inspection> =>
  sentiment.inspect(text, { truncate: true, point: sentiment.paretoSet[0]?.point });
const notesOf = async (text: string): Promise<string[]> => readingNotes(await inspect(text), [text]);

test('of an English sentence there is nothing to tell', async () => {
  expect(await notesOf("A warm, funny film, isn't it?")).toEqual([]);
});

test('a text that is cut says by how much', async () => {
  expect(await notesOf('good '.repeat(839).trim())).toEqual([
    'The text has 841 tokens and the model reads 512: the last 329 (39 %) are cut off.',
  ]);
});

test('words of other scripts are counted and marked as unknown, not drawn as if they were read', async () => {
  const text = 'good 映画 film';
  const inspection = await inspect(text);
  expect(readingNotes(inspection, [text])).toEqual([
    'The model cannot read 2 of 4 words: it sees [UNK] in their place, marked below.',
  ]);
  const [row] = tokenRows(inspection, [text]);
  expect(row?.tokens.map(({ text: shown, unknown }) => [shown, unknown])).toEqual([
    ['[CLS]', false],
    ['good', false],
    ['映', true],
    ['画', true],
    ['film', false],
    ['[SEP]', false],
  ]);
  expect(await notesOf('映画')).toEqual([
    'The model cannot read 2 of 2 words: it sees [UNK] in their place, marked below.',
    'It knows none of these words: its answer says nothing.',
  ]);
});

test('words of which only the letters are known are told of, too', async () => {
  expect(await notesOf('Это очень хороший фильм')).toEqual([
    'The model knows only the letters of 4 of 4 words.',
    'It knows none of these words: its answer says nothing.',
  ]);
  expect(await notesOf('素晴らしい映画')).toContain('It knows none of these words: its answer says nothing.');
  expect(await notesOf('a good фильм, they say')).toEqual(['The model knows only the letters of 1 of 5 words.']);
  expect(await notesOf('ein großartiger Film')).toEqual([]); // in pieces, as an English word may be
});

test('a long context is read in parts, of which one is shown', async () => {
  const answers = await load(modelFolder('question-answering'));
  const texts = ['Who built it?', `Holloway built it. ${'The town grew. '.repeat(150)}`] as const;
  const inspection = await answers.inspect(texts, { point: answers.paretoSet[0]?.point });
  answers.dispose();
  const { length } = inspection.encoding.ids;
  expect(inspection.prediction.tokens).toBeGreaterThan(length);
  expect(readingNotes(inspection, texts)).toEqual([
    `The text is read in overlapping parts, ${inspection.prediction.tokens} tokens together. Below stands the first part, of ${length}.`,
  ]);
});
