import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../testing/files.js';
import { runMain } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel, writeToyData, writeToyQuestions, writeToySentences } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const onnx = ['--engine', 'onnx', '--threads', '1'];
const lengths = ['--epochs', '8', '--length-drop-epochs', '2', '--learning-rate', '5e-3', '--drop-ratio-bound', '0.3'];

beforeAll(async () => {
  await writeTinyModel(at('base'));
  writeToySentences(at('train.conll'), 300, 1);
  writeToySentences(at('test.conll'), 60, 2);
  writeToyQuestions(at('train.json'), 300, 1);
  writeToyQuestions(at('test.json'), 60, 2);
  writeToyData(at('texts.tsv'), 4);
});

test('token classification: train with LengthDrop, evaluate at reduced lengths, search, predict, export', async () => {
  const { code, stdout, stderr } = await runMain([
    'train',
    ...onnx,
    '--model',
    at('base'),
    '--train',
    at('train.conll'),
    '--dev-share',
    '0.1',
    ...lengths,
    '--out',
    at('tags'),
    '--json',
  ]);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('New head for O, B-blame, B-praise.'),
  });
  expect(JSON.parse(stdout)).toMatchObject({
    trainExamples: 270,
    devExamples: 30,
    labels: ['O', 'B-blame', 'B-praise'],
    stages: [{ stage: 'fine-tune' }, { stage: 'length-drop', best: { reduced: expect.any(Number) } }],
  });
  expect(readJson(at('tags/model/config.json'))).toMatchObject({
    architectures: ['BertForTokenClassification'],
    id2label: { 1: 'B-blame' },
  });

  const model = ['--model', at('tags/model')];
  const scored = await runMain([
    'evaluate',
    ...onnx,
    ...model,
    '--data',
    at('test.conll'),
    '--length-config',
    '0.8,0.6',
    '--metric',
    'f1,accuracy',
    '--min-score',
    '0.8',
    '--json',
  ]);
  expect(scored.code).toBe(0);
  expect(JSON.parse(scored.stdout)).toMatchObject({
    examples: 60,
    scores: { f1: expect.any(Number), accuracy: expect.any(Number) },
  });

  copyFileSync(at('test.conll'), at('test.txt')); // the model says what it is, not the name
  const renamed = await runMain([
    'evaluate',
    ...onnx,
    ...model,
    '--data',
    at('test.txt'),
    '--length-config',
    '0.8,0.6',
    '--metric',
    'f1,accuracy',
    '--json',
  ]);
  expect({ code: renamed.code, stdout: renamed.stdout }).toEqual({ code: 0, stdout: scored.stdout });

  const searched = await runMain([
    'search',
    ...onnx,
    ...model,
    '--data',
    at('test.txt'),
    '--generations',
    '1',
    '--population',
    '4',
    '--no-latency',
  ]);
  expect(searched.code).toBe(0);
  const predicted = await runMain([
    'predict',
    ...onnx,
    ...model,
    '--budget',
    'cost=0.9',
    '--json',
    'the film was superb and so on',
  ]);
  const prediction = JSON.parse(predicted.stdout) as { entities: readonly Record<string, unknown>[]; label: string };
  expect(prediction.entities).toEqual([
    { type: 'praise', text: 'superb', start: 13, end: 19, score: expect.any(Number) },
  ]);
  expect(prediction.label).toBe('superb/praise');

  const exported = await runMain([
    'export',
    '--threads',
    '1',
    ...model,
    '--out',
    at('tags-onnx'),
    '--precision',
    'fp32',
    '--data',
    at('test.conll'),
  ]);
  expect({ code: exported.code, stderr: exported.stderr }).toMatchObject({ code: 0 });
  const onTexts = await runMain([
    'export',
    '--threads',
    '1',
    ...model,
    '--out',
    at('tags-texts'),
    '--precision',
    'fp32',
    '--data',
    at('texts.tsv'),
  ]);
  expect({ code: onTexts.code, stdout: onTexts.stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('in 4 of 4 inputs'),
  }); // verifying needs no tags
  const again = await runMain([
    'predict',
    ...onnx,
    '--model',
    at('tags-onnx'),
    '--budget',
    'cost=0.9',
    '--json',
    'the film was superb and so on',
  ]);
  expect(JSON.parse(again.stdout)).toMatchObject({ label: prediction.label, entities: [{ start: 13 }] });
});

