import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabelledInput } from '@length-adaptive/models';
import { temporaryFolder } from '../testing/temporary-folder.js';
import type { DataSettings } from './data.js';
import { digestOf, readData } from './data.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

const settings: DataSettings = {
  ...{ textColumn: undefined, pairColumn: undefined, labelColumn: undefined },
  ...{ header: undefined, limit: undefined, seed: 1 },
};

beforeAll(() => {
  const qas = [{ id: '1', question: 'was it', answers: [{ text: 'good', answer_start: 2 }] }];
  writeFileSync(
    at('questions.json'),
    JSON.stringify({ data: [{ title: 't', paragraphs: [{ context: 'a good film', qas }] }] }),
  );
  writeFileSync(at('sentences.conll'), 'B-a\tAda\tO\tB-person\nO\tsleeps\tB-verb\tO\n');
  writeFileSync(at('images.csv'), 'file,name,kind\nb.png,missing.png,cat\n');
});

describe('options of columns', () => {
  test.each([
    [
      'questions.json',
      'textColumn',
      'question',
      /--text-column is for tables, and .* questions with contexts \(SQuAD JSON\)/,
    ],
    ['questions.json', 'labelColumn', '2', /--label-column is for tables/],
    ['questions.json', 'header', true, /--header is for tables/],
    ['sentences.conll', 'pairColumn', '2', /--pair-column is for tables, and .* sentences with a tag a word \(CoNLL\)/],
    ['sentences.conll', 'labelSeparator', ',', /--label-separator is for tables/],
    ['sentences.conll', 'labelColumns', ['a', 'b'], /--label-columns is for tables/],
  ])('%s refuses %s', async (file, option, value, message) => {
    await expect(readData(at(file), { ...settings, [option]: value })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(message),
    });
  });

  test('sentences are read by the numbers of their columns', async () => {
    const { examples } = await readData(at('sentences.conll'), { ...settings, textColumn: '2', labelColumn: '3' });
    expect(examples).toMatchObject([{ words: ['Ada', 'sleeps'], tags: ['O', 'B-verb'] }]);
    await expect(readData(at('sentences.conll'), { ...settings, labelColumn: 'tag' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('the columns of CoNLL have no names'),
    });
  });

  test('images are read by the columns that are named', async () => {
    const read = (more: Partial<DataSettings>) =>
      readData(at('images.csv'), { ...settings, ...more }, 'image-classification');
    await expect(read({ textColumn: 'name', labelColumn: 'kind' })).rejects.toThrow(/missing\.png/);
    await expect(read({ labelColumn: 'sort' })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('has no column "sort". It has: file, name, kind.'),
    });
    await expect(read({ header: false })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

const input = { ids: [2, 5, 3] };
const question = (answer: string): LabelledInput => ({
  input,
  target: [1, 1],
  question: {
    source: { id: 'q', question: 'Who?', context: 'Ann, or Ann', answers: [{ text: answer, start: 0 }] },
    window: {} as NonNullable<LabelledInput['question']>['window'],
  },
});
const document = (score: number, query = 7): LabelledInput => ({
  input,
  document: {
    id: 'd',
    search: {
      queries: [{ id: 'q', input: { ids: [2, query, 3] } }],
      judgements: new Map([['q', new Map([['d', score]])]]),
    },
  },
});

describe('the digest of examples is another one', () => {
  test.each<[string, LabelledInput, LabelledInput]>([
    ['of other tokens', { input, target: 1 }, { input: { ids: [2, 6, 3] }, target: 1 }],
    ['of another class', { input, target: 1 }, { input, target: 0 }],
    ['of other pixels', { input: { ids: [0], pixels: [0.5] } }, { input: { ids: [0], pixels: [0.25] } }],
    ['of a pair that is more alike', { input, similarity: { label: 1 } }, { input, similarity: { label: 2 } }],
    ['of another list', { input, target: 1, list: 0 }, { input, target: 1, list: 1 }],
    ['of an answer in other words', question('Ann'), question('Ann,')],
    [
      'of a tag of a word without a token',
      { input, target: [-1, 1, -1], sentence: { tags: ['O', 'B-PER'], firstOf: [-1, 0, -1] } },
      { input, target: [-1, 1, -1], sentence: { tags: ['O', 'O'], firstOf: [-1, 0, -1] } },
    ],
    ['of another judgement of a document', document(1), document(0)],
    ['of another query of a document', document(1), document(1, 8)],
  ])('%s', (_, one, other) => {
    expect(digestOf([one])).toBe(digestOf([structuredClone(one)]));
    expect(digestOf([one])).not.toBe(digestOf([other]));
  });
});
