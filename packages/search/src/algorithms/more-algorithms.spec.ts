import fc from 'fast-check';
import { hypervolume, minimize, nsga2, Search, type Algorithm, type Problem } from '../index.js';
import { hypervolumeBelow } from '../indicators/hypervolume.js';
import { createRandom } from '../random.js';
import { dtlz2, tnk, zdt1 } from '../suites/index.js';
import { pointSets, rowsOf } from '../testing/points.js';
import { invalidOption } from '../testing/space-laws.js';
import { ctaea, differential, moead, parentCentric, smsEmoa, unsga3 } from './index.js';
import { exclusiveVolume, thinByVolume } from './thin-by-volume.js';

type Vectors = Problem<readonly number[], string, string>;

const algorithms: readonly (readonly [string, () => Algorithm])[] = [
  ['ctaea', () => ctaea()],
  ['moead', () => moead()],
  ['smsEmoa', () => smsEmoa()],
  ['unsga3', () => unsga3()],
];

const shareOf = async (problem: ReturnType<typeof zdt1>, algorithm: Algorithm, rest: object = {}): Promise<number> => {
  const { front } = await minimize(
    { ...problem, ...rest },
    { algorithm, seed: 1, populationSize: algorithm.name === 'ctaea' ? 80 : 40, evaluations: 6_000 },
  );
  const points = front.map(({ objectives }) => objectives);
  return hypervolume(points, problem.reference, problem.objectives) / problem.limitHypervolume();
};

describe.each(algorithms)('%s', (_, make) => {
  it('comes near the front of ZDT1, for the same seed to the same points', async () => {
    expect(await shareOf(zdt1({ variables: 8 }), make())).toBeGreaterThan(0.97);
    expect(await shareOf(zdt1({ variables: 8 }), make())).toBe(await shareOf(zdt1({ variables: 8 }), make()));
  });

  it.each<readonly [string, Vectors]>([
    ['three objectives', dtlz2({ k: 4 })],
    ['constraints', tnk()],
    ['families of three', { ...zdt1({ variables: 5 }), recombine: differential() }],
  ])('is saved and resumed bit for bit: %s', async (_name, problem) => {
    const options = { seed: 4, populationSize: 20, ...(problem.recombine && { crossoverRate: 1 }) };
    const run = async (search: Search<readonly number[], string, string>): Promise<string> => {
      await search.run();
      return JSON.stringify(search.checkpoint());
    };
    const whole = await run(new Search(problem, { ...options, algorithm: make(), generations: 20 }));
    const half = await run(new Search(problem, { ...options, algorithm: make(), generations: 9 }));
    const limits = { algorithm: make(), generations: 20 };
    expect(await run(Search.resume(problem, JSON.parse(half), limits))).toBe(whole);
  });

  it('puts feasible solutions first', async () => {
    const { front } = await minimize(tnk(), { algorithm: make(), seed: 2, populationSize: 24, evaluations: 1_500 });
    expect(front.length).toBeGreaterThan(3);
    expect(front.every(({ violation }) => violation === 0)).toBe(true);
  });

  it('ends where a space has one point, and starts with fewer members than it wants', async () => {
    const point = {
      ...zdt1({ variables: 2 }),
      initial: () => [0.5, 0],
      crossover: () => [[0.5, 0]],
      mutate: () => [0.5, 0],
    };
    const result = await minimize(point, { algorithm: make(), populationSize: 30, generations: Infinity });
    expect(result).toMatchObject({ stopped: 'saturated', evaluations: 1 });
  });
});