test('question answering: train with LengthDrop, evaluate at reduced lengths, predict from a context, inspect, export', async () => {
  const { code, stderr } = await runMain([
    'train',
    ...onnx,
    '--model',
    at('base'),
    '--train',
    at('train.json'),
    '--dev-share',
    '0.1',
    ...lengths,
    '--max-length',
    '24',
    '--out',
    at('qa'),
  ]);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('New head for question-answering.'),
  });
  expect(readJson(at('qa/model/config.json'))).toMatchObject({ architectures: ['BertForQuestionAnswering'] });

  const model = ['--model', at('qa/model')];
  const scored = await runMain([
    'evaluate',
    ...onnx,
    ...model,
    '--data',
    at('test.json'),
    '--length-config',
    '0.8,0.6',
    '--metric',
    'f1,exact_match',
    '--min-score',
    '0.8',
    '--json',
  ]);
  expect({ code: scored.code, stderr: scored.stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(scored.stdout)).toMatchObject({ examples: 60, scores: { exact_match: expect.any(Number) } });

  writeFileSync(at('pretty.json'), `\ufeff${JSON.stringify(readJson(at('test.json')), null, 2)}\n`);
  const pretty = await runMain([
    'evaluate',
    ...onnx,
    ...model,
    '--data',
    at('pretty.json'),
    '--length-config',
    '0.8,0.6',
    '--metric',
    'f1,exact_match',
    '--json',
  ]);
  expect({ code: pretty.code, stdout: pretty.stdout }).toEqual({ code: 0, stdout: scored.stdout });
  const guessed = await runMain([
    'train',
    ...onnx,
    '--model',
    at('base'),
    '--train',
    at('pretty.json'),
    '--limit',
    '8',
    '--epochs',
    '1',
    '--length-drop-epochs',
    '0',
    '--max-length',
    '24',
    '--out',
    at('pretty'),
  ]);
  expect({ code: guessed.code, stderr: guessed.stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('New head for question-answering.'),
  });

  writeFileSync(at('context.txt'), 'the film and the plot with a scene that was superb on to we of it');
  const predicted = await runMain(['predict', ...onnx, ...model, '--pair', `@${at('context.txt')}`, 'was it']);
  expect(predicted.stdout.split('\t')[0]).toBe('superb');
  const two = await runMain([
    'predict',
    ...onnx,
    ...model,
    '--pair',
    `@${at('context.txt')}`,
    '--answers',
    '2',
    '--max-answer-tokens',
    '1',
    '--json',
    'was it',
  ]);
  const { answers } = JSON.parse(two.stdout) as { answers: readonly { text: string }[] };
  expect(answers.map((answer) => answer.text)).toEqual(['superb', expect.stringMatching(/^\w+$/)]);
  const inspected = await runMain(['inspect', ...onnx, ...model, '--pair', 'the film was superb', 'was it']);
  expect(inspected).toMatchObject({ code: 0, stdout: expect.stringContaining('superb') });

  const exported = await runMain([
    'export',
    '--threads',
    '1',
    ...model,
    '--out',
    at('qa-onnx'),
    '--precision',
    'fp32',
    '--data',
    at('test.json'),
  ]);
  expect({ code: exported.code, stderr: exported.stderr }).toMatchObject({ code: 0 });
  const again = await runMain([
    'predict',
    ...onnx,
    '--model',
    at('qa-onnx'),
    '--pair',
    `@${at('context.txt')}`,
    'was it',
  ]);
  expect(again.stdout.split('\t')[0]).toBe('superb');
});

