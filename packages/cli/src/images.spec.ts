/** Commands on a model that reads images. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './testing/files.js';
import { runMain, small } from './testing/run-main.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const folder = temporaryFolder();
const model = join(folder, 'vit');
const photos = join(folder, 'photos');
const fixtures = join(__dirname, '../../models/fixtures');
const lat = (command: string, ...argv: readonly string[]) => runMain([command, ...small, ...argv]);
const linesOf = (text: string): unknown[] => text.trim().split('\n').map((line) => JSON.parse(line) as unknown); // prettier-ignore

beforeAll(() => {
  mkdirSync(model);
  for (const file of ['config.json', 'model.safetensors'])
    cpSync(join(fixtures, 'golden/vit', file), join(model, file));
  const preprocessor = { size: { height: 12, width: 16 }, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
  writeFileSync(join(model, 'preprocessor_config.json'), JSON.stringify(preprocessor));
  ['cat', 'dog', 'owl'].forEach((label, i) => {
    mkdirSync(join(photos, label), { recursive: true });
    for (const [name, from] of [
      ['a.png', 'wide.png'],
      ['b.png', 'grey.png'],
      ['c.jpg', 'wide.jpg'],
      ['d.png', 'clear.png'],
    ] as const)
      // prettier-ignore
      if (name !== 'd.png' || i > 0) cpSync(join(fixtures, 'images', from), join(photos, label, name));
  });
  writeFileSync(join(photos, 'cat/notes.txt'), 'no image');
  writeFileSync(
    join(folder, 'photos.jsonl'),
    ['cat/a.png', 'dog/b.png', 'owl/c.jpg'].map((image) => `${JSON.stringify({ image: `photos/${image}`, label: image.slice(0, 3) })}\n`).join(''), // prettier-ignore
  );
});

test('predict: paths in place of texts, a wrong one has its error', async () => {
  const [cat, text] = [join(photos, 'cat/a.png'), join(photos, 'cat/notes.txt')];
  const { code, stdout } = await lat('predict', '--json', '--model', model, '--length-config', '0.8,0.5,0.3', cat, text, 'nothing.png'); // prettier-ignore
  expect(code).toBe(3);
  expect(linesOf(stdout)).toMatchObject([
    { text: cat, label: expect.stringMatching(/^(cat|dog|owl)$/), keptTokens: [11, 7, 4] },
    { text, error: { code: 'INPUT_INVALID', message: expect.stringMatching(/Image 2: .*is no image that can be decoded/) } }, // prettier-ignore
    { text: 'nothing.png', error: { message: expect.stringMatching(/Image 3: There is no image at nothing\.png/) } },
  ]);
});

test('inspect: which patches each layer kept', async () => {
  const { code, stdout } = await lat('inspect', '--model', model, '--length-config', '0.8,0.5,0.3', join(photos, 'cat/a.png')); // prettier-ignore
  expect(code).toBe(0);
  expect(stdout).toMatch(/^text +13 +\[CLS\] 0,0 0,1 /);
  expect(stdout).toMatch(/layer 3 +4 +\[CLS\]/);
});

test('evaluate: a folder of labels and JSON lines', async () => {
  const whole = await lat('evaluate', '--model', model, '--data', photos, '--json');
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  expect(linesOf(whole.stdout)).toMatchObject([{ examples: 11, meanTokens: 13, scores: { accuracy: expect.any(Number) } }]); // prettier-ignore
  const few = await lat('evaluate', '--model', model, '--data', join(folder, 'photos.jsonl'), '--json');
  expect(few).toMatchObject({ code: 0, stderr: '' });
  const none = await lat('evaluate', '--model', model, '--data', join(photos, 'cat'));
  expect(none.code).toBe(3);
  expect(none.stderr).toMatch(/holds no images; expected a folder for each label/);
  const columns = await lat('evaluate', '--model', model, '--data', photos, '--label-column', 'kind');
  expect([columns.code, columns.stderr]).toEqual([
    2,
    expect.stringContaining('--label-column is for files of examples'),
  ]);
});

test('predict: an image with a second text has its error in its place', async () => {
  const input = join(folder, 'image-pairs.jsonl');
  const image = join(photos, 'owl/c.jpg');
  writeFileSync(input, `${JSON.stringify({ text: image })}\n${JSON.stringify({ text: image, pair: 'an owl' })}\n`);
  const { code, stdout } = await lat('predict', '--json', '--model', model, '--input', input);
  expect(code).toBe(3);
  expect(linesOf(stdout)).toMatchObject([
    { text: image, label: expect.any(String) },
    { pair: 'an owl', error: { code: 'INPUT_INVALID', message: expect.stringContaining('A second text came') } },
  ]);
});

test('search, then a budget; export, then the same on ONNX Runtime', async () => {
  const search = await lat('search', '--model', model, '--data', photos, '--metric', 'fidelity', '--no-latency', '--generations', '1', '--population', '4'); // prettier-ignore
  expect([search.code, search.stderr]).toEqual([0, expect.stringMatching(/wrote .*length_adaptive\.json/)]);
  const image = join(photos, 'owl/c.jpg');
  const ours = await lat('predict', '--json', '--model', model, '--budget', 'cost=0.9', image);
  expect(ours.code).toBe(0);
  const exported = join(folder, 'exported');
  expect((await lat('export', '--model', model, '--out', exported)).code).toBe(0);
  const theirs = await runMain(['predict', '--json', '--engine', 'onnx', '--model', exported, '--budget', 'cost=0.9', image]); // prettier-ignore
  expect(linesOf(theirs.stdout)).toMatchObject([{ label: (linesOf(ours.stdout)[0] as { label: string }).label }]);
  expect(readFileSync(join(exported, 'preprocessor_config.json')).length).toBeGreaterThan(10);
});

test('train: labels of folders, and the model opens again', async () => {
  const out = join(folder, 'trained');
  const { code, stderr } = await lat('train', '--model', model, '--train', photos, '--dev', photos, '--out', out, '--epochs', '1', '--length-drop-epochs', '1', '--batch-size', '4'); // prettier-ignore
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(readJson(out, 'model/config.json')).toMatchObject({ architectures: ['ViTForImageClassification'] });
  expect((await lat('predict', '--model', join(out, 'model'), join(photos, 'cat/a.png'))).code).toBe(0);
});

test('a second text is refused by a model that reads images', async () => {
  const { code, stderr } = await lat('predict', '--model', model, '--pair', 'a text', join(photos, 'cat/a.png'));
  expect(code).toBe(2);
  expect(stderr).toMatch(/--pair is a second text, and the model reads images/);
  const inspected = await lat('inspect', '--model', model, '--pair', 'a text', join(photos, 'cat/a.png'));
  expect(inspected.code).toBe(2);
});