describe('SMS-EMOA', () => {
  it('takes out whoever adds least, as a naive look at all hypervolumes says', () => {
    fc.assert(
      fc.property(pointSets(3, 9), fc.nat({ max: 8 }), (points, leaving) => {
        const front = Uint32Array.from(points.keys());
        const room = Math.max(0, points.length - leaving);
        const columns = [0, 1, 2].map((m) => points.map((point) => point[m] ?? 0));
        const scaled = points.map((point) =>
          point.map((value, m) => {
            const [least, most] = [Math.min(...(columns[m] ?? [])), Math.max(...(columns[m] ?? []))];
            return (value - least) / (most > least ? most - least : 1);
          }),
        );
        const volume = (rows: readonly number[]): number =>
          hypervolumeBelow(rowsOf(rows.map((row) => scaled[row] ?? [])), Float64Array.of(1.1, 1.1, 1.1));
        let left = [...points.keys()];
        const kept = Array.from(thinByVolume(rowsOf(points), 3, front, room));
        while (left.length > room) {
          const after = left.map((member) => volume(left.filter((other) => other !== member)));
          const most = Math.max(...after);
          // Of those whose loss is the same up to rounding take the one that was taken.
          const gone = left.filter((member, i) => most - (after[i] ?? 0) < 1e-9);
          const chosen = gone.filter((member) => !kept.includes(member)).at(-1);
          expect(chosen).toBeDefined();
          left = left.filter((member) => member !== chosen);
        }
        expect(volume(kept)).toBeCloseTo(volume(left), 9);
      }),
    );
  });

  it('measures what a row adds as the difference of two hypervolumes', () => {
    fc.assert(
      fc.property(pointSets(3, 9), (points) => {
        const reference = Float64Array.of(10, 10, 10);
        const others = [...points.keys()].slice(1);
        const whole = hypervolumeBelow(rowsOf(points), reference);
        const rest = hypervolumeBelow(rowsOf(points.slice(1)), reference);
        expect(exclusiveVolume(rowsOf(points), 0, others, reference)).toBeCloseTo(whole - rest, 9);
      }),
    );
  });

  it('has more hypervolume than NSGA-II', async () => {
    const [sms, plain] = [
      await shareOf(zdt1({ variables: 8 }), smsEmoa()),
      await shareOf(zdt1({ variables: 8 }), nsga2()),
    ];
    expect(sms).toBeGreaterThan(plain);
  });
});

describe('MOEA/D', () => {
  const context = { ideal: Float64Array.of(0, 0), random: createRandom(1), settled: 0 };

  it('gives each direction of the first population its best, as a naive look says', () => {
    const points = [
      [0, 4],
      [1, 1],
      [4, 0],
    ];
    const rows = { values: rowsOf(points), objectives: 2, violations: new Float64Array(3) };
    // Weights are (0, 1), (1/2, 1/2), (1, 0): the first asks for the least second objective.
    expect(Array.from(moead().survivors(rows, 3, context))).toEqual([0, 1, 2]);
    const worse = rowsOf([...points, [9, 9], [8, 8]]); // nobody's best: they leave
    const five = { values: worse, objectives: 2, violations: new Float64Array(5) };
    expect(Array.from(moead().survivors(five, 3, context))).toEqual([0, 1, 2]);
  });

  it('lets a child take no more places than it may, and only better ones', () => {
    fc.assert(
      fc.property(pointSets(2, 9), fc.integer({ min: 1, max: 4 }), fc.nat(), (points, replaced, seed) => {
        fc.pre(points.length > 2);
        const settled = points.length - 1;
        const algorithm = moead({ replaced });
        const rows = { values: rowsOf(points), objectives: 2, violations: new Float64Array(points.length) };
        const random = createRandom(seed % 1_000);
        const kept = Array.from(algorithm.survivors(rows, settled, { ...context, random, settled }));
        const places = kept.flatMap((row, i) => (row === settled ? [i] : []));
        expect(places.length).toBeLessThanOrEqual(replaced);
        expect(kept.every((row, i) => row === i || row === settled)).toBe(true);
        const spans = [0, 1].map((m) => Math.max(...points.slice(0, settled).map((point) => point[m] ?? 0)) || 1);
        const badness = (row: number, i: number): number => {
          const share = settled === 1 ? 0.5 : i / (settled - 1);
          const weight = settled === 1 ? [0.5, 0.5] : [share, 1 - share];
          return Math.max(
            ...[0, 1].map((m) => (points[row]?.[m] ?? 0) / (spans[m] ?? 1) / Math.max(1e-4, weight[m] ?? 0)),
          );
        };
        for (const i of places) expect(badness(settled, i)).toBeLessThan(badness(i, i) + 1e-12);
      }),
    );
  });

  it('searches with parents of any number', async () => {
    const problem = zdt1({ variables: 8 });
    expect(await shareOf(problem, moead(), { recombine: parentCentric() })).toBeGreaterThan(0.5);
    expect(await shareOf(problem, moead(), { recombine: differential({ rate: 0.5 }) })).toBeGreaterThan(0.9);
  });

  it.each([{ neighbours: 0 }, { nearby: 2 }, { replaced: 0.5 }, { neighbors: 3 }])('refuses %j', (options) => {
    expect(() => moead(options)).toThrow(invalidOption(''));
  });
});
