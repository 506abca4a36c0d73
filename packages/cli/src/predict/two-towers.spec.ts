/** Commands on a model of two towers: vectors of either, and images labelled by sentences. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createTaskModel,
  loadZeroShotImageClassifier,
  readImage,
  readModelDirectory,
  saveModel,
  writeSafetensors,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { readJson } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';

const folder = temporaryFolder();
const model = join(folder, 'clip');
const fixtures = join(__dirname, '../../../models/fixtures');
const photo = join(fixtures, 'images/wide.jpg');
const labels = ['a cat', 'two dogs', 'the moon'];
const linesOf = (text: string): unknown[] => text.trim().split('\n').map((line) => JSON.parse(line) as unknown); // prettier-ignore

const engines: Readonly<Record<string, readonly string[]>> = {
  tfjs: small,
  onnx: ['--engine', 'onnx', '--threads', '1'],
};

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const text = {
    vocab_size: 902,
    hidden_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    intermediate_size: 32,
    max_position_embeddings: 24,
    initializer_range: 0.3,
    eos_token_id: 901,
  };
  const named = { ...text, model_type: 'clip_text_model', architectures: ['CLIPTextModelWithProjection'], projection_dim: 12 }; // prettier-ignore
  const tower = createTaskModel(named, new Map(), { fresh: true, seed: 4 });
  tower.markTrained();
  const { clip } = readJson(fixtures, 'subwords/families.json') as { clip: { tokenizer: unknown } };
  const tokenizer = new TextEncoder().encode(JSON.stringify(clip.tokenizer));
  await saveModel(join(folder, 'text'), { model: tower, tokenizerFiles: { 'tokenizer.json': tokenizer } });
  tower.dispose();
  const golden = await readModelDirectory(join(fixtures, 'golden/clip'));
  const { tensors } = await readModelDirectory(join(folder, 'text'));
  mkdirSync(model);
  const scale = { shape: [], dtype: 'F32' as const, data: Float32Array.of(4) };
  writeFileSync(
    join(model, 'model.safetensors'),
    writeSafetensors(new Map([...golden.tensors, ...tensors, ['logit_scale', scale]])),
  );
  writeFileSync(
    join(model, 'config.json'),
    JSON.stringify({ ...golden.config, architectures: ['CLIPModel'], text_config: text }),
  );
  const preprocessor = { size: { height: 12, width: 16 }, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
  writeFileSync(join(model, 'preprocessor_config.json'), JSON.stringify(preprocessor));
  cpSync(join(folder, 'text/tokenizer.json'), join(model, 'tokenizer.json'));
});

describe.each(Object.keys(engines))('on %s', (engine) => {
  const lat = (command: string, ...argv: readonly string[]) =>
    runMain([command, ...(engines[engine] ?? []), '--model', model, ...argv]);

  test.each<[title: string, argv: readonly string[], options: object]>([
    ['at full length', [], {}],
    ['at a point, with a sentence of its own', ['--length-config', '0.8,0.5,0.3', '--template', 'art: {}'], { point: { lengths: [0.8, 0.5, 0.3] }, template: 'art: {}' }], // prettier-ignore
  ])('images are labelled as the library labels them, %s', async (_, argv, options) => {
    const { code, stdout } = await lat(
      'predict',
      '--labels',
      labels.join(','),
      '--json',
      ...argv,
      photo,
      'nothing.png',
    );
    expect(code).toBe(3);
    const classifier = await loadZeroShotImageClassifier(model);
    const expected = await classifier.classify(await readImage(photo), labels, options);
    classifier.dispose();
    const [found, missing] = linesOf(stdout) as [typeof expected, { error: unknown }];
    expect(found).toMatchObject({ text: photo, point: expected.point, tokens: 13 });
    expect(found.labels.map(({ label }) => label)).toEqual(expected.labels.map(({ label }) => label));
    found.labels.forEach(({ score }, i) => expect(score).toBeCloseTo(expected.labels[i]?.score ?? Number.NaN, 4));
    expect(missing).toMatchObject({ error: { code: 'INPUT_INVALID', message: expect.stringMatching(/Image 2: There is no image/) } }); // prettier-ignore
  });

  test('--tower texts makes vectors of texts, which a folder of that tower alone makes too', async () => {
    const { code, stdout, stderr } = await lat('embed', '--tower', 'texts', '--json', 'a photo of the moon');
    expect({ code, stderr: stderr.replace(/.*Running on.*\n/, '') }).toMatchObject({ code: 0 });
    const alone = await runMain(['embed', ...(engines[engine] ?? []), '--model', join(folder, 'text'), '--json', 'a photo of the moon']); // prettier-ignore
    expect(JSON.parse(alone.stdout)).toEqual(JSON.parse(stdout));
    const wrong = await runMain(['embed', '--model', join(folder, 'text'), '--tower', 'images', 'a text']);
    expect([wrong.code === 0, wrong.stderr]).toEqual([
      false,
      expect.stringMatching(/The tower for images is asked for/),
    ]);
  });
});

test('search of a tower for texts is written where it is said, and into no model', async () => {
  const data = join(folder, 'texts.jsonl');
  const texts = ['a photo of the moon', 'two dogs', 'a cat on a moon', 'the moon and two dogs in a photo'];
  writeFileSync(data, texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
  const options = ['--data', data, '--metric', 'fidelity', '--evaluations', '8', '--no-latency'];
  const argv = ['search', ...small, '--model', model, '--tower', 'texts', ...options];
  expect(await runMain(argv)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--tower texts.*Give --out DIR/),
  });
  expect(await runMain([...argv, '--out', join(folder, 'found')])).toMatchObject({ code: 0 });
  expect(await runMain(['search', ...small, '--model', join(folder, 'text'), ...options])).toMatchObject({ code: 0 });
  const [found, alone] = ['found', 'text'].map((name) => readJson(folder, name, 'length_adaptive.json')) as { paretoSet: object[] }[]; // prettier-ignore
  expect(found?.paretoSet).toEqual(alone?.paretoSet);
});

test('several labels of an image are refused', async () => {
  const { code, stderr } = await runMain(['predict', ...small, '--model', model, '--labels', 'a,b', '--multi-label', photo]); // prettier-ignore
  expect([code, stderr]).toEqual([2, expect.stringMatching(/--multi-label is for texts/)]);
});

test('a tower for texts is exported as one, and answers as it does here', async () => {
  const out = join(folder, 'exported');
  expect((await runMain(['export', ...small, '--model', model, '--tower', 'texts', '--precision', 'fp32', '--out', out])).code).toBe(0); // prettier-ignore
  expect(readJson(out, 'config.json')).toMatchObject({ architectures: ['CLIPTextModelWithProjection'] });
  expect(readFileSync(join(out, 'onnx/model.onnx')).length).toBeGreaterThan(1000);
  const [ours, theirs] = [
    await runMain(['embed', ...small, '--model', model, '--tower', 'texts', '--length-config', '0.7,0.5', 'two dogs on a moon']), // prettier-ignore
    await runMain(['embed', '--engine', 'onnx', '--model', out, '--length-config', '0.7,0.5', 'two dogs on a moon']),
  ].map(({ stdout }) => JSON.parse(stdout) as { embedding?: number[]; vector?: number[] });
  const numbers = (line: typeof ours): number[] => line?.embedding ?? line?.vector ?? [];
  expect(numbers(ours)).toHaveLength(12);
  numbers(ours).forEach((value, i) => expect(numbers(theirs)[i]).toBeCloseTo(value, 4));
});
