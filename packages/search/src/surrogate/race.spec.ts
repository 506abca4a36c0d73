import fc from 'fast-check';
import { createRandom } from '../random.js';
import { isClearlyBetter } from './paired-comparison.js';
import { race, type RaceOptions } from './race.js';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Right or wrong on each example, a row for each candidate; what is hard is hard for all, but for the share `own`. */
const answers = (shares: readonly number[], examples: number, seed: number, own = 0.5): number[][] => {
  const random = createRandom(seed);
  const hard = Array.from({ length: examples }, () => random.next());
  return shares.map((share) => hard.map((x) => ((1 - own) * x + own * random.next() < share ? 1 : 0)));
};

const over = (rows: readonly (readonly number[])[]) => {
  const asked: { genome: number; example: number }[] = [];
  const score: RaceOptions<number>['score'] = async (genomes, examples) => {
    for (const genome of genomes) for (const example of examples) asked.push({ genome, example });
    return genomes.map((genome) => examples.map((example) => rows[genome]?.[example] ?? NaN));
  };
  return { asked, score };
};

describe('race', () => {
  it('takes more examples at a time than a call takes arguments', async () => {
    const examples = 600_000;
    const [outcome] = await race([0], {
      examples,
      score: async (_, part) => [new Array<number>(part.length).fill(0.5)],
      looks: [],
    });
    expect(outcome).toMatchObject({ examples, mean: 0.5 });
  });

  it('finishers have their mean over all examples; who is stopped is by somebody who may, and estimated below', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0.05, max: 0.95, noNaN: true }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 1, max: 300 }),
        async (shares, seed, examples) => {
          const rows = answers(shares, examples, seed);
          const { asked, score } = over(rows);
          const mayDominate = (rival: number, candidate: number): boolean => rival <= candidate;
          const outcomes = await race([...shares.keys()], { examples, score, mayDominate, seed });
          outcomes.forEach((outcome, i) => {
            const own = asked.filter(({ genome }) => genome === i);
            expect(new Set(own.map(({ example }) => example)).size).toBe(own.length); // nothing is asked twice
            expect(outcome.examples).toBe(own.length);
            if (outcome.stoppedBy === undefined) {
              expect(outcome.scores).toEqual(rows[i]);
              expect(outcome.mean).toBeCloseTo(mean(rows[i] ?? []), 9);
            } else {
              expect(outcome.examples).toBeLessThan(examples);
              expect(mayDominate(outcome.stoppedBy, i)).toBe(true);
              expect(outcome.stoppedBy).not.toBe(i);
              expect(outcome.mean).toBeLessThan(outcomes[outcome.stoppedBy]?.mean ?? NaN);
            }
          });
          expect(outcomes.some(({ scores }) => scores !== undefined)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stops early who is clearly worse, and nobody who may not be dominated', async () => {
    const rows = answers([0.2, 0.8, 0.5], 1_000, 1);
    const { score } = over(rows);
    const outcomes = await race([0, 1, 2], { examples: 1_000, score });
    expect(outcomes.map(({ examples }) => examples)).toEqual([125, 1_000, 125]);
    expect(outcomes.map(({ stoppedBy }) => stoppedBy)).toEqual([1, undefined, 1]);
    const alone = await race([0, 1, 2], { examples: 1_000, score, mayDominate: () => false });
    expect(alone.map(({ examples }) => examples)).toEqual([1_000, 1_000, 1_000]);
  });

  it('an estimate of one who was stopped is nearer than the mean on as many examples, where most answers agree', async () => {
    const misses: { estimate: number; alone: number }[] = [];
    for (let seed = 0; seed < 60; seed += 1) {
      const rows = answers([0.68, 0.8], 800, seed, 0.05);
      const truth = mean(rows[0] ?? []);
      const taken: number[] = [];
      const score: RaceOptions<number>['score'] = async (_, examples) => {
        taken.push(...examples.map((example) => rows[0]?.[example] ?? NaN));
        return [examples.map((example) => rows[0]?.[example] ?? NaN)];
      };
      const [outcome] = await race([0], { examples: 800, score, rivals: [{ genome: 1, scores: rows[1] ?? [] }], seed });
      expect(outcome?.stoppedBy).toBe(1);
      misses.push({ estimate: (outcome?.mean ?? NaN) - truth, alone: mean(taken) - truth });
    }
    const size = (pick: (miss: (typeof misses)[number]) => number): number =>
      mean(misses.map((miss) => pick(miss) ** 2));
    expect(size(({ estimate }) => estimate)).toBeLessThan(size(({ alone }) => alone));
  });

  it.each([
    ['alike', 0.7, 0.7],
    ['hardly ever wrong', 0.97, 0.97],
  ])('stops one that is not worse at most as often as said: %s', async (_, first, second) => {
    let wrong = 0;
    const runs = 400;
    for (let seed = 0; seed < runs; seed += 1) {
      const rows = answers([first, second], 400, seed);
      const { score } = over(rows);
      const means = rows.map(mean);
      const outcomes = await race([0, 1], { examples: 400, score, seed, error: 0.1 });
      if (outcomes.some(({ stoppedBy }, i) => stoppedBy !== undefined && (means[i] ?? 0) >= (means[stoppedBy] ?? 0)))
        wrong += 1;
    }
    expect(wrong / runs).toBeLessThanOrEqual(0.1);
  });

  it('a few differences that are all alike say nothing', () => {
    expect(isClearlyBetter([1, 1, 1], { examples: 100, error: 0.05 })).toBe(false);
    expect(isClearlyBetter(new Array<number>(30).fill(1), { examples: 100, error: 0.05 })).toBe(true);
    expect(isClearlyBetter(new Array<number>(30).fill(0), { examples: 100, error: 0.05 })).toBe(false);
    expect(isClearlyBetter([], { examples: 100, error: 0.05 })).toBe(false);
  });

  it.each([
    ['no examples', { examples: 0 }, 'INVALID_OPTION'],
    ['looks that descend', { looks: [0.5, 0.25] }, 'INVALID_OPTION'],
    ['a look at all', { looks: [1] }, 'INVALID_OPTION'],
    ['no error', { error: 0 }, 'INVALID_OPTION'],
    ['a rival with too few scores', { rivals: [{ genome: 9, scores: [1] }] }, 'INVALID_OBJECTIVES'],
    ['scores that are none', { score: async () => [[NaN]] }, 'INVALID_OBJECTIVES'],
    ['an aborted signal', { signal: AbortSignal.abort('enough') }, 'ABORTED'],
  ])('refuses %s', async (_, options, code) => {
    const { score } = over([[1, 0, 1]]);
    await expect(race([0], { examples: 3, score, ...options })).rejects.toMatchObject({ code });
  });

  it('of no candidates there is nothing to tell', async () => {
    expect(await race([], { examples: 3, score: over([]).score })).toEqual([]);
  });
});
