import { isFullLength, pointKey, validateOperatingPoint } from '@length-adaptive/core';
import type { OperatingPoint } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { createRandom, descendingVector } from '@length-adaptive/search';
import { encodeExamples } from '../examples/encode-examples.js';
import { createTaskModel } from '../model/task-model.js';
import type { TextModel } from '../model/open-model.js';
import { pointScorer } from '../scoring/score-points.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { tinyConfig, tinyExamples, tinyModel } from '../testing/tiny-model.js';
import { depthSpace } from './depth-space.js';
import { floorGene, reducerGene, withGene } from './gene-space.js';
import type { LengthSearchOptions } from './length-problem.js';
import { lengthSearchProblem } from './length-problem.js';
import { searchLengths } from './length-search.js';
import { pointSpace } from './point-space.js';
import { macsShare } from './price.js';

const layers = 3;
const genes = descendingVector({ length: layers, steps: 100, lower: 0.1, crossover: 'mean' });
const deep = depthSpace(pointSpace(genes, layers), layers);

/** Walks through a space and tells every point that it met. */
const walk = (space: typeof deep | ReturnType<typeof withGene<number>>, steps = 2000): OperatingPoint[] => {
  const random = createRandom(3);
  const met: OperatingPoint[] = [];
  let [one, other] = [space.initial(random, 0), space.initial(random, 1)];
  for (let i = 0; i < steps; i++) {
    const [child = one] = space.crossover(one, other, random);
    [one, other] = [space.mutate(child, random), i % 10 === 0 ? space.initial(random, i) : one];
    met.push(child, one);
  }
  for (const point of met) {
    expect(validateOperatingPoint(point, layers)).toBe(point);
    expect(space.repair(point)).toEqual(point);
  }
  return met;
};

test('points move among reducers, name theirs where it is not the own one, and name none where no token leaves', () => {
  const met = walk(withGene(deep, reducerGene(['attention', 'tome', 'pool'], 'attention')));
  expect(new Set(met.map(({ reducer }) => reducer))).toEqual(new Set([undefined, 'tome', 'pool']));
  for (const { lengths = [], reducer } of met) if (isFullLength(lengths)) expect(reducer).toBeUndefined();
  const others = walk(withGene(deep, reducerGene(['tome', 'pool'], 'attention')));
  expect(new Set(others.filter(({ lengths = [] }) => !isFullLength(lengths)).map(({ reducer }) => reducer))).toEqual(
    new Set(['tome', 'pool']),
  );
});

test('points move among floors below the longest input', () => {
  const gene = floorGene(20);
  expect(gene.choices).toEqual([0, 4, 8, 12, 16]);
  const met = walk(withGene(deep, gene));
  expect(new Set(met.map(({ floor = 0 }) => floor))).toEqual(new Set(gene.choices));
  for (const { lengths = [], floor } of met) if (isFullLength(lengths)) expect(floor).toBeUndefined();
  expect(floorGene(3).choices).toEqual([0]);
});

describe('a search', () => {
  let text: TextModel;
  beforeAll(async () => {
    await useWasm();
    text = await tinyModel();
  });
  afterAll(() => text.model.dispose());

  const examples = () => encodeExamples(text.tokenizer, text.model.task, tinyExamples(16));
  const search = (options: LengthSearchOptions) =>
    searchLengths(text.model, examples(), {
      ...{ metric: 'fidelity', seed: 3, dropRatioBound: 0.3, generations: 2, populationSize: 10, ...options },
    });

  test('over reducers has one Pareto set, each point of which scores what it says', async () => {
    const seen: OperatingPoint[] = [];
    const reducers = ['attention', 'tome', 'pool'];
    const { paretoSet } = await search({ reducers, onEvaluation: ({ point }) => void seen.push(point), race: false });
    expect(new Set(seen.map(({ reducer }) => reducer))).toEqual(new Set([undefined, 'tome', 'pool']));
    expect(new Set(seen.map(pointKey)).size).toBe(seen.length);
    const score = pointScorer(text.model, examples(), 'fidelity');
    const tokens = examples().map(({ input }) => input.ids.length);
    for (const { point, score: said, cost } of paretoSet) {
      expect(await score([point], { keys: [pointKey(point)] })).toEqual([said]);
      expect(cost).toBe(macsShare(text.model, { ...point, reducer: undefined }, tokens)); // what merges counts nothing
    }
    expect(await search({ reducers, race: false })).toEqual({ ...(await search({ reducers, race: false })) });
  });

  test('over floors finds points with some, at the cost that they have', async () => {
    const seen: OperatingPoint[] = [];
    const { paretoSet } = await search({
      ...{ spend: ['lengths', 'floor'], race: false },
      onEvaluation: ({ point }) => void seen.push(point),
    });
    expect(seen.some(({ floor }) => floor !== undefined)).toBe(true);
    const tokens = examples().map(({ input }) => input.ids.length);
    for (const { point, cost } of paretoSet) expect(cost).toBe(macsShare(text.model, point, tokens));
  });

  test.each<[string, LengthSearchOptions, string, RegExp]>([
    ['none', { reducers: [] }, 'OPTION_INVALID', /among no reducers/],
    ['one that nobody knows', { reducers: ['attention', 'best'] }, 'REDUCER_UNKNOWN', /"best"; known: attention/],
    [
      'one that learns weights',
      { reducers: ['attention', 'skim'] },
      'OPTION_INVALID',
      /skim learns weights of its own/,
    ],
    ['several by time', { reducers: ['attention', 'tome'], objective: 'latency' }, 'OPTION_INVALID', /by time/],
  ])('over reducers, of which there is %s, is refused', async (_, options, code, message) => {
    const latency = options.objective && { milliseconds: () => 1, observe: () => undefined, error: 0, fit: {} };
    const problem = () =>
      lengthSearchProblem(text.model, examples(), { ...options, ...(latency && { latency: latency as never }) });
    expect(problem).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }));
  });

  test('over a reducer that the task cannot take is refused by name', () => {
    const model = createTaskModel(tinyConfig, new Map(), { fresh: true, task: questionAnswering() });
    expect(() => lengthSearchProblem(model, examples(), { reducers: ['attention', 'tome'] })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message: expect.stringMatching(/cannot take the reducer tome/) as string,
      }),
    );
    model.dispose();
  });
});
