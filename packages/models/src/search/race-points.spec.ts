import type { OperatingPoint } from '@length-adaptive/core';
import { lengthsOf, pointKey } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { createRandom, paretoFront } from '@length-adaptive/search';
import fc from 'fast-check';
import { encodeExamples } from '../examples/encode-examples.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import type { TextModel } from '../model/open-model.js';
import type { ExampleScorer } from '../scoring/score-examples.js';
import { tinyExamples, tinyModel } from '../testing/tiny-model.js';
import type { LengthSearchCheckpoint, LengthSearchOptions } from './length-problem.js';
import { searchLengths } from './length-search.js';
import { racesWith } from './race-points.js';

let text: TextModel;
beforeAll(async () => {
  await useWasm();
  text = await tinyModel();
});
afterAll(() => text.model.dispose());

const examples = () => encodeExamples(text.tokenizer, text.model.task, tinyExamples(16));
const directions = { score: 'maximize', cost: 'minimize' } as const;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Right or wrong: what is kept in later layers answers harder examples; some examples have a mind of their own. */
const table = (count: number, seed: number) => {
  const random = createRandom(seed);
  const hard = Array.from({ length: count }, () => ({ level: random.next(), own: random.next() < 0.1 ? 0.3 : 0 }));
  const row = (point: OperatingPoint): number[] => {
    const lengths = lengthsOf(point, 3);
    const level = lengths.reduce((sum, share, layer) => sum + Math.sqrt(share) * (layer + 1), 0) / 6;
    return hard.map((example, i) =>
      example.level < level - example.own * Math.sin(i + 20 * (lengths[2] ?? 0)) ? 1 : 0,
    );
  };
  const asked: number[] = [];
  const scoreExamples: ExampleScorer = {
    examples: count,
    ofMean: (value) => value,
    score: async (points, wanted) => {
      asked.push(points.length * wanted.length);
      return points.map((point) => {
        const all = row(point);
        return wanted.map((example) => all[example] ?? Number.NaN);
      });
    },
  };
  return { scoreExamples, row, asked };
};

const evolve: LengthSearchOptions = { generations: 4, populationSize: 10, dropRatioBound: 0.5, seed: 3 };
const led: LengthSearchOptions = { evaluations: 30, dropRatioBound: 0.5, seed: 3 };
const search = (options: LengthSearchOptions) => searchLengths(text.model, examples(), options);

describe('points that race', () => {
  test.each([
    ['by evolution', evolve, 0.95],
    ['by regression, which proposes little that is clearly beaten', led, 1],
  ])('%s: the Pareto set is scored on all examples, and passes are counted', async (_, options, most) => {
    const { scoreExamples, row, asked } = table(400, 1);
    const { paretoSet, full, raced, evaluations } = await search({ ...options, scoreExamples });
    for (const { point, score } of [...paretoSet, full]) expect(score).toBeCloseTo(mean(row(point)), 9);
    expect(raced).toEqual({ asked: asked.reduce((sum, count) => sum + count, 0), all: 400 * evaluations });
    expect(raced?.asked).toBeLessThanOrEqual(most * (raced?.all ?? 0));
  });

  test('a point that nothing beats is hardly ever lost', async () => {
    let [unbeaten, lost] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10_000 }), async (seed) => {
        const { scoreExamples, row } = table(200, seed);
        const seen: ParetoPoint[] = [];
        const { paretoSet } = await search({
          ...evolve,
          generations: 2,
          seed,
          scoreExamples,
          onEvaluation: (point) => seen.push(point),
        });
        const truth = ({ point, cost }: ParetoPoint) => ({ cost, score: mean(row(point)) });
        const front = paretoFront(seen, directions, { objectives: truth });
        const found = new Set(paretoSet.map((point) => JSON.stringify(truth(point))));
        unbeaten += front.length;
        lost += front.filter((point) => !found.has(JSON.stringify(truth(point)))).length;
        // What is told of one that was stopped is below what somebody has who costs no more.
        for (const { score, cost, point } of seen) {
          if (Math.abs(score - mean(row(point))) < 1e-9) continue;
          expect(seen.some((other) => other.cost <= cost && other.score > score)).toBe(true);
        }
      }),
      { numRuns: 25, seed: 7 },
    );
    expect(unbeaten).toBeGreaterThan(100);
    expect(lost / unbeaten).toBeLessThanOrEqual(0.02);
  });

  test('stopped after any batch and resumed, the search ends with the same result and as many passes', async () => {
    for (const options of [evolve, led]) {
      const { scoreExamples } = table(300, 2);
      const saved: string[] = [];
      const whole = await search({
        ...options,
        scoreExamples,
        onGeneration: (_, checkpoint) => void saved.push(JSON.stringify(checkpoint)),
      });
      for (const checkpoint of saved) {
        const resume = JSON.parse(checkpoint) as LengthSearchCheckpoint;
        expect(resume.racing?.rivals.length).toBeGreaterThan(0);
        expect(await search({ ...options, scoreExamples, resume })).toEqual(whole);
      }
    }
  });

  test('the full length and points that were given run on all examples', async () => {
    const { scoreExamples, row } = table(400, 3);
    const worst = { lengths: [1, 1, 0.05] }; // nearly all of the cost for few of the answers
    const seen: ParetoPoint[] = [];
    await search({ ...led, scoreExamples, points: [worst], onEvaluation: (point) => seen.push(point) });
    for (const point of [worst, { lengths: [1, 1, 1] }]) {
      const found = seen.find((other) => pointKey(other.point) === pointKey(point));
      expect(found?.score).toBeCloseTo(mean(row(point)), 9);
    }
  });

  test('on the model itself the set is that of a search without a race', async () => {
    const options: LengthSearchOptions = { ...led, evaluations: 20, metric: 'fidelity' };
    const [raced, whole] = [await search(options), await search({ ...options, race: false })];
    expect(raced.raced?.all).toBe(20 * 16);
    expect(whole).not.toHaveProperty('raced');
    expect(raced.full.score).toBeCloseTo(whole.full.score, 6);
    raced.paretoSet.forEach(({ point, score }) => {
      const same = whole.paretoSet.find((other) => pointKey(other.point) === pointKey(point));
      if (same) expect(score).toBeCloseTo(same.score, 6);
    });
  });

  test('what is no mean over examples does not race, nor what is scored elsewhere', async () => {
    const score: LengthSearchOptions['score'] = async (points) => points.map(() => 0.5);
    expect(await search({ ...led, evaluations: 4, metric: 'f1_macro' })).not.toHaveProperty('raced');
    expect(await search({ ...led, evaluations: 4, score })).not.toHaveProperty('raced');
    for (const metric of ['accuracy', 'probability', 'fidelity'] as const)
      expect(await search({ ...led, evaluations: 4, metric })).toHaveProperty('raced', { asked: 64, all: 64 });
  });

  test('a checkpoint knows whether its points raced', () => {
    const racing = { rivals: [], scored: { asked: 1, all: 2 } };
    expect([racesWith({}, undefined), racesWith({ race: false }, undefined)]).toEqual([true, false]);
    expect([racesWith({}, { racing }), racesWith({}, {})]).toEqual([true, false]);
    expect(() => racesWith({ race: false }, { racing })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => racesWith({ race: true }, {})).toThrow(/did not race/);
  });
});
