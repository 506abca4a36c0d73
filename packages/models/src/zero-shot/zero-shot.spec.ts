import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { openModel } from '../model/open-model.js';
import type { TextModel } from '../model/open-model.js';
import { pipeline } from '../pipeline/pipeline.js';
import { createPredictor } from '../predictor/predictor.js';
import { memorySource, tinyConfig, tinyFiles, tinyModel } from '../testing/tiny-model.js';
import { hypothesesOf, labelProbabilities, nliOutputsOf } from './hypotheses.js';
import type { ZeroShotClassifier } from './zero-shot.js';
import { createZeroShotClassifier } from './zero-shot.js';

const labels = ['good', 'bad phone', 'case'];
const template = 'it is {} .';
const premise = 'the phone works and it is very good a case breaks and it is sad and poor';
const point = { lengths: [0.6, 0.5, 0.4] };

let text: TextModel;
let classifier: ZeroShotClassifier;
beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  const config = {
    ...tinyConfig,
    initializer_range: 0.4,
    id2label: { 0: 'CONTRADICTION', 1: 'NEUTRAL', 2: 'ENTAILMENT' },
  };
  text = await openModel(memorySource(await tinyFiles(config, 7)), { prior: 'second-text' });
  classifier = createZeroShotClassifier({
    ...text,
    lengthAdaptive: {
      format: 'length-adaptive',
      version: 2,
      paretoSet: [
        { point, score: 0.8, cost: 0.5 },
        { point: { lengths: [1, 1, 1] }, score: 1, cost: 1 },
      ],
    },
  });
});
afterAll(() => classifier.dispose());

/** What the model says of the premise with each hypothesis. */
const logitsOf = async (of: string, options: object = {}): Promise<number[][]> => {
  const found = await createPredictor(text).predict(
    hypothesesOf(labels, { template }).map((hypothesis) => [of, hypothesis] as const),
    { ...options, rawScores: true, onError: 'throw' },
  );
  return found.map(({ logits }) => [...(logits ?? [])]);
};

const exp = (values: readonly number[]): number[] => values.map((value) => Math.exp(value));
const shares = (values: readonly number[]): number[] =>
  exp(values).map((value) => value / exp(values).reduce((sum, one) => sum + one, 0));

test('one label is true: the softmax of entailment over the labels, the most probable first', async () => {
  for (const options of [{}, { point }]) {
    const [{ labels: ranked, tokens }] = await classifier.classify([premise], labels, { template, ...options });
    const expected = shares((await logitsOf(premise, options)).map(([, , entailment = 0]) => entailment));
    expect(ranked.map(({ score }) => score)).toEqual([...ranked].map(({ score }) => score).sort((a, b) => b - a));
    for (const { label, score } of ranked) expect(score).toBeCloseTo(expected[labels.indexOf(label)] ?? 0, 6);
    expect(ranked.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
    expect(tokens).toBe(3 * (17 + 3) + 4 + 5 + 4);
  }
});

test('several labels may be true: each has the softmax of contradiction and entailment, as one alone does', async () => {
  const [{ labels: ranked }] = await classifier.classify([premise], labels, { template, multiLabel: true });
  const expected = (await logitsOf(premise)).map(
    ([contradiction = 0, , entailment = 0]) => shares([contradiction, entailment])[1],
  );
  for (const { label, score } of ranked) expect(score).toBeCloseTo(expected[labels.indexOf(label)] ?? 0, 6);
  const [{ labels: alone }] = await classifier.classify([premise], labels.slice(0, 1), { template });
  expect(alone).toEqual([{ label: 'good', score: expect.closeTo(expected[0] ?? 0, 6) as number }]);
});

test('under a budget the text loses tokens, and its hypotheses do not', async () => {
  const [{ cost, point: ran }] = await classifier.classify([premise], labels, { template, budget: { cost: 0.8 } });
  expect(ran).toEqual(point);
  expect(cost).toBeLessThan(0.8);
  const input = text.tokenizer.encode(premise, 'it is bad phone .');
  const always = input.sequenceIds.flatMap((sequence, at) => (sequence === 0 ? [] : [at]));
  for (const kept of await text.model.keptPositions(input, point)) {
    expect(kept).toEqual(expect.arrayContaining(always));
    expect(kept.length).toBeLessThan(input.ids.length);
  }
});

test('of many texts each has what it has alone', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.constantFrom('good', 'bad', 'phone', 'is', 'very'), { minLength: 1, maxLength: 24 }), {
        minLength: 2,
        maxLength: 4,
      }),
      fc.constantFrom(undefined, point),
      async (words, at) => {
        const texts = words.map((row) => row.join(' '));
        const found = await classifier.classify(texts, labels, { template, point: at, onError: 'throw' });
        for (const [i, one] of texts.entries()) {
          const [alone] = await classifier.classify([one], labels, { template, point: at });
          const scores = new Map(alone.labels.map(({ label, score }) => [label, score]));
          for (const { label, score } of found[i]?.labels ?? []) expect(score).toBeCloseTo(scores.get(label) ?? -1, 5);
          expect(found[i]).toMatchObject({ tokens: alone.tokens, cost: expect.closeTo(alone.cost, 9) as number });
        }
      },
    ),
    { numRuns: 8 },
  ));

