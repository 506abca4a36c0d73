import { createRandom } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { LabelledInput } from '@length-adaptive/models';
import { createTaskModel, initialiseModel, sequenceClassification, tokenClassification } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { onnxTrainingEngine } from './onnx-engine.js';

const config = {
  model_type: 'bert',
  vocab_size: 40,
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 24,
  max_position_embeddings: 16,
  initializer_range: 0.2,
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

test.each([
  { task: sequenceClassification(['a', 'b']), largestNorm: Infinity },
  { task: tokenClassification(['O', 'B-x', 'I-x']), largestNorm: Infinity },
  { task: sequenceClassification(['a', 'b']), largestNorm: 1e-3 },
])(
  'GradInit finds the factors on ONNX Runtime that it finds on TensorFlow.js: $task.name, $largestNorm',
  async ({ task, largestNorm }) => {
    const random = createRandom(4);
    const examples = Array.from({ length: 40 }, (): LabelledInput => {
      const ids = Array.from({ length: random.integer(2, 12) }, () => random.integer(0, 39));
      const target = task.name === 'token-classification' ? ids.map(() => random.integer(0, 2)) : random.integer(0, 1);
      return { input: { ids }, target };
    });
    const options = { iterations: 8, batchSize: 8, scaleRate: 0.01, stepSize: 0.01, largestNorm };
    const [ours, theirs] = [1, 2].map(() => createTaskModel(config, new Map(), { fresh: true, seed: 3, task }));
    if (!ours || !theirs) throw new Error('there are two models');
    const engine = await onnxTrainingEngine(ours, { threads: 1 });
    const found = await initialiseModel(ours, examples, { ...options, engine });
    const expected = await initialiseModel(theirs, examples, options);
    expect(found.scales.size).toBeGreaterThan(20);
    expect([...found.scales.keys()].sort()).toEqual([...expected.scales.keys()].sort());
    const apart = [...found.scales].filter(
      ([name, scale]) => Math.abs(scale - (expected.scales.get(name) ?? 0)) > 1e-3,
    );
    expect(apart).toEqual([]);
    found.reports.forEach(({ branch, loss, lossAfter }, i) => {
      expect(branch).toBe(largestNorm === Infinity ? 'objective' : 'constraint');
      expect(Math.abs(loss - (expected.reports[i]?.loss ?? 0))).toBeLessThan(1e-3);
      expect(Math.abs(lossAfter - (expected.reports[i]?.lossAfter ?? 0))).toBeLessThan(1e-3);
    });
    const weights = new Map(ours.parameters.map(({ spec, variable }) => [spec.name, variable.dataSync()]));
    for (const [name, values] of await engine.training.readWeights()) expect(weights.get(name)).toEqual(values);
    await engine.release();
    for (const { dispose } of [ours, theirs]) dispose();
  },
);
