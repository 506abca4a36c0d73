import type { Objectives } from '../dominance.js';
import type { BenchmarkProblem } from './benchmark-problem.js';
import {
  bnh,
  dtlz1,
  dtlz2,
  dtlz3,
  dtlz4,
  dtlz5,
  dtlz6,
  dtlz7,
  osy,
  srn,
  tnk,
  zdt1,
  zdt2,
  zdt3,
  zdt4,
  zdt6,
} from './index.js';

type Suite = BenchmarkProblem<string, string>;

const valuesAt = async (problem: unknown, genome: readonly number[]): Promise<Objectives> => {
  const results = await (problem as Suite).evaluate([genome], { generation: 0, keys: [] });
  return (results as readonly Objectives[])[0] ?? {};
};

const zeros = (length: number): number[] => new Array<number>(length).fill(0);
const halves = (length: number): number[] => new Array<number>(length).fill(0.5);

const expectValues = async (problem: unknown, genome: readonly number[], expected: Objectives): Promise<void> => {
  const values = await valuesAt(problem, genome);
  for (const [name, value] of Object.entries(expected))
    expect([name, values[name]]).toEqual([name, expect.closeTo(value, 9)]);
};

const ZDT3_ENDS = [
  [0, 0.08300153492691163],
  [0.18222872802939977, 0.2577623633878302],
  [0.4093096748086568, 0.4538821040888302],
  [0.6183967944392658, 0.6525117038046625],
  [0.8233317983266327, 0.8518328654364139],
] as const;

