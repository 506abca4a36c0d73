import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { parseExamples } from './datasets/read-examples.js';
import { evaluate } from './evaluate.js';
import { fineTune } from './fine-tune.js';
import type { LabelledInput } from './labelled-input.js';
import { checkScore, createScorer } from './score.js';
import { createTaskModel } from './task-model.js';
import { questionAnswering } from './tasks/question-answering.js';
import { regression } from './tasks/regression.js';
import { sequenceClassification } from './tasks/sequence-classification.js';
import type { Task } from './tasks/task.js';
import { tokenClassification } from './tasks/token-classification.js';
import { tinyConfig } from './testing/tiny-model.js';

const three = sequenceClassification(['LABEL_0', 'LABEL_1', 'LABEL_2']);

/** The targets of a development set that lacks one of three labels. */
const targets = parseExamples(readFileSync(join(__dirname, '../fixtures/cases/data/f1-switch/dev.tsv'), 'utf8'), 'dev.tsv').map(({ label }) => three.target(label ?? ''));
const examples: readonly LabelledInput[] = targets.map((target, i) => ({ input: { ids: [2, 5 + i, 6, 3] }, target }));

/** Logits that make a model of three labels predict these. */
const predicting = (classes: readonly number[]): Float32Array[] => classes.map((best) => Float32Array.from([0, 1, 2], (each) => (each === best ? 1 : 0)));

beforeAll(() => tf.setBackend('cpu'));

describe('F1 of a model of three labels on examples of two of them, against scikit-learn with labels=[0, 1, 2]', () => {
  const within = predicting([0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1]);
  const beyond = predicting([0, 2, 1, 0, 1, 2, 1, 0, 1, 1, 1]);

  test.each([
    ['f1_macro', 0.5357142857142857, 0.4468864468864469],
    ['f1_micro', 9 / 11, 7 / 11],
  ] as const)('%s is one measure, whether or not the third is predicted', (metric, one, other) => {
    expect(three.score(metric, within, examples)).toBeCloseTo(one, 12);
    expect(three.score(metric, beyond, examples)).toBeCloseTo(other, 12);
  });

  test('f1 is refused for both alike', () => {
    for (const logits of [within, beyond]) expect(() => three.score('f1', logits, examples)).toThrow(/this model has 3\. Choose f1_macro/);
  });

  test('f1 of two labels is that of the second', () => {
    const two = sequenceClassification(['no', 'yes']);
    const logits = [0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1].map((best) => [1 - best, best]);
    expect(two.score('f1', logits, examples)).toBeCloseTo(6 / 7, 12);
  });
});

describe('a score that the task does not have', () => {
  const span: LabelledInput = { input: { ids: [2, 5, 6, 3] }, target: [0, 0] };
  const tagged: LabelledInput = { input: { ids: [2, 5, 6, 3] }, target: [-1, 0, 0, -1] };

  test.each<[string, Task, LabelledInput, Parameters<typeof checkScore>[1]]>([
    ['f1 of three labels', three, { ...span, target: 0 }, 'f1'],
    ['accuracy of numbers', regression(), { ...span, target: 0.5 }, 'accuracy'],
    ['probability of numbers', regression(), { ...span, target: 0.5 }, 'probability'],
    ['accuracy of answers', questionAnswering(), span, 'accuracy'],
    ['exact_match of tags', tokenClassification(['O', 'B-x']), tagged, 'exact_match'],
  ])('%s is known without a pass', (_, task, example, score) => {
    expect(() => checkScore(task, score, [example])).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  test.each<[Task, LabelledInput, Parameters<typeof checkScore>[1]]>([
    [three, { ...span, target: 0 }, 'f1_macro'],
    [three, { ...span, target: 0 }, 'fidelity'],
    [regression(), { ...span, target: 0.5 }, 'spearman'],
    [tokenClassification(['O', 'B-x']), tagged, 'f1'],
  ])('those it has pass', (task, example, score) => {
    expect(() => checkScore(task, score, [example])).not.toThrow();
  });

  test('is refused before a pass and before a training step', async () => {
    const model = createTaskModel(tinyConfig, new Map(), { fresh: true, task: three });
    const steps: unknown[] = [];
    const refused = { code: 'OPTION_INVALID', message: expect.stringContaining('f1_macro') };
    try {
      await expect(createScorer(model, examples, 'f1')).rejects.toMatchObject(refused);
      await expect(evaluate(model, examples, { metric: 'f1' })).rejects.toMatchObject(refused);
      await expect(fineTune(model, { train: examples, dev: examples }, { metric: 'f1', onStep: (step) => steps.push(step) })).rejects.toMatchObject(refused);
      expect(steps).toEqual([]);
      expect(await evaluate(model, examples, { metric: 'f1_macro' })).toBeLessThanOrEqual(2 / 3);
    } finally {
      model.dispose();
    }
  });
});
