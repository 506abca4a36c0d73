/** What becomes of the tokens of a text: the same on both engines, and by one run beside the prediction. */
import { useWasm } from '@length-adaptive/core/wasm';
import { createPredictor, openTrainedModel, saveModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { openOnnx } from './open-onnx.js';
import { countingRuntime } from './testing/counting-runtime.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyTextModel, tinyTexts } from './testing/tiny-model.js';

const folder = temporaryFolder();
const [text = ''] = [...tinyTexts].sort((one, other) => other.length - one.length);

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  const written = tinyTextModel();
  await saveModel(`${folder}/model`, written);
  written.model.dispose();
});

test.each(['attention', 'cls-attention', 'tome', 'pool', 'fuse', 'token-pooling'])('%s', async (reducer) => {
  const counting = await countingRuntime();
  const onnx = await openOnnx(`${folder}/model`, { reducer, runtime: counting.runtime, threads: 1 });
  const tensors = await openTrainedModel(`${folder}/model`, { reducer });
  const point = { lengths: [0.8, 0.5, 0.4] };
  const options = { point, scores: true };
  const before = counting.runs();
  const found = await createPredictor(onnx).inspect(text, options);
  expect(counting.runs() - before).toBe(2); // the prediction, and all that becomes of its tokens
  const expected = await createPredictor(tensors).inspect(text, options);
  expect(found).toMatchObject({ layers: expected.layers, encoding: expected.encoding });
  expect(found.mergedInto).toEqual(expected.mergedInto);
  expect(found.mergedInto === undefined).toBe(reducer.endsWith('attention'));
  for (const { model } of [onnx, tensors]) {
    expect(await model.keptPositions(found.encoding, point)).toEqual(expected.layers);
    expect(await model.mergedInto?.(found.encoding, point)).toEqual(expected.mergedInto);
    const scores = (await model.tokenScores?.(found.encoding, point)) ?? [];
    expect(scores).toHaveLength(3);
    for (const [layer, row] of scores.entries())
      expect(row.map(Number.isNaN)).toEqual(expected.scores?.[layer]?.map(Number.isNaN));
  }
  await onnx.model.release();
  tensors.model.dispose();
});
