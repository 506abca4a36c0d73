import { isFullPoint, pointKey, uniformRanks } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { createRandom, descendingVector } from '@length-adaptive/search';
import * as tf from '@tensorflow/tfjs';
import { encodeExamples } from '../examples/encode-examples.js';
import { checkRanks } from '../folder/low-rank.js';
import { factoriseModel } from '../model/factorise-model.js';
import { memorySource, tinyConfig, tinyExamples, tinyFiles } from '../testing/tiny-model.js';
import { openModel } from '../model/open-model.js';
import { searchLengths } from './length-search.js';
import { pointSpace } from './point-space.js';
import { macsShare } from './price.js';
import { rankedSpace } from './ranked-space.js';

const layers = 3;
const lengths = pointSpace(descendingVector({ length: layers, steps: 100, lower: 0.1, crossover: 'mean' }), layers);
const beside = { dimensions: { layers }, largestRanks: uniformRanks(layers, 0.999) };
const made = { dimensions: { layers, ranks: uniformRanks(layers, 0.5) }, largestRanks: uniformRanks(layers, 0.5) };
const attentionAlone = {
  dimensions: { layers },
  largestRanks: { attention: [0.6, 0.6, 0.6], feedForward: [1, 1, 1] },
};

describe.each([
  ['factors beside its matrices', beside, 8 * 8],
  ['a model of factors', made, 4 * 4],
  ['factors of attention alone', attentionAlone, 6],
])('a space over %s', (_, model, levels) => {
  const space = rankedSpace(lengths, model);

  test('moves among points that the model runs, reaches every level, and its points stay as they are when repaired', () => {
    const random = createRandom(3);
    const seen = new Set<string>();
    let [one, other] = [space.initial(random, 0), space.initial(random, 1)];
    for (let i = 0; i < 2000; i++) {
      const [child = one] = space.crossover(one, other, random);
      [one, other] = [space.mutate(child, random), one];
      for (const point of [child, one]) {
        expect(checkRanks(point, model)).toBe(point);
        expect(point.lengths).toHaveLength(layers);
        expect(space.repair(point)).toEqual(point);
        seen.add(`${point.ranks?.attention[0]}/${point.ranks?.feedForward[0]}`);
      }
    }
    expect(seen.size).toBe(levels);
  });

  test('begins with lengths as they are, the full length among them, and with some at ranks', () => {
    const seeds = space.seeds([{ lengths: [1, 1, 1] }, { lengths: [0.5, 0.4, 0.3] }]);
    expect(seeds).toHaveLength(6);
    expect(seeds.slice(0, 2)).toEqual([{ lengths: [1, 1, 1] }, { lengths: [0.5, 0.4, 0.3] }]);
    expect(isFullPoint(seeds[0] ?? {})).toBe(true);
    expect(seeds.slice(2).some(({ ranks }) => ranks !== undefined)).toBe(true);
    for (const point of seeds) expect(checkRanks(point, model)).toBe(point);
  });
});

test('a model that has nothing to choose is refused', () => {
  for (const model of [{ dimensions: { layers } }, { dimensions: made.dimensions }])
    expect(() => rankedSpace(lengths, model)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(/lat factorise/) as string }),
    );
});

test('a search over lengths and ranks finds points of both, which score what it says they do, and one over lengths is as it was', async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  const text = await openModel(memorySource(await tinyFiles({ ...tinyConfig, initializer_range: 0.2 })));
  text.model.markTrained();
  const inputs = tinyExamples(60).map((example) => text.tokenizer.encode(example.text));
  const { model } = await factoriseModel(text.model, inputs);
  const examples = encodeExamples(text.tokenizer, model.task, tinyExamples(24));
  const options = { metric: 'fidelity', generations: 3, populationSize: 12, dropRatioBound: 0.3 } as const;
  const both = await searchLengths(model, examples, { ...options, spend: ['lengths', 'ranks'] });
  const lengthsAlone = await searchLengths(model, examples, options);
  const tokens = examples.map(({ input }) => input.ids.length);
  expect(both.paretoSet.some(({ point }) => point.ranks !== undefined)).toBe(true);
  expect(both.full.cost).toBe(1);
  for (const { point, cost } of both.paretoSet) expect(cost).toBe(macsShare(model, point, tokens));
  expect(Math.min(...both.paretoSet.map(({ cost }) => cost))).toBeLessThan(
    Math.min(...lengthsAlone.paretoSet.map(({ cost }) => cost)),
  );
  const without = await searchLengths(text.model, examples, options);
  const keys = ({ paretoSet }: typeof both): string[] =>
    paretoSet.map(({ point, score }) => `${pointKey(point)} ${score}`);
  expect(keys(lengthsAlone)).toEqual(keys(without));
  await expect(searchLengths(text.model, examples, { ...options, spend: ['ranks'] })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
  });
  model.dispose();
  text.model.dispose();
});
