import { createTaskModel } from '../model/task-model.js';
import { tinyConfig } from '../testing/tiny-model.js';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { departedAnswerOf, withDeparted } from './departed-answer.js';
import { questionAnswering } from './question-answering.js';
import { sequenceClassification } from './sequence-classification.js';
import { softmax } from './softmax.js';
import { tokenClassification } from './token-classification.js';

const tags = ['B-x', 'O', 'I-x'];
const task = tokenClassification(tags);

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const modelOf = (departed: 'state' | 'majority') =>
  createTaskModel(tinyConfig, new Map(), { fresh: true, task, departed });

const inputs = [{ ids: [2, 7, 8, 9, 10, 11, 12, 3] }, { ids: [2, 13, 14, 3] }];
const point = { lengths: [0.75, 0.5, 0.5] };

test('tokens that left answer the tag of the majority, those that stay what the head says', async () => {
  const [plain, majority] = [modelOf('state'), modelOf('majority')];
  const [own, given] = [await plain.run(inputs, { point }), await majority.run(inputs, { point })];
  const width = 8;
  for (const [row, input] of inputs.entries()) {
    const kept = (await plain.keptPositions(input, point)).at(-1) ?? [];
    expect(kept.length).toBeLessThan(input.ids.length);
    input.ids.forEach((_, token) => {
      const of = (logits: Float32Array): number[] => Array.from(logits.slice((row * width + token) * 3, (row * width + token + 1) * 3)); // prettier-ignore
      if (kept.includes(token)) expect(of(given)).toEqual(of(own));
      else softmax(of(given)).forEach((share, tag) => expect(share).toBeCloseTo(tag === 1 ? 0.99 : 0.005, 6));
    });
  }
  expect(await majority.run(inputs)).toEqual(await plain.run(inputs)); // nobody leaves
  const before = tf.memory().numTensors;
  await majority.run(inputs, { point });
  expect(tf.memory().numTensors).toBe(before);
  for (const model of [plain, majority]) model.dispose();
});

test('a task can be told either way, and says which', () => {
  const majority = withDeparted(task, 'majority');
  expect([departedAnswerOf(task), departedAnswerOf(majority)]).toEqual(['state', 'majority']);
  expect(withDeparted(task, undefined)).toBe(task);
  expect(withDeparted(majority, 'majority')).toBe(majority);
  expect(withDeparted(majority, 'state').readout).toEqual(task.readout);
});

test.each([
  ['whose tokens do not answer for themselves', sequenceClassification(['a', 'b'])],
  ['of spans', questionAnswering()],
  ['without a tag that says nothing', tokenClassification(['NOUN', 'VERB'])],
])('a task %s knows no answer of the majority', (_, other) => {
  expect(() => withDeparted(other, 'majority')).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('choose "state"') as unknown }),
  );
});
