import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import type { Question } from '../datasets/squad.js';
import { mean } from '../metrics/mean.js';
import { createTaskModel } from '../model/task-model.js';
import type { RunnableModel } from '../model/runnable-model.js';
import { embedding } from '../tasks/embedding.js';
import { encodeQuestions } from '../tasks/encode-questions.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { sequenceClassification } from '../tasks/sequence-classification.js';
import type { Task } from '../tasks/task.js';
import { tokenClassification } from '../tasks/token-classification.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';
import { tinyConfig, tinyVocabulary } from '../testing/tiny-model.js';
import { evaluate } from './evaluate.js';
import type { ScoreName } from './score.js';
import { exampleScorer } from './score-examples.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const points = [{}, { lengths: [0.8, 0.6, 0.5] }, { lengths: [0.5, 0.3, 0.1] }];

const modelOf = (task: Task): RunnableModel => createTaskModel(tinyConfig, new Map(), { fresh: true, task });

const texts: readonly LabelledInput[] = Array.from({ length: 12 }, (_, i) => ({
  input: { ids: [2, ...Array.from({ length: 2 + (i % 5) }, (__, at) => 5 + ((3 * i + at) % 30)), 3] },
  target: i % 3,
}));

const tagged: readonly LabelledInput[] = texts.map(({ input }) => ({
  input,
  target: Array.from(input.ids, (id) => (id < 5 ? -1 : id % 2)),
}));

const tokenizer = createTokenizer({ 'vocab.txt': new TextEncoder().encode(tinyVocabulary.join('\n')) });
const questions = ['1', '2', '3'].map((id): Question => ({
  id,
  question: 'it is',
  context: `the phone works and the case breaks ${'and works '.repeat(Number(id))}`,
  answers: [{ text: 'phone', start: 4 }],
}));
const windows = encodeQuestions(tokenizer, questions, { maxLength: 9, stride: 1 });

const three = sequenceClassification(['a', 'b', 'c']);
const cases: readonly (readonly [string, Task, readonly LabelledInput[], ScoreName, number])[] = [
  ['accuracy of labels', three, texts, 'accuracy', texts.length],
  ['fidelity of labels', three, texts, 'fidelity', texts.length],
  ['probability of labels', three, texts, 'probability', texts.length],
  ['fidelity of vectors', embedding(32), texts, 'fidelity', texts.length],
  ['fidelity of tags', tokenClassification(['O', 'B-x']), tagged, 'fidelity', tagged.length],
  ['f1 of answers', questionAnswering(), windows, 'f1', questions.length],
  ['exact match of answers', questionAnswering(), windows, 'exact_match', questions.length],
  ['fidelity of answers', questionAnswering(), windows, 'fidelity', windows.length],
];

test.each(cases)('%s: the mean over examples gives the score of all, however they are cut', async (...given) => {
  const [, task, examples, metric, count] = given;
  const model = modelOf(task);
  const scorer = exampleScorer(model, examples, metric);
  expect(scorer?.examples).toBe(count);
  const whole: number[] = [];
  for (const point of points) whole.push(await evaluate(model, examples, { metric, point }));
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...Array(count).keys()], { minLength: count }),
      fc.nat(count),
      async (order, cut) => {
        const first = (await scorer?.score(points, order.slice(0, cut))) ?? [];
        const second = (await scorer?.score(points, order.slice(cut))) ?? [];
        points.forEach((_, i) => {
          const scores = [...(first[i] ?? []), ...(second[i] ?? [])];
          expect(scores).toHaveLength(count);
          expect(scorer?.ofMean(mean(scores))).toBeCloseTo(whole[i] ?? Number.NaN, 5);
        });
      },
    ),
    { numRuns: 4 },
  );
  model.dispose();
});

test('a score that is no mean over examples has no such scorer, nor has a single example', () => {
  const model = modelOf(three);
  for (const metric of ['f1_macro', 'f1_micro', 'matthews'] as const)
    expect(exampleScorer(model, texts, metric)).toBeUndefined();
  expect(exampleScorer(model, texts.slice(0, 1), 'accuracy')).toBeUndefined();
  model.dispose();
  const tags = modelOf(tokenClassification(['O', 'B-x']));
  expect(exampleScorer(tags, tagged, 'f1')).toBeUndefined();
  tags.dispose();
});
