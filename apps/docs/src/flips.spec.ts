import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { pointKey } from '@length-adaptive/core';
import { startBackend } from '@length-adaptive/core/backend';
import { load, pointForBudget } from '@length-adaptive/models';
import type { Predictor } from '@length-adaptive/models';
import { readRows } from './results.js';
import { siteFolder } from './workspace.js';

const [header, ...sentences] = readFileSync(path.join(siteFolder, 'fixtures/hard-film-sentences.tsv'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split('\t'));
const texts = sentences.map(([text = '']) => text);

/** Answers of the sentiment model that may be others than at full length, by the budget: what was measured when they were recorded. A better model lowers them. */
const ceilings = [[0.4, 16], [0.48, 11], [0.52, 6], [0.65, 5], [0.7, 4], [0.76, 2], [0.87, 1], [0.9, 0]] as const; // prettier-ignore

let predictor: Predictor;
beforeAll(async () => {
  await startBackend({ backends: ['wasm'] });
  predictor = await load(path.join(siteFolder, 'public/models/sentiment'));
});
afterAll(() => predictor.dispose());

const answers = new Map<string, Promise<string[]>>();
const answersAt = (point: OperatingPoint): Promise<string[]> => {
  const key = pointKey(point);
  const known =
    answers.get(key) ??
    predictor.predict(texts, { point, onError: 'throw' }).then((predictions) => predictions.map(({ label }) => label));
  answers.set(key, known);
  return known;
};
const flips = async (point: OperatingPoint): Promise<number> => {
  const [full, short] = [await answersAt({}), await answersAt(point)];
  return full.filter((label, i) => label !== short[i]).length;
};

test('the sentences have labels of the model, each sentence once', () => {
  expect(header).toEqual(['sentence', 'label']);
  expect(new Set(texts).size).toBe(texts.length);
  expect(texts.length).toBeGreaterThanOrEqual(30);
  for (const [, label, ...more] of sentences)
    expect([predictor.labels.includes(label ?? ''), more]).toEqual([true, []]);
});

test.each(ceilings)('at a cost of at most %d of the full length, at most %d answers flip', async (cost, most) => {
  expect(await flips(pointForBudget(predictor.paretoSet, { cost }).point)).toBeLessThanOrEqual(most);
});

test('what the benchmark recorded of each point holds', async () => {
  const recorded = new Map(readRows('flips').map(({ id, value }) => [id, value]));
  expect(recorded.size).toBe(2 * predictor.paretoSet.length);
  for (const [index, { point, cost }] of predictor.paretoSet.entries()) {
    const most = recorded.get(`flips.sentiment.${cost === 1 ? 'full' : `point_${index}`}.flips`) ?? Number.NaN;
    expect((await flips(point)) / texts.length).toBeLessThanOrEqual(most);
  }
});