test('--prior question-overlap: trained and searched with it, a model keeps it, also as ONNX; one flag goes back', async () => {
  const trained = await runMain([
    'train',
    ...onnx,
    '--model',
    at('base'),
    '--train',
    at('train.json'),
    '--limit',
    '32',
    '--epochs',
    '0',
    '--length-drop-epochs',
    '1',
    '--max-length',
    '24',
    '--prior',
    'question-overlap',
    '--out',
    at('near'),
  ]);
  expect({ code: trained.code, stderr: trained.stderr }).toMatchObject({ code: 0 });
  const prior = { name: 'question-overlap', layers: 1, window: 24 };
  const ours = (folder: string): unknown => readJson(at(folder, 'length_adaptive.json'));
  expect(ours('near/model')).toMatchObject({ prior, training: { lengthDropEpochs: 1 } });

  const evaluated = async (...argv: readonly string[]) => {
    const { code, stdout, stderr } = await runMain([
      'evaluate',
      ...onnx,
      '--data',
      at('test.json'),
      '--length-config',
      '0.6,0.4',
      '--metric',
      'probability',
      '--json',
      ...argv,
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return JSON.parse(stdout) as { readonly scores: { readonly probability: number }; readonly prior?: unknown };
  };
  const near = await evaluated('--model', at('near/model'));
  expect(near.prior).toEqual(prior);
  const attention = await evaluated('--model', at('near/model'), '--prior', 'none');
  expect(attention).not.toHaveProperty('prior');
  expect(attention.scores.probability).not.toBe(near.scores.probability);

  const model = ['--model', at('near/model')];
  const small = ['--generations', '1', '--population', '4', '--no-latency'];
  expect(await runMain(['search', ...onnx, ...model, '--data', at('test.json'), ...small])).toMatchObject({ code: 0 });
  expect(ours('near/model')).toMatchObject({ prior, search: { metric: 'f1' } });
  expect(
    await runMain([
      'search',
      ...onnx,
      ...model,
      '--data',
      at('test.json'),
      ...small,
      '--prior',
      'none',
      '--out',
      at('far'),
    ]),
  ).toMatchObject({ code: 0 });
  expect(ours('far')).not.toHaveProperty('prior');
  const resumed = await runMain(['search', ...onnx, ...model, '--resume', '--prior', 'none', '--generations', '2']);
  expect(resumed).toMatchObject({ code: 3, stderr: expect.stringContaining('--prior is "none"') });

  const exported = await runMain([
    'export',
    '--threads',
    '1',
    ...model,
    '--out',
    at('near-onnx'),
    '--precision',
    'fp32',
    '--data',
    at('test.json'),
  ]);
  expect({ code: exported.code, stdout: exported.stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('in 32 of 32 inputs'),
  });
  const again = await evaluated('--model', at('near-onnx'));
  expect(again.scores.probability).toBeCloseTo(near.scores.probability, 5);
  const inspected = await runMain([
    'inspect',
    ...onnx,
    ...model,
    '--length-config',
    '0.7,0.5',
    '--pair',
    'the film was superb',
    'was it',
  ]);
  expect(inspected).toMatchObject({ code: 0, stdout: expect.stringContaining('superb') });
});

test.each<[string, readonly string[], number, string]>([
  [
    'data of another task',
    ['evaluate', '--model', 'tags/model', '--data', 'texts.tsv'],
    3,
    'the tag is "label", expected O, or B-',
  ],
  [
    'the same, with what the model needs',
    ['evaluate', '--model', 'tags/model', '--data', 'texts.tsv'],
    3,
    'The model does token-classification and needs sentences with a tag a word (CoNLL).',
  ],
  [
    'a table for questions',
    ['evaluate', '--model', 'qa/model', '--data', 'texts.tsv'],
    3,
    'The model does question-answering and needs questions with contexts (SQuAD JSON).',
  ],
  [
    'a metric of another task',
    ['evaluate', '--model', 'qa/model', '--data', 'test.json', '--metric', 'accuracy'],
    3,
    'Question answering is not scored by "accuracy"',
  ],
  [
    'a prior of another task',
    ['evaluate', '--model', 'tags/model', '--data', 'test.conll', '--prior', 'question-overlap'],
    3,
    'this model does token-classification; choose none.',
  ],
  [
    'a prior in the place of a reducer',
    ['evaluate', '--model', 'qa/model', '--data', 'test.json', '--reducer', 'question-overlap'],
    3,
    '"question-overlap" is a prior, which is added to what a reducer says, and no reducer; write prior: "question-overlap" (on the command line --prior question-overlap).',
  ],
  [
    'a reducer that nobody knows',
    ['evaluate', '--model', 'qa/model', '--data', 'test.json', '--reducer', 'nearest'],
    3,
    'There is no reducer "nearest"; known: attention, cls-attention, tome, pool, fuse, token-pooling, skim, prior.',
  ],
  ['a question without a context', ['predict', '--model', 'qa/model', 'was it'], 3, 'needs two texts'],
  [
    'a question without room for its context',
    ['predict', '--model', 'qa/model', '--pair', 'the film was good '.repeat(9), 'was it '.repeat(9)],
    3,
    'at least 9. Shorten the question: only contexts are read in parts.\n',
  ],
  [
    'a sentence longer than the positions',
    ['predict', '--model', 'tags/model', 'was it '.repeat(30)],
    3,
    'or cut it with the option truncate. (--truncate)',
  ],
])('%s', async (_, argv, code, message) => {
  const located = argv.map((word) => (/^(tags|qa|texts|test)[./]/.test(word) ? at(word) : word));
  expect(await runMain([...located, ...onnx])).toMatchObject({ code, stderr: expect.stringContaining(message) });
});

test('an answer that is not where the file says, and a line without a tag', async () => {
  writeFileSync(
    at('wrong.json'),
    JSON.stringify({
      data: [
        {
          title: 't',
          paragraphs: [
            {
              context: 'a good film',
              qas: [{ id: '7', question: 'was it', answers: [{ text: 'good', answer_start: 3 }] }],
            },
          ],
        },
      ],
    }),
  );
  const squad = await runMain([
    'train',
    ...onnx,
    '--model',
    at('base'),
    '--train',
    at('wrong.json'),
    '--task',
    'question-answering',
    '--out',
    at('x'),
  ]);
  expect(squad).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(
      'answers[0] of question 7 begins at character 3 of the context; "ood " stands there, expected its text "good"',
    ),
  });
  writeFileSync(at('wrong.conll'), 'a O\nfilm\n');
  const conll = await runMain([
    'train',
    ...onnx,
    '--model',
    at('base'),
    '--train',
    at('wrong.conll'),
    '--out',
    at('x'),
  ]);
  expect(conll).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(
      'wrong.conll, line 2: 1 columns, expected 2 as in the first line. Is the tag missing, or the separator?',
    ),
  });
});