test('a text that cannot be read has its error in its place; one that is too long is cut', async () => {
  const [empty, long] = await classifier.classify(['', 'good phone '.repeat(200)], labels);
  expect(empty).toMatchObject({ error: { code: 'TEXT_EMPTY' } });
  expect(long?.labels).toHaveLength(3);
  await expect(classifier.classify([''], labels)).rejects.toMatchObject({ code: 'TEXT_EMPTY' });
  expect(await classifier.classify([], labels)).toEqual([]);
  const [alone] = await classifier.classify([premise], labels);
  expect(await classifier.classify(premise, labels)).toEqual(alone);
});

test.each<[string, readonly string[], object, RegExp]>([
  ['no labels', [], {}, /No label came/],
  ['a label that is no list', 'good' as never, {}, /The labels are a string; expected a list/],
  ['nothing for labels', undefined as never, {}, /The labels are a value of type undefined; expected a list/],
  ['a template that is no text', labels, { template: 5 as never }, /The template is a value of type number/],
  ['an empty label', ['good', ' '], {}, /label " " is empty/],
  ['a label twice', ['good', 'good'], {}, /label "good" is empty or comes twice/],
  ['a template without a place', labels, { template: 'It is good.' }, /has no place for a label; write {}/],
])('refuses %s', async (_, given, options, message) => {
  await expect(classifier.classify([premise], given, options)).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringMatching(message) as string,
  });
});

test('a model whose hypotheses would lose tokens is asked for the full length only', async () => {
  const plain = createZeroShotClassifier({ ...text, model: { ...text.model, prior: undefined } });
  for (const options of [{ point }, { budget: { cost: 0.5 } }])
    await expect(plain.classify([premise], labels, options)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(/open the model with { prior: 'second-text' }/) as string,
    });
  expect(await plain.classify([premise], labels, { template })).toEqual(
    await classifier.classify([premise], labels, { template }),
  );
});

test('the pipeline over an open predictor refuses the same, and runs where hypotheses stay', async () => {
  const plain = createPredictor({ ...text, model: { ...text.model, prior: undefined } });
  for (const spent of [{ point }, { budget: { cost: 0.5 } }]) {
    const refused = { code: 'OPTION_INVALID', message: expect.stringMatching(/prior: 'second-text'/) as string };
    const classify = await pipeline('zero-shot-classification', plain, spent);
    await expect(classify(premise, labels)).rejects.toMatchObject(refused);
    const unspent = await pipeline('zero-shot-classification', plain);
    await expect(unspent(premise, labels, spent)).rejects.toMatchObject(refused);
    expect((await unspent(premise, labels, { hypothesis_template: template })).labels).toHaveLength(labels.length);
  }
  const classify = await pipeline('zero-shot-classification', createPredictor(text), { point });
  const found = await classifier.classify(premise, labels, { template, point });
  expect((await classify(premise, labels, { hypothesis_template: template })).scores).toEqual(
    found.labels.map(({ score }) => score),
  );
});

test('outputs are found by the names of the labels; other models are refused', async () => {
  expect(nliOutputsOf(['entailment', 'neutral', 'contradiction'])).toEqual({ entailment: 0, contradiction: 2 });
  expect(nliOutputsOf(['not_entailment', 'Entailment'])).toEqual({ entailment: 1, contradiction: 0 });
  const other = await tinyModel();
  expect(() => createZeroShotClassifier(other)).toThrow(
    expect.objectContaining({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(/gives the labels bad, good;/) as string,
    }),
  );
  other.model.dispose();
});

test('by hand', () => {
  const outputs = { entailment: 1, contradiction: 0 };
  const logits = [
    [0, Math.log(3)],
    [0, 0],
  ];
  expect(labelProbabilities(logits, outputs)).toEqual([expect.closeTo(0.75, 9), expect.closeTo(0.25, 9)]);
  expect(labelProbabilities(logits, outputs, { multiLabel: true })).toEqual([expect.closeTo(0.75, 9), 0.5]);
  expect(hypothesesOf(['a $& b'])).toEqual(['This example is a $& b.']);
});