describe('ZDT', () => {
  it.each([
    ['ZDT1', zdt1(), [0.25, ...zeros(29)], { f1: 0.25, f2: 0.5 }],
    ['ZDT1 far away', zdt1(), [1, ...new Array<number>(29).fill(1)], { f1: 1, f2: 10 - Math.sqrt(10) }],
    ['ZDT2', zdt2(), [0.5, ...zeros(29)], { f1: 0.5, f2: 0.75 }],
    ['ZDT3', zdt3(), [0.25, ...zeros(29)], { f1: 0.25, f2: 0.5 - 0.25 }],
    ['ZDT4', zdt4(), [0.25, ...zeros(9)], { f1: 0.25, f2: 0.5 }],
    ['ZDT4 at a local front', zdt4(), [0, 0.5, ...zeros(8)], { f1: 0, f2: 1.25 }],
    ['ZDT6', zdt6(), [0, ...zeros(9)], { f1: 1, f2: 0 }],
    ['ZDT6 far away', zdt6(), [0, ...new Array<number>(9).fill(1)], { f1: 1, f2: 10 * (1 - 0.01) }],
  ])('%s', (_, problem, genome, expected) => expectValues(problem, genome, expected));

  // Appendix A.4 of the anchors; closed forms where there are any.
  it.each([
    ['ZDT1', zdt1(), [2 / 3, 1.21 - 1 / 3, 121 - 1 / 3]],
    ['ZDT2', zdt2(), [1 / 3, 1.21 - 2 / 3, 121 - 2 / 3]],
    ['ZDT3', zdt3(), [1.044426, 1.331763, 128.77812]],
    ['ZDT4', zdt4(), [2 / 3, 1.21 - 1 / 3, 121 - 1 / 3]],
    ['ZDT6', zdt6(), [0.325954, 0.507877, 117.5182]],
  ])('limits of %s at 1, 1.1 and 11', (_, problem, limits) => {
    [1, 1.1, 11].forEach((corner, i) =>
      expect(problem.limitHypervolume({ f1: corner, f2: corner })).toBeCloseTo(limits[i] ?? NaN, corner > 2 ? 4 : 5),
    );
    expect(problem.limitHypervolume()).toBeCloseTo(limits[1] ?? NaN, 5);
  });

  it('has closed forms, to ten digits', () => {
    expect(zdt1().limitHypervolume()).toBeCloseTo(1.21 - 1 / 3, 10);
    expect(zdt2().limitHypervolume()).toBeCloseTo(1.21 - 2 / 3, 10);
    const least = 1 - Math.exp(-4 * 0.08145779687998356) * Math.sin(6 * Math.PI * 0.08145779687998356) ** 6;
    expect(zdt6().limitHypervolume()).toBeCloseTo((1.1 - least) * 1.1 - (1 - least) + (1 - least ** 3) / 3, 10);
    const turn = 10 * Math.PI;
    const under = (x: number): number =>
      x - (2 / 3) * x ** 1.5 + (x * Math.cos(turn * x)) / turn - Math.sin(turn * x) / turn ** 2;
    const lowest = (x: number): number => 1 - Math.sqrt(x) - x * Math.sin(turn * x);
    const below = ZDT3_ENDS.reduce(
      (sum, [from, to], i) => sum + under(to) - under(from) + lowest(to) * ((ZDT3_ENDS[i + 1]?.[0] ?? 1.1) - to),
      0,
    );
    expect(zdt3().limitHypervolume()).toBeCloseTo(1.21 - below, 10);
  });

  it('takes any number of variables from 2', () => {
    expect(zdt1({ variables: 2 }).trueSet(2)).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(() => zdt1({ variables: 1 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe('DTLZ', () => {
  const sphere = [0.5, 0.5, ...halves(10)];
  it.each([
    ['DTLZ1', dtlz1(), [0.5, 0.5, ...halves(5)], { f1: 0.125, f2: 0.125, f3: 0.25 }],
    ['DTLZ1 far away', dtlz1({ k: 1 }), [1, 1, 0], { f1: 0.5 * (1 + 100 * (1 + 0.25 - 1)), f2: 0, f3: 0 }],
    ['DTLZ2', dtlz2(), sphere, { f1: 0.5, f2: 0.5, f3: Math.SQRT1_2 }],
    ['DTLZ2 far away', dtlz2(), [0, 0, ...zeros(10)], { f1: 1 + 10 / 4, f2: 0, f3: 0 }],
    [
      'DTLZ2 of 5 objectives',
      dtlz2({ objectives: 5 }),
      [1 / 3, 0, 0, 0, ...halves(10)],
      { f1: Math.sqrt(3) / 2, f2: 0, f3: 0, f4: 0, f5: 0.5 },
    ],
    ['DTLZ3', dtlz3(), sphere, { f1: 0.5, f2: 0.5, f3: Math.SQRT1_2 }],
    ['DTLZ3 far away', dtlz3({ k: 2 }), [0, 0, 0, 1], { f1: 1 + 100 * (2 + 0.5 - 2), f2: 0, f3: 0 }],
    ['DTLZ4', dtlz4(), [0.5 ** 0.01, 0.5 ** 0.01, ...halves(10)], { f1: 0.5, f2: 0.5, f3: Math.SQRT1_2 }],
    ['DTLZ5', dtlz5(), [0.5, 0.9, ...halves(10)], { f1: 0.5, f2: 0.5, f3: Math.SQRT1_2 }],
    [
      'DTLZ5 far away',
      dtlz5({ k: 4 }),
      [0, 0, ...zeros(4)],
      { f1: 2 * Math.cos(Math.PI / 8), f2: 2 * Math.sin(Math.PI / 8), f3: 0 },
    ],
    ['DTLZ6', dtlz6(), [0.5, 0.9, ...zeros(10)], { f1: 0.5, f2: 0.5, f3: Math.SQRT1_2 }],
    [
      'DTLZ6 far away',
      dtlz6({ k: 1 }),
      [0, 0, 1],
      { f1: 2 * Math.cos(Math.PI / 8), f2: 2 * Math.sin(Math.PI / 8), f3: 0 },
    ],
    ['DTLZ7', dtlz7(), zeros(22), { f1: 0, f2: 0, f3: 6 }],
    [
      'DTLZ7 far away',
      dtlz7(),
      [0.5, 0.5, ...new Array<number>(20).fill(1)],
      { f1: 0.5, f2: 0.5, f3: 11 * (3 - 2 * (0.5 / 11) * (1 - 1)) },
    ],
  ])('%s', (_, problem, genome, expected) => expectValues(problem, genome, expected));

  const corner = (value: number) => ({ f1: value, f2: value, f3: value });

  it('has the limits of the anchors', () => {
    expect(dtlz1().limitHypervolume(corner(1))).toBeCloseTo(0.979167, 6);
    expect(dtlz1().limitHypervolume(corner(0.5))).toBeCloseTo(0.104167, 6);
    expect(dtlz1().limitHypervolume()).toBeCloseTo(0.145542, 6);
    for (const dtlz of [dtlz2, dtlz3, dtlz4]) {
      expect(dtlz().limitHypervolume(corner(1))).toBeCloseTo(1 - Math.PI / 6, 12);
      expect(dtlz().limitHypervolume()).toBeCloseTo(1.331 - Math.PI / 6, 12);
    }
    expect(dtlz2({ objectives: 2 }).limitHypervolume()).toBeCloseTo(1.21 - Math.PI / 4, 12);
    expect(dtlz2({ objectives: 5 }).limitHypervolume()).toBeCloseTo(1.1 ** 5 - (8 * Math.PI ** 2) / 15 / 32, 12);
  });

  it('DTLZ7: the gain is at its peaks where the stretches of the front end, and as high where the second begins', () => {
    const gain = (x: number): number => x * (1 + Math.sin(3 * Math.PI * x));
    const [[last = 0] = []] = dtlz7({ objectives: 2 }).trueSet(2).slice(-1);
    expect(last).toBeCloseTo(0.8594008566447239, 14);
    const genes = dtlz7({ objectives: 2 })
      .trueSet(100_000)
      .map(([gene = 0]) => gene);
    const jump = genes.findIndex((gene, i) => (genes[i + 1] ?? gene) - gene > 0.1);
    expect(gain(genes[jump] ?? 0)).toBeCloseTo(gain(genes[jump + 1] ?? 0), 4);
    for (const peak of [genes[jump] ?? 0, last])
      for (const step of [-1e-3, 1e-3]) expect(gain(peak + step)).toBeLessThan(gain(peak));
  });

  it('refuses numbers that are too small', () => {
    for (const dtlz of [dtlz1, dtlz2, dtlz3, dtlz4, dtlz5, dtlz6, dtlz7]) {
      for (const options of [{ objectives: 1 }, { objectives: 0 }, { objectives: 2.5 }, { k: 0 }]) {
        expect(() => dtlz(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
      }
    }
  });
});

describe('constrained', () => {
  it.each([
    ['BNH', bnh(), [0, 0], { f1: 0, f2: 50, g1: 0, g2: 1 - 73 / 7.7 }],
    ['BNH, other end', bnh(), [5, 3], { f1: 136, f2: 4, g1: 9 / 25 - 1 }],
    ['SRN', srn(), [1.1, 3.7], { f1: 10.1, f2: 2.61, g2: 0 }],
    ['SRN, outside', srn(), [15, 20], { g1: 400 / 225, g2: -3.5 }],
    ['TNK', tnk(), [Math.SQRT1_2, Math.SQRT1_2], { f1: Math.SQRT1_2, f2: Math.SQRT1_2, g1: 0.1 }],
    ['TNK, outside', tnk(), [0, 0], { f1: 0, f2: 0, g1: 1.1, g2: 0 }],
    ['OSY', osy(), [5, 1, 5, 0, 5, 0], { f1: -274, f2: 76, g1: -2, g2: 0, g3: -3, g4: 0, g5: 0, g6: 0 }],
    ['OSY, other end', osy(), [1, 1, 1, 0, 1, 0], { f1: -42, f2: 4, g1: 0, g5: 0, g6: 0 }],
  ])('%s', (_, problem, genome, expected) => expectValues(problem, genome, expected));

  it('has the limits of closed forms', () => {
    // Integrals of f2 df1 along the pieces: 32 (25 t - 10 t² + t³) and 8 (t³ - 10 t² + 29 t), and what lies behind the end.
    expect(bnh().limitHypervolume()).toBeCloseTo(7000 - 1368 - 992 / 3 - 4 * 4, 9);
    // Along the wave y dx is half of d(x y) and of the square of the radius times the angle.
    const wave = (angle: number) => {
      const square = 1 + 0.1 * Math.cos(16 * angle);
      return {
        x: Math.sqrt(square) * Math.sin(angle),
        y: Math.sqrt(square) * Math.cos(angle),
        swept: angle + Math.sin(16 * angle) / 160,
      };
    };
    const ends = [0.04009995567114693, 0.21166109077144593, 0.4483780407940274, 0.6717972670329595, 0.676067093124165];
    const arcs = [...ends, ...ends.map((angle) => Math.PI / 2 - angle).reverse()].map(wave);
    let below = 0;
    for (let i = 0; i < arcs.length; i += 2) {
      const [from, to, next] = [arcs[i], arcs[i + 1], arcs[i + 2] ?? { x: 1.1 }];
      if (from && to) below += (to.x * to.y - from.x * from.y + to.swept - from.swept) / 2 + to.y * (next.x - to.x);
    }
    const start = arcs[0]?.x ?? 0;
    expect(tnk().limitHypervolume()).toBeCloseTo((1.1 - start) * 1.1 - below, 10);
  });

  it('OSY and SRN: neighbouring pieces meet', () => {
    for (const problem of [osy(), srn(), bnh()]) {
      const front = problem.trueFront(2_000);
      const distance = (a = front[0], b = front[0]): number =>
        Math.hypot((a?.f1 ?? 0) - (b?.f1 ?? 0), (a?.f2 ?? 0) - (b?.f2 ?? 0));
      const steps = front.slice(1).map((point, i) => distance(point, front[i]));
      expect(Math.max(...steps)).toBeLessThan(0.005 * distance(front[0], front.at(-1)));
    }
  });
});
