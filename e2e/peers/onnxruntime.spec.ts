import { readFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { TaskModel, Tokenizer } from '@length-adaptive/models';
import { createTaskModel, createTokenizer } from '@length-adaptive/models';
import { exportGraph, hostModel, readExportedWeights } from '@length-adaptive/onnx';
import type { RuntimeSession } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { independentExport, peerRuntime } from './peers.js';

const texts = [
  'Great for the jawbone.',
  'So there is no way for me to plug it in here in the US unless I go by a converter.',
  'The mic is great, but the battery dies within a day of light use and the case feels cheap; I would not buy it again.',
];

/** Hidden states of one row of tokens, from a session that knows nothing of length configurations. */
const hiddenStates = async (session: RuntimeSession, ids: readonly number[]): Promise<Float32Array> => {
  const int64 = (values: readonly number[]) =>
    new peerRuntime.Tensor('int64' as never, BigInt64Array.from(values, BigInt) as never, [1, ids.length]);
  const feeds = {
    input_ids: int64(ids),
    attention_mask: int64(ids.map(() => 1)),
    token_type_ids: int64(ids.map(() => 0)),
  };
  const { last_hidden_state: hidden } = await session.run(feeds);
  return hidden?.data as Float32Array;
};

const largestDifference = (ours: Float32Array, theirs: Float32Array): number => {
  expect(ours).toHaveLength(theirs.length);
  return ours.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (theirs[i] ?? Number.NaN))), 0);
};

describe.each(['all-MiniLM-L6-v2', 'gte-small'])('%s, of an independent export of the same weights', (name) => {
  let model: TaskModel;
  let tokenizer: Tokenizer;
  let theirs: RuntimeSession;

  beforeAll(async () => {
    tf.env().set('IS_TEST', true);
    await useWasm();
    const folder = independentExport(name);
    const file = readFileSync(path.join(folder, 'onnx/model.onnx'));
    model = createTaskModel(
      JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as Record<string, unknown>,
      readExportedWeights(file),
    );
    tokenizer = createTokenizer({ 'tokenizer.json': readFileSync(path.join(folder, 'tokenizer.json')) });
    theirs = await peerRuntime.InferenceSession.create(file);
  });
  afterAll(async () => {
    model.dispose();
    await theirs.release();
  });

  test('every weight of the encoder is found', () => {
    expect(model.initialised.every((tensor) => /pooler|classifier/.test(tensor))).toBe(true);
  });

  test('hidden states on TensorFlow.js agree with ONNX Runtime on that export within 1e-4', async () => {
    for (const text of texts) {
      const { ids } = tokenizer.encode(text);
      const { hidden } = encode(model.encoder, [{ ids }]);
      const ours = (await hidden.data()) as Float32Array;
      hidden.dispose();
      expect(largestDifference(ours, await hiddenStates(theirs, ids))).toBeLessThan(1e-4);
    }
  });

  test('our export of them, whose configuration is left at its default, agrees with that export within 1e-4', async () => {
    const ours = await peerRuntime.InferenceSession.create(exportGraph(await hostModel(model, { withHead: false })));
    for (const text of texts) {
      const { ids } = tokenizer.encode(text);
      expect(largestDifference(await hiddenStates(ours, ids), await hiddenStates(theirs, ids))).toBeLessThan(1e-4);
    }
    await ours.release();
  });
});
