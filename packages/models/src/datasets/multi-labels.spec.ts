import { encodeExamples } from '../examples/encode-examples.js';
import { labelsOf } from '../tasks/labels-of.js';
import { multiLabelClassification } from '../tasks/multi-label-classification.js';
import { sequenceClassification } from '../tasks/sequence-classification.js';
import { tinyVocabulary } from '../testing/tiny-model.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';
import type { Example } from './dataset.js';
import type { ReadExamplesOptions } from './read-examples.js';
import { parseExamples } from './read-examples.js';
import { splitExamples } from './split.js';

const labelsIn = (text: string, name: string, options?: ReadExamplesOptions) =>
  parseExamples(text, name, options).map(({ labels }) => labels);
const task = 'multi-label';
const wrong = (text: string, name: string, options: ReadExamplesOptions) => {
  try {
    parseExamples(text, name, options);
  } catch (error) {
    return error;
  }
  throw new Error('It was read.');
};

test('lists of JSON lines are read as several labels without being told, whatever they are called', () => {
  const text =
    '{"text":"a","labels":["toxic","threat"]}\n{"text":"b","labels":[]}\n{"text":"c","labels":["toxic","toxic"]}\n{"text":"d","labels":[2, 1]}\n{"text":"e","labels":null}\n';
  expect(labelsIn(text, 'a.jsonl')).toEqual([['toxic', 'threat'], [], ['toxic'], ['2', '1'], undefined]);
  expect(labelsIn(text.replaceAll('labels', 'label'), 'a.jsonl')).toEqual([
    ['toxic', 'threat'],
    [],
    ['toxic'],
    ['2', '1'],
    undefined,
  ]);
  expect(labelsIn('{"text":"a","label":"toxic|threat"}\n{"text":"b","label":""}\n', 'a.jsonl', { task })).toEqual([
    ['toxic', 'threat'],
    [],
  ]);
});

test('one column with a separator, in CSV and TSV; an empty cell is no label', () => {
  expect(labelsIn('text,labels\nx,toxic | threat\ny,\nz,toxic\n', 'a.csv', { task })).toEqual([
    ['toxic', 'threat'],
    [],
    ['toxic'],
  ]);
  expect(labelsIn('text\tlabels\nx\ttoxic,threat\ny\t\n', 'a.tsv', { task, labelSeparator: ',' })).toEqual([
    ['toxic', 'threat'],
    [],
  ]);
  expect(parseExamples('text,label\nx,a|b\n', 'a.csv')).toEqual([{ text: 'x', label: 'a|b' }]); // one label unless told otherwise
});

test('a separator says that there may be several labels, and is refused where a text has one', () => {
  const text = 'text,score\nx,"3,5"\ny,4\n';
  expect(labelsIn('text,label\nx,"a,b"\ny,a\n', 'a.csv', { labelSeparator: ',' })).toEqual([['a', 'b'], ['a']]);
  expect(labelsIn(text, 'a.csv', { labelSeparator: ',' })).toEqual([['3', '5'], ['4']]);
  for (const one of ['classification', 'regression'] as const)
    expect(() => parseExamples(text, 'a.csv', { task: one, labelSeparator: ',' })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message: expect.stringContaining(`those of ${one}: one a text`),
      }),
    );
});

test('a column of 0 and 1 for each label', () => {
  const text = 'id,comment_text,toxic,threat,insult\n7,"so, fine",0,0,0\n8,bad,1,0,1.0\n';
  const options = { textColumn: 'comment_text', labelColumns: ['toxic', 'threat', 'insult'] };
  expect(parseExamples(text, 'a.csv', options)).toEqual([
    { id: '7', text: 'so, fine', labels: [] },
    { id: '8', text: 'bad', labels: ['toxic', 'insult'] },
  ]);
  expect(labelsIn(text, 'a.csv', { ...options, labelColumns: [5, 3] })).toEqual([[], ['insult', 'toxic']]);
  expect(
    labelsIn('{"text":"a","x":true,"y":0}\n{"text":"b","x":false,"y":1}\n', 'a.jsonl', { labelColumns: ['x', 'y'] }),
  ).toEqual([['x'], ['y']]);
});

test.each<[string, string, string, ReadExamplesOptions, string]>([
  [
    'neither 0 nor 1',
    'text,toxic\nx,1\ny,-1\n',
    'a.csv',
    { labelColumns: ['toxic'] },
    'a.csv, line 3: column "toxic" is "-1", expected 0 or 1.',
  ],
  [
    'a column that is not there',
    'text,toxic\nx,1\n',
    'a.csv',
    { labelColumns: ['toxic', 'spam'] },
    'a.csv has no column "spam". It has: text, toxic.',
  ],
  [
    'a list in a list',
    '{"text":"a","labels":["x",["y"]]}\n',
    'a.jsonl',
    {},
    'a.jsonl, line 1: column "labels" is ["x",["y"]], expected labels: a list, or a text with "|" between them.',
  ],
  [
    'a label without a name',
    'text,labels\nx,a||b\n',
    'a.csv',
    { task },
    'a.csv, line 2: column "labels" is "a||b", expected labels: a list, or a text with "|" between them.',
  ],
  [
    'lists where one label is asked for',
    '{"text":"a","labels":["x"]}\n',
    'a.jsonl',
    { task: 'classification' },
    'a.jsonl, line 1: column "labels" is ["x"], expected a label.',
  ],
])('refuses %s', (_, text, name, options, message) => {
  expect(wrong(text, name, options)).toMatchObject({ code: 'DATA_INVALID', message });
});

const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });
const examples: readonly Example[] = [
  { text: 'good', labels: ['b', 'a'] },
  { text: 'bad', labels: [] },
  { text: 'poor', label: 'b' },
];

test('labels become a target for each label of the model; a single label is a list of one', () => {
  expect(labelsOf(examples)).toEqual(['a', 'b']);
  expect(encodeExamples(tokenizer, multiLabelClassification(['a', 'b']), examples).map(({ target }) => target)).toEqual(
    [
      [1, 1],
      [0, 0],
      [0, 1],
    ],
  );
});

test.each([
  [
    multiLabelClassification(['a']),
    { text: 'good', labels: ['a', 'z'], id: 'r7' },
    'LABEL_UNKNOWN',
    /Example r7: Label "z"/,
  ],
  [multiLabelClassification(['a']), { text: 'good' }, 'DATA_INVALID', /Example 1 has no label/],
  [
    sequenceClassification(['a', 'b']),
    { text: 'good', labels: ['a'] },
    'DATA_INVALID',
    /Example 1: a list of labels came \(\["a"\]\), and sequence-classification takes one/,
  ],
])('what does not fit the task is refused (%#)', (task, example, code, message) => {
  expect(() => encodeExamples(tokenizer, task, [example])).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test('parts of a split have the same mix of label sets', () => {
  let state = 1;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  const many = Array.from({ length: 40 }, (_, i): Example => ({
    text: `t${i}`,
    labels: i % 4 === 0 ? ['a', 'b'] : [],
  }));
  const { train, dev } = splitExamples(many, { train: 0.5, dev: 0.5 }, { random });
  for (const part of [train, dev]) expect(part.filter(({ labels }) => labels?.length === 2)).toHaveLength(5);
});
