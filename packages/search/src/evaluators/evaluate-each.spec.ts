import fc from 'fast-check';
import { Search, defineProblem, type EvaluateContext, type Result } from '../index.js';
import { tradeOff } from '../testing/trade-off.js';
import { evaluateEach } from './evaluate-each.js';

const contextOf = (genomes: readonly unknown[]): EvaluateContext => ({
  generation: 3,
  keys: genomes.map((genome) => `k${String(genome)}`),
});

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A function of one genome whose evaluations end when they are told to. */
const byHand = () => {
  const running: { readonly genome: number; end(): void }[] = [];
  let most = 0;
  const one = (genome: number): Promise<{ x: number }> =>
    new Promise((resolve) => {
      const job = {
        genome,
        end: () => {
          running.splice(running.indexOf(job), 1);
          resolve({ x: genome });
        },
      };
      running.push(job);
      most = Math.max(most, running.length);
    });
  return { one, running, most: () => most };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('evaluateEach', () => {
  it('gives results in the order of the genomes, whatever the schedule, and never runs more than it may', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.nat()),
        async (size, concurrency, draws) => {
          const { one, running, most } = byHand();
          const genomes = numbers(size);
          const batch = evaluateEach(one, { concurrency })(genomes, contextOf(genomes));
          for (const draw of draws) {
            await turn();
            if (running.length === 0) break;
            running[draw % running.length]?.end();
          }
          expect(await batch).toEqual(genomes.map((x) => ({ x })));
          expect(most()).toBe(Math.min(size, concurrency));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('starts in order, as many as there are unless told otherwise', async () => {
    const { one, running } = byHand();
    const genomes = numbers(40);
    const batch = evaluateEach(one)(genomes, contextOf(genomes));
    expect(running.map(({ genome }) => genome)).toEqual(genomes);
    for (const { end } of [...running].reverse()) end();
    expect(await batch).toHaveLength(40);
  });

  it('tells each evaluation its key, its generation, its try and the fidelity, if there is one', async () => {
    const told: unknown[] = [];
    const evaluate = evaluateEach((genome: number, { signal, ...context }) => {
      told.push({ ...context, aborted: signal.aborted });
      return { x: genome };
    });
    await evaluate([7], contextOf([7]));
    await evaluate([8], { ...contextOf([8]), fidelity: 0.1 });
    expect(told).toEqual([
      { key: 'k7', generation: 3, attempt: 0, aborted: false },
      { key: 'k8', generation: 3, attempt: 0, fidelity: 0.1, aborted: false },
    ]);
  });

  it('a search comes to the same with it as with a plain evaluate', async () => {
    const options = { seed: 5, populationSize: 10, generations: 4 };
    const plain = new Search(tradeOff(), options);
    const whole = await plain.run();
    const evaluate = evaluateEach(
      async (shares: readonly number[]) => {
        await new Promise((resolve) => setTimeout(resolve, 10 * (shares[1] ?? 0)));
        const [result] = (await tradeOff().evaluate([shares], contextOf([0]))) as Result<'cost' | 'score'>[];
        return result as Result<'cost' | 'score'>;
      },
      { concurrency: 4 },
    );
    const slow = new Search({ ...tradeOff(), evaluate }, options);
    expect(await slow.run()).toEqual(whole);
    expect(JSON.stringify(slow.checkpoint())).toBe(JSON.stringify(plain.checkpoint()));
  });

  it('knows the names of what comes out, also beside discarded candidates', async () => {
    const problem = defineProblem({
      objectives: { cost: 'minimize', score: 'maximize' },
      initial: (random) => random.integer(0, 9),
      crossover: (a) => [a],
      mutate: (_, random) => random.integer(0, 9),
      evaluate: evaluateEach(async (x: number) => {
        if (x === 3) return { discarded: 'three' };
        return { cost: x, score: -((x - 5) ** 2) };
      }),
    });
    const search = new Search(problem, { populationSize: 10, generations: 3, attempts: 100 });
    const { front } = await search.run();
    expect(front.map(({ objectives }) => objectives.cost)).toEqual([0, 1, 2, 4, 5]);
  });

  it.each([
    [{ concurrency: 0 }, 'concurrency is 0'],
    [{ concurrency: 1.5 }, 'concurrency is 1.5'],
    [{ timeoutMs: 0 }, 'timeoutMs is 0'],
    [{ timeoutMs: 2 ** 31 }, 'timeoutMs is 2147483648'],
    [{ retries: -1 }, 'retries is -1'],
    [{ backoffMs: NaN }, 'backoffMs is NaN'],
    [{ onFailure: 'ignore' as 'throw' }, 'onFailure is ignore'],
  ])('refuses %p', (options, words) => {
    const one = (): { x: number } => ({ x: 1 });
    expect(() => evaluateEach(one, options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(words) }),
    );
  });
});
