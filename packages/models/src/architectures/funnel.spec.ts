import * as tf from '@tensorflow/tfjs';
import { cost, encode, fullLength, skimReducer } from '@length-adaptive/core';
import { createTaskModel } from '../model/task-model.js';
import { embedding } from '../tasks/embedding.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { sequenceClassification } from '../tasks/sequence-classification.js';
import { tokenClassification } from '../tasks/token-classification.js';
import type { Task } from '../tasks/task.js';
import { createStudent } from '../training/distillation/create-student.js';
import { fineTune } from '../training/fine-tune.js';
import type { ModelConfig } from './model-config.js';
import { architectureOf } from './registry.js';

const config: ModelConfig = {
  model_type: 'funnel',
  vocab_size: 50,
  d_model: 16,
  n_head: 2,
  d_head: 8,
  d_inner: 24,
  block_sizes: [2, 2, 1],
  hidden_dropout: 0.1,
  attention_dropout: 0.1,
  max_position_embeddings: 40,
  initializer_range: 0.2,
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

const task = sequenceClassification(['a', 'b']);
const inputs = [9, 4, 2, 23].map((length, row) => ({
  ids: Array.from({ length }, (_, i) => ((i + 1) * (row + 3)) % 50),
  typeIds: Array.from({ length }, (_, i) => (i === 0 ? 2 : Number(i > length / 2))),
}));

test.each<[Partial<ModelConfig>, RegExp]>([
  [{ pooling_type: 'max' }, /"pooling_type" is "max"; supported: "mean"/],
  [{ attention_type: 'absolute' }, /"attention_type" is "absolute"; supported: relative_shift, factorized/],
  [{ separate_cls: false }, /"separate_cls" is false; supported: true/],
  [{ truncate_seq: false }, /"truncate_seq" is false; supported: true/],
  [{ pool_q_only: false }, /"pool_q_only" is false; supported: true/],
  [{ activation_dropout: 0.1 }, /"activation_dropout" is 0.1; supported: 0/],
  [{ d_head: 4 }, /"d_head" is 4; supported: 8/],
  [{ block_sizes: [2, 0] }, /"block_sizes" is \[2,0\]; expected a list of whole numbers from 1, one a block/],
  [{ block_repeats: [1] }, /"block_repeats" is \[1\] and "block_sizes" \[2,2,1\]; expected as many/],
])('what it has in a form that is not implemented is refused by its key (%#)', (changed, message) => {
  const own = { ...config, ...changed };
  expect(() => architectureOf(own).dimensions(own)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
  );
});

test.each<Task>([questionAnswering(), tokenClassification(['O', 'B-x'])])(
  '$name reads each token, which the layers do not give back: refused by what is missing',
  (asked) => {
    expect(() => createTaskModel(config, new Map(), { fresh: true, task: asked })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/the decoder .* is not supported/),
      }),
    );
  },
);

test('what it cannot give back, and a reducer that learns of each token, are refused', () => {
  const model = createTaskModel(config, new Map(), { fresh: true, task, reducer: skimReducer() });
  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(message) });
  expect(() => encode(model.encoder, inputs)).toThrow(refused(/the state of each token is wanted/));
  expect(() => encode(model.encoder, inputs, { wanted: 'first', reducer: model.reducer, predict: true })).toThrow(
    refused(/the reducer learns of each token in each layer/),
  );
  model.dispose();
});

test('vectors are of the first token', async () => {
  const model = createTaskModel(config, new Map(), { fresh: true, task: embedding(16, { pooling: 'first' }) });
  const batch = await model.run(inputs);
  const [alone] = await Promise.all(inputs.slice(3).map((input) => model.run([input])));
  expect(batch).toHaveLength(4 * 16);
  alone?.forEach((value, i) => expect(batch[3 * 16 + i]).toBeCloseTo(value, 5));
  model.dispose();
});

test('layers that repeat are one in the file and count each time', () => {
  const repeated = { ...config, block_repeats: [1, 3, 1] };
  const { layers, halving } = architectureOf(repeated).dimensions(repeated);
  expect([layers, halving]).toEqual([2 + 6 + 1, [2, 8]]);
  const model = createTaskModel(repeated, new Map(), { fresh: true, task });
  expect(model.encoder.blocks).toHaveLength(9);
  expect(model.parameters.filter(({ spec }) => spec.name.endsWith('r_kernel'))).toHaveLength(5);
  model.dispose();
});

test('a token takes less from block to block, and more leave where they are asked to', async () => {
  const model = createTaskModel(config, new Map(), { fresh: true, task });
  const keptAt = (lengths: readonly number[]) => model.keptPositions(inputs[3] ?? { ids: [] }, { lengths });
  const counts = (kept: readonly (readonly number[])[]): number[] => kept.map((layer) => layer.length);
  expect(counts(await keptAt(fullLength(5)))).toEqual([23, 23, 12, 12, 6]);
  expect(counts(await keptAt([0.5, 0.5, 0.5, 0.25, 0.25]))).toEqual([12, 12, 6, 3, 2]);
  const [whole, half] = [fullLength(5), [0.5, 0.5, 0.5, 0.25, 0.25]].map((lengths) =>
    cost(model.dimensions, lengths, 23),
  );
  expect(half).toBeLessThan((whole ?? 0) * 0.6);
  model.dispose();
});

test('a student of some layers keeps their blocks, and answers as a model of those alone', async () => {
  const teacher = createTaskModel(config, new Map(), { fresh: true, task });
  teacher.markTrained();
  const student = await createStudent(teacher, { layers: [0, 2, 3] });
  expect(student.config['block_sizes']).toEqual([1, 2]);
  expect(student.dimensions.halving).toEqual([1]);
  const [theirs, ours] = [await teacher.run(inputs, { point: { skip: [1, 4] } }), await student.run(inputs)];
  ours.forEach((value, i) => expect(value).toBeCloseTo(theirs[i] ?? Number.NaN, 5));
  teacher.dispose();
  student.dispose();
});

test('it learns, with tokens dropped, layers dropped and dropout', async () => {
  const model = createTaskModel(config, new Map(), { fresh: true, task });
  const train = inputs.map((input, row) => ({ input, target: row % 2 }));
  const options = { epochs: 12, batchSize: 2, learningRate: 3e-3, lengthDrop: { dropRatioBound: 0.3, layerDrop: 0.2 } };
  const { losses } = await fineTune(model, { train }, options);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(losses.slice(-6))).toBeLessThan(mean(losses.slice(0, 6)));
  model.dispose();
});
