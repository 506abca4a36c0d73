/** Training while tokens merge: graphs have the gradients of TensorFlow.js, for tasks that read the first token and those that read all. */
import type { Unmerge } from '@length-adaptive/core';
import { findReducer, reducerNames, tensorEngine } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { LabelledInput, Task } from '@length-adaptive/models';
import { sequenceClassification, tokenClassification, trainable } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { largestDifference } from '../testing/differences.js';
import { tinyModel } from '../testing/tiny-model.js';
import { onnxTrainingEngine } from './onnx-engine.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const merging = reducerNames().filter((name) => findReducer(name).merge !== undefined);
const rows = [
  [2, 7, 12, 9, 14, 8, 3],
  [2, 11, 10, 3],
  [2, 5, 17, 6, 18, 9, 22, 13, 3],
];
const tasks: readonly { readonly title: string; readonly task: Task; readonly batch: readonly LabelledInput[] }[] = [
  {
    title: 'classes',
    task: sequenceClassification(['bad', 'fair', 'good']),
    batch: rows.map((ids, row) => ({ input: { ids }, target: row })),
  },
  {
    title: 'tags',
    task: tokenClassification(['O', 'B-thing', 'I-thing']),
    batch: rows.map((ids) => ({ input: { ids }, target: ids.map((id) => id % 3) })),
  },
];

describe.each(tasks)('$title', ({ task, batch }) => {
  describe.each(merging)('by %s', (name) => {
    test.each<Unmerge>(['group', 'own'])('un-merged by %s', async (unmerge) => {
      const model = tinyModel({}, 3, { task, reducer: findReducer(name, { unmerge }) });
      const engine = await onnxTrainingEngine(model);
      const [theirs, ours] = [new Map(), new Map()];
      const sandwich = {
        full: {},
        reduced: [{ config: [0.8, 0.5, 0.4] }, { config: [0.7, 0.6, 0.4], layers: [1, 2] }],
      };
      const expected = await tensorEngine(trainable(model)).step(batch, sandwich, theirs, {});
      const given = await engine.training.step(batch, sandwich, ours, {});
      expect(given.loss).toBeCloseTo(expected.loss, 4);
      for (const { spec } of model.parameters) {
        const [gradient, reference] = [ours.get(spec.name), theirs.get(spec.name)];
        expect(gradient !== undefined).toBe(reference !== undefined);
        if (reference) expect(largestDifference(gradient.values, reference.values)).toBeLessThan(1e-4);
      }
      await engine.release();
      model.dispose();
    });
  });
});
