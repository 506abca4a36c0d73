/** An adapter that is merged into what is served, in real threads of a real process. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TensorData } from '@length-adaptive/models';
import { load, writeSafetensors } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { readRepository } from './repository.js';
import { startServer } from './testing/start-server.js';
import { paretoSet, textOf, writeTinyModel } from './testing/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-server-'));
const [model, adapter] = [join(folder, 'reviews'), join(folder, 'adapter')];
const text = textOf(20);
const point = { lengths: [0.5, 0.3, 0.1] };

const tensor = (rows: number, columns: number, step: number): TensorData => ({
  shape: [rows, columns],
  data: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(step * i + 1)),
  dtype: 'F32',
});

beforeAll(async () => {
  await writeTinyModel(model);
  mkdirSync(adapter);
  const { hidden_size: hidden = 0 } = JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')) as Partial<
    Record<string, number>
  >;
  const lora = {
    peft_type: 'LORA',
    base_model_name_or_path: 'reviews',
    lora_alpha: 4,
    r: 2,
    target_modules: ['query'],
  };
  writeFileSync(join(adapter, 'adapter_config.json'), JSON.stringify(lora));
  const changed = 'base_model.model.bert.encoder.layer.1.attention.self.query';
  writeFileSync(
    join(adapter, 'adapter_model.safetensors'),
    writeSafetensors(
      new Map([
        [`${changed}.lora_A.weight`, tensor(2, hidden, 3)],
        [`${changed}.lora_B.weight`, tensor(hidden, 2, 5)],
      ]),
    ),
  );
  const found = { format: 'length-adaptive', version: 2, paretoSet: paretoSet.slice(1) };
  writeFileSync(join(adapter, 'length_adaptive.json'), JSON.stringify(found));
});
afterAll(() => {
  tf.disposeVariables();
  rmSync(folder, { recursive: true });
});

const answerHere = async (options: { readonly adapter?: string }): Promise<number> => {
  const predictor = await load(model, options);
  const [{ probabilities }] = await predictor.predict([text], { point });
  predictor.dispose();
  return probabilities?.['good'] ?? Number.NaN;
};

test.each(['onnx', 'tfjs'])(
  'served by %s a model answers with its adapter, and at points that were found with it',
  async (engine) => {
    const server = await startServer([model, '--engine', engine, '--adapter', adapter]);
    try {
      const { status, body } = await server.post('/v1/classify', { text, length_config: point.lengths.join(',') });
      expect(status).toBe(200);
      const [merged, base] = [await answerHere({ adapter }), await answerHere({})];
      const served = (body['probabilities'] as Record<string, number>)['good'];
      expect(served).toBeCloseTo(merged, 4);
      expect(Math.abs(merged - base)).toBeGreaterThan(1e-3);
      const { body: models } = await server.get('/v1/models');
      expect(JSON.stringify(models)).not.toContain('"cost":0.3');
    } finally {
      await server.process.end('SIGTERM');
    }
  },
);

test('a model that reads images is refused, for requests hold texts', async () => {
  const images = join(folder, 'vit');
  cpSync(join(__dirname, '../../models/fixtures/golden/vit'), images, { recursive: true });
  const preprocessor = { size: { height: 12, width: 16 }, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
  writeFileSync(join(images, 'preprocessor_config.json'), JSON.stringify(preprocessor));
  await expect(startServer([images])).rejects.toThrow(/it reads images, and requests hold texts.* \(--tower texts\)/);
});

test('an adapter that is not there, and a tower that a model has not, are said to be so', async () => {
  await expect(startServer([model, '--adapter', join(folder, 'nowhere')])).rejects.toThrow(/nowhere/);
  await expect(startServer([model, '--tower', 'images'])).rejects.toThrow(/The tower for images is asked for/);
});

test('models are others once their adapter is', async () => {
  const fingerprint = async (): Promise<string | undefined> => (await readRepository(model, adapter))[0]?.fingerprint;
  const before = await fingerprint();
  expect(await fingerprint()).toBe(before);
  expect((await readRepository(model))[0]?.fingerprint).not.toBe(before);
  writeFileSync(join(adapter, 'notes.txt'), 'trained for longer');
  expect(await fingerprint()).not.toBe(before);
});
