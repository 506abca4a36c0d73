import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyEmbedderFiles } from './testing/tiny-embedder.js';
import { tinyExamples, tinyFiles } from './testing/tiny-model.js';

/** The text of the README. */
const readme = (): string => readFileSync(path.join(root, 'README.md'), 'utf8');

const root = path.join(__dirname, '..');
const folder = temporaryFolder();

const runExample = async (example: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', require.resolve('tsx'), '--conditions=@length-adaptive/source', example],
    { cwd: folder, timeout: 240_000, env: { ...process.env, FORCE_COLOR: '0' } },
  );
  return stdout;
};

beforeAll(async () => {
  await tf.setBackend('cpu');
  mkdirSync(path.join(folder, 'models/pretrained'), { recursive: true });
  for (const [name, file] of Object.entries(await tinyFiles()))
    writeFileSync(path.join(folder, 'models/pretrained', name), file);
});

test('the first example of the README is the one that runs here, as a program of its own', async () => {
  const example = path.join(root, 'examples/quick-start.ts');
  expect(readme()).toContain(readFileSync(example, 'utf8'));
  const rows = tinyExamples(60).map(({ text, label }) => `${text}\t${label}`);
  writeFileSync(path.join(folder, 'reviews.tsv'), ['sentence\tlabel', ...rows, ''].join('\n'));

  expect(await runExample(example)).toMatch(/(good|bad) 0\.\d+ 0\.\d+ of the full cost \[/);
  expect(JSON.parse(readFileSync(path.join(folder, 'models/reviews/length_adaptive.json'), 'utf8'))).toMatchObject({
    version: 2,
  });
});

test('so does the one on several labels a text', async () => {
  const example = path.join(root, 'examples/multi-label.ts');
  expect(readme()).toContain(readFileSync(example, 'utf8'));
  const rows = tinyExamples(40).map(({ text, label }) =>
    JSON.stringify({
      text,
      labels: [...(label === 'good' ? ['praise'] : []), ...(text.includes('phone') ? ['phone'] : [])],
    }),
  );
  writeFileSync(path.join(folder, 'comments.jsonl'), rows.join('\n'));

  const printed = await runExample(example);
  expect(printed).toMatch(/^(1|0\.\d+)\n\[/);
  expect(printed).toMatch(/phone: 0\.\d+, praise: 0\.\d+/);
});

test('so does the one on images', async () => {
  const example = path.join(root, 'examples/images.ts');
  expect(readme()).toContain(readFileSync(example, 'utf8'));
  const model = path.join(folder, 'models/vit');
  mkdirSync(model, { recursive: true });
  for (const file of ['config.json', 'model.safetensors'])
    cpSync(path.join(root, 'fixtures/golden/vit', file), path.join(model, file));
  const settings = { size: { height: 12, width: 16 }, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
  writeFileSync(path.join(model, 'preprocessor_config.json'), JSON.stringify(settings));
  cpSync(path.join(root, 'fixtures/images/wide.jpg'), path.join(folder, 'cat.jpg'));
  const lines = (await runExample(example)).trim().split('\n');
  expect(lines.map((line) => line.replace(/^(cat|dog|owl) /, ''))).toEqual([
    expect.stringMatching(/^0\.\d+ 1\.00 of the full cost 13 tokens left$/),
    expect.stringMatching(/^0\.\d+ 0\.\d+ of the full cost 7 tokens left$/),
    expect.stringMatching(/^0\.\d+ 0\.\d+ of the full cost 3 tokens left$/),
    expect.stringMatching(/^0\.\d+ of the full cost, major patches chosen from outside \(fuse\)$/),
    expect.stringMatching(/^0\.\d+ of the full cost, major patches chosen from outside \(prior\)$/),
  ]);
});

test('so does the one on answers and entities', async () => {
  const example = path.join(root, 'examples/token-tasks.ts');
  expect(readme()).toContain(readFileSync(example, 'utf8'));
  const opinions = /good|great|fine|nice|love|bad|poor|awful|sad|hate/;
  const texts = tinyExamples(40).map(({ text }) => text);
  const paragraphs = texts.map((context, i) => ({
    context,
    qas: [
      {
        id: `q${i}`,
        question: 'is it',
        answers: [{ text: opinions.exec(context)?.[0], answer_start: context.search(opinions) }],
      },
    ],
  }));
  writeFileSync(path.join(folder, 'questions.json'), JSON.stringify({ data: [{ title: 'phones', paragraphs }] }));
  const tagged = texts.map((text) =>
    text
      .split(' ')
      .map((word) => `${word}\t${opinions.test(word) ? 'B-opinion' : 'O'}`)
      .join('\n'),
  );
  writeFileSync(path.join(folder, 'sentences.conll'), `${tagged.join('\n\n')}\n`);

  const [answer, entities] = (await runExample(example)).split('\n', 2);
  expect(answer).toMatch(/^\w.* \d+ \[ \d+, \d+, \d+ \]$/);
  expect(entities).toMatch(/^\[/);
});

test('so does the one on reranking', async () => {
  const example = path.join(root, 'examples/rerank.ts');
  expect(readme()).toContain(readFileSync(example, 'utf8'));
  const pairs = tinyExamples(24).map(({ text, label }, i) => ({ text: label, pair: text, label: i % 3 === 0 ? 0 : 1 }));
  writeFileSync(path.join(folder, 'pairs.jsonl'), pairs.map((pair) => JSON.stringify(pair)).join('\n'));

  const printed = await runExample(example);
  expect(printed).toMatch(/^(the phone|a sad|the case)[a-z ]+ 0\.\d+\n/);
  expect(printed).toMatch(/[01]\.\d+ of the full cost \[/);
});

test('so does the one on labels without training', async () => {
  const example = path.join(root, 'examples/zero-shot.ts');
  expect(readme()).toContain(readFileSync(example, 'utf8'));
  const labels = ['contradiction', 'neutral', 'entailment'];
  const pairs = tinyExamples(24).map(({ text, label }, i) => ({ text, pair: `it is ${label}`, label: labels[i % 3] }));
  writeFileSync(path.join(folder, 'nli.jsonl'), pairs.map((pair) => JSON.stringify(pair)).join('\n'));

  const printed = await runExample(example);
  expect(printed.match(/label: '(good|bad)', score: 0\.\d+/g)).toHaveLength(4);
});

test('so does the one on distillation', async () => {
  const example = path.join(root, 'examples/distill.ts');
  expect(readme()).toContain(readFileSync(example, 'utf8'));
  const rows = tinyExamples(40).map(({ text, label }) => `${text}\t${label}`);
  writeFileSync(path.join(folder, 'reviews.tsv'), ['sentence\tlabel', ...rows, ''].join('\n'));

  expect(await runExample(example)).toMatch(/^0\.\d+ 0\.53\d+\n$/);
  expect(JSON.parse(readFileSync(path.join(folder, 'models/small/config.json'), 'utf8'))).toMatchObject({
    num_hidden_layers: 2,
  });
});

test('the one with a task of its own is linked; it loads as a program of its own and says nothing (own-task.spec.ts does the rest)', async () => {
  expect(readme()).toContain('/packages/models/examples/repeats.ts)');
  expect(await runExample(path.join(root, 'examples/repeats.ts'))).toBe('');
});

test('the example with a family of its own runs, too', async () => {
  expect(readme()).toContain('/packages/models/examples/plain-family.ts)');
  expect(await runExample(path.join(root, 'examples/plain-family.ts'))).toBe('');
});

test('the example of adaptation runs', async () => {
  const example = path.join(root, 'examples/adapt.ts');
  expect(readme()).toContain(readFileSync(example, 'utf8'));
  for (const [name, file] of Object.entries(await tinyEmbedderFiles())) {
    const to = path.join(folder, 'models/encoder', name);
    mkdirSync(path.dirname(to), { recursive: true });
    writeFileSync(to, file);
  }
  writeFileSync(path.join(folder, 'corpus.txt'), tinyExamples(60).map(({ text }) => `${text}\n`).join('')); // prettier-ignore
  const [cosines, vector] = (await runExample(example)).trim().split('\n').slice(-2);
  expect(cosines).toMatch(/^cosine to the original (0\.\d+|1\.000), at the smallest lengths (0\.\d+|1\.000)$/);
  expect(vector).toMatch(/^32 0\.\d+$/);
});
