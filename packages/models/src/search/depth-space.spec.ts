import type { OperatingPoint } from '@length-adaptive/core';
import {
  isFullLength,
  isFullPoint,
  leavesLayersOut,
  lengthsOf,
  pointKey,
  validateOperatingPoint,
} from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { createRandom, descendingVector } from '@length-adaptive/search';
import { encodeExamples } from '../examples/encode-examples.js';
import type { TextModel } from '../model/open-model.js';
import { tinyExamples, tinyModel } from '../testing/tiny-model.js';
import { depthPoints } from './depth-points.js';
import { depthSpace } from './depth-space.js';
import type { LengthSearchOptions } from './length-problem.js';
import { lengthSearchProblem } from './length-problem.js';
import { searchLengths } from './length-search.js';
import { fullLengthSpace, pointSpace } from './point-space.js';
import { macsShare } from './price.js';

const layers = 4;
const genes = descendingVector({ length: layers, steps: 100, lower: 0.1, crossover: 'mean' });

describe.each([
  ['lengths', pointSpace(genes, layers)],
  ['every token', fullLengthSpace(layers)],
])('a space of layers over %s', (name, over) => {
  const space = depthSpace(over, layers);

  test('moves among points that run, reaches every choice of layers, and its points stay as they are when repaired', () => {
    const random = createRandom(3);
    const seen = new Set<string>();
    let [one, other] = [space.initial(random, 0), space.initial(random, 1)];
    for (let i = 0; i < 3000; i++) {
      const [child = one] = space.crossover(one, other, random);
      [one, other] = [space.mutate(child, random), i % 10 === 0 ? space.initial(random, i) : one];
      for (const point of [child, one]) {
        expect(validateOperatingPoint(point, layers)).toBe(point);
        expect(point.lengths).toEqual(lengthsOf(point, layers)); // nobody leaves in a layer that does not run
        expect(space.repair(point)).toEqual(point);
        if (name === 'every token') expect(isFullLength(point.lengths ?? [])).toBe(true);
        seen.add(point.skip?.join() ?? '');
      }
    }
    expect(seen.size).toBe(2 ** layers - 1);
  });

  test('gives children the layers of their parents', () => {
    const random = createRandom(5);
    const [a, b]: OperatingPoint[] = [
      { lengths: [1, 1, 1, 1], skip: [0, 1] },
      { lengths: [1, 1, 1, 1], skip: [1, 2] },
    ];
    for (let i = 0; i < 50; i++)
      for (const { skip = [] } of space.crossover(a ?? {}, b ?? {}, random)) {
        expect(skip).toContain(1);
        expect(skip).not.toContain(3);
      }
  });
});

test('points with fewer layers are the model without its last ones, and without as many evenly', () => {
  expect(depthPoints(3).map(({ skip }) => skip)).toEqual([[2], [1], [1, 2]]);
  expect(depthPoints(6).map(({ skip }) => skip?.join(' '))).toEqual([
    ...['5', '2', '4 5', '1 4', '3 4 5', '1 2 4', '2 3 4 5', '1 2 3 4', '1 2 3 4 5'],
  ]);
  expect(depthPoints(1)).toEqual([]);
  for (const point of depthPoints(12)) {
    expect(validateOperatingPoint(point, 12)).toBe(point);
    expect(isFullLength(point.lengths ?? [])).toBe(true);
  }
  expect(new Set(depthPoints(12).map(pointKey)).size).toBe(depthPoints(12).length);
});

describe('a search', () => {
  let text: TextModel;
  beforeAll(async () => {
    await useWasm();
    text = await tinyModel();
  });
  afterAll(() => text.model.dispose());

  const examples = () => encodeExamples(text.tokenizer, text.model.task, tinyExamples(16));
  const tokens = () => examples().map(({ input }) => input.ids.length);
  const search = (options: LengthSearchOptions) =>
    searchLengths(text.model, examples(), { metric: 'fidelity', seed: 3, dropRatioBound: 0.3, ...options });

  test.each<[string, LengthSearchOptions]>([
    ['surrogate', { evaluations: 12 }],
    ['nsga2', { generations: 3, populationSize: 12 }],
  ])('by %s over lengths and depth finds points of both, at the cost that they have', async (_, options) => {
    const seen: OperatingPoint[] = [];
    const onEvaluation = ({ point }: { readonly point: OperatingPoint }): void => void seen.push(point);
    const both = await search({ ...options, spend: ['lengths', 'depth'], onEvaluation });
    expect(both.full.cost).toBe(1);
    expect(seen.some((point) => leavesLayersOut(point) && !isFullLength(point.lengths ?? []))).toBe(true);
    expect(both.paretoSet.some(({ point }) => leavesLayersOut(point))).toBe(true);
    for (const { point, cost } of both.paretoSet) expect(cost).toBe(macsShare(text.model, point, tokens()));
    const lengthsAlone = await search(options);
    expect(Math.min(...both.paretoSet.map(({ cost }) => cost))).toBeLessThan(
      Math.min(...lengthsAlone.paretoSet.map(({ cost }) => cost)),
    );
    expect(lengthsAlone.paretoSet.some(({ point }) => leavesLayersOut(point))).toBe(false);
    const again = await search({ ...options, spend: ['lengths', 'depth'] });
    expect(again).toEqual(both);
  });

  test('over depth alone keeps every token', async () => {
    const { paretoSet } = await search({ evaluations: 7, spend: ['depth'] });
    expect(paretoSet.length).toBeGreaterThan(1);
    for (const { point } of paretoSet) expect(isFullLength(point.lengths ?? [])).toBe(true);
    expect(paretoSet.some(({ point }) => isFullPoint(point))).toBe(true);
  });

  test('goes on from a checkpoint with the layers that its points leave out', async () => {
    const options = { generations: 3, populationSize: 10, spend: ['lengths', 'depth'] } as const;
    const whole = await search(options);
    let saved: unknown;
    const stop = new AbortController();
    await search({
      ...options,
      signal: stop.signal,
      onGeneration: (_, checkpoint) => {
        saved ??= JSON.parse(JSON.stringify(checkpoint));
        stop.abort();
      },
    }).catch(() => undefined);
    expect(JSON.stringify(saved)).toContain('"skip"');
    expect(await search({ ...options, resume: saved })).toEqual(whole);
  });

  test('that spends what it does not know is refused', () => {
    for (const spend of [[], ['layers' as 'depth']])
      expect(() => lengthSearchProblem(text.model, examples(), { spend })).toThrow(
        expect.objectContaining({
          code: 'OPTION_INVALID',
          message: expect.stringMatching(/lengths, floor, depth, ranks/) as string,
        }),
      );
  });

  test('to a regression each layer that is left out is a number of its own', () => {
    const { features } = lengthSearchProblem(text.model, examples(), { spend: ['lengths', 'depth'] });
    expect(features({ lengths: [1, 1, 1], skip: [1] })).toEqual([0, 0, 0, 1, 0, 1]);
    expect(lengthSearchProblem(text.model, examples()).features({ lengths: [1, 1, 1] })).toEqual([0, 0, 0]);
  });
});
