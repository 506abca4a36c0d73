import * as tf from '@tensorflow/tfjs';
import { memorySource, tinyConfig, tinyFiles } from '../testing/tiny-model.js';
import { openDeferredModel } from './open-deferred-model.js';
import { openModel } from './open-model.js';
import { surplusWeights } from './surplus-weights.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

test('a file with more layers than its config.json counts opens, and the note names them', async () => {
  const files = await tinyFiles();
  const source = memorySource({
    ...files,
    'config.json': JSON.stringify({ ...(JSON.parse(String(files['config.json'])) as object), num_hidden_layers: 2 }),
  });
  const { model, notes } = await openModel(source);
  const { notes: deferred, close } = await openDeferredModel(source);
  expect(model.dimensions.layers).toBe(2);
  for (const said of [notes, deferred])
    expect(said).toEqual([
      expect.stringMatching(
        /^Layers that config\.json does not count \("num_hidden_layers" is 2\) are left out: bert\.encoder\.layer\.2\.\S+, bert\.encoder\.layer\.2\.\S+, bert\.encoder\.layer\.2\.\S+ and 13 others\.$/,
      ),
    ]);
  await close();
  model.dispose();
});

test('tensors of other heads, and of what was never of the encoder, are no surplus; with or without the prefix', () => {
  expect(
    surplusWeights(['cls.predictions.bias', 'bert.embeddings.position_ids', 'bert.pooler.dense.weight'], tinyConfig),
  ).toEqual([]);
  expect(
    surplusWeights(['encoder.layer.7.output.dense.bias', 'bert.encoder.layer.2.output.dense.bias'], tinyConfig),
  ).toEqual(['encoder.layer.7.output.dense.bias']);
});
