import type { Objectives } from '../dominance.js';
import type { BenchmarkProblem } from './benchmark-problem.js';
import {
  c1dtlz1,
  c1dtlz3,
  mw1,
  mw2,
  mw3,
  mw6,
  mw11,
  wfg1,
  wfg2,
  wfg3,
  wfg4,
  wfg5,
  wfg6,
  wfg7,
  wfg8,
  wfg9,
} from './index.js';

const valuesAt = async (problem: unknown, genome: readonly number[]): Promise<readonly number[]> => {
  const results = await (problem as BenchmarkProblem<string, string>).evaluate([genome], { generation: 0, keys: [] });
  return Object.values((results as readonly Objectives[])[0] ?? {});
};

/** Shares of the ranges of genes, far from any front. */
const shares = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i * 37 + 11) % 100) / 100);

// Values of pymoo 0.6.2.
describe('values of another implementation', () => {
  const genome = shares(24).map((share, i) => share * 2 * (i + 1));

  it.each([
    ['WFG1', wfg1(), genome, [2.919242421174064, 0.9877640263109093]],
    ['WFG2', wfg2(), genome, [1.0317962749099616, 3.0521495666086356]],
    ['WFG3', wfg3(), genome, [1.4516849816849815, 2.9616849816849813]],
    ['WFG4', wfg4(), genome, [1.3853593979297958, 3.827908383226413]],
    ['WFG5', wfg5(), genome, [1.9896476382545762, 3.2715470856722995]],
    ['WFG6', wfg6(), genome, [2.3832820137226673, 2.683947288020589]],
    ['WFG7', wfg7(), genome, [1.4426034367265124, 4.014216359714056]],
    ['WFG8', wfg8(), genome, [1.8180327611243574, 3.784445472670398]],
    ['WFG9', wfg9(), genome, [2.3892568062237087, 3.3153726661239635]],
    ['MW1', mw1(), shares(15), [0.11, 13.675357994036514, 12.53746929439788]],
    ['MW2', mw2(), shares(15), [0.11, 12.718332708129926, 11.329405180015696]],
    ['MW3', mw3(), shares(15), [0.11, 6.665551819999999, 5.725547378917479, -5.919116847462814]],
    ['MW6', mw6(), shares(15).map((share) => 1.1 * share), [1.4801975259667792, 13.374682512076577, 179.1693300059565]],
    [
      'MW11',
      mw11(),
      shares(15).map((share) => Math.SQRT2 * share),
      [
        ...[0.5296028140998135, 4.785354232679814],
        ...[-4.84709069598059, 7.349918620628086, -11.88386232703168, 11.605900025585937],
      ],
    ],
    ['C1-DTLZ1', c1dtlz1(), shares(7), [17.05308, 18.47417, 287.44775, 549.1340833333338]],
    // Its constraint is divided by a thousand here: violations are added up.
    ['C1-DTLZ3', c1dtlz3(), shares(12), [781.7745811272961, 734.1351971378191, 187.1706150191793, -1404486475.4398079]],
  ])('%s', async (_, problem, at, expected) => {
    const values = await valuesAt(problem, at);
    expect(values).toHaveLength(expected.length);
    values.forEach((value, i) => expect(value / (expected[i] ?? NaN)).toBeCloseTo(1, 11));
  });
});

describe('WFG', () => {
  it('refuses numbers of genes that are odd or too small', () => {
    for (const options of [{ k: 3 }, { k: 0 }, { l: 5 }, { l: 0 }])
      expect(() => wfg4(options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('has the limits of closed forms', () => {
    expect(wfg3().limitHypervolume()).toBeCloseTo(2.2 * 4.4 - 4, 10); // a triangle lies below the line
    for (const wfg of [wfg4, wfg5, wfg6, wfg7, wfg8, wfg9])
      expect(wfg({ k: 2, l: 4 }).limitHypervolume()).toBeCloseTo(2.2 * 4.4 - 2 * Math.PI, 8); // a quarter of an ellipse
  });
});

describe('MW', () => {
  it('has constraints that cut MW1 to six pieces, and leave the line of MW2 whole', () => {
    const gaps = (front: readonly Objectives<'f1' | 'f2'>[]): number =>
      front.slice(1).filter(({ f1 }, i) => f1 - (front[i]?.f1 ?? 0) > 0.05).length;
    expect(gaps(mw1().trueFront(300))).toBe(5);
    expect(gaps(mw2().trueFront(300))).toBe(0);
    expect(mw2().limitHypervolume()).toBeCloseTo(1.21 - 0.5, 10);
    expect(gaps(mw6().trueFront(300))).toBeGreaterThan(1);
    for (const mw of [mw1, mw2, mw3, mw6, mw11])
      expect(() => mw({ variables: 1 })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('has a front beyond the line in MW3, and one point of the circle in MW11', () => {
    const sums = mw3()
      .trueFront(400)
      .map(({ f1, f2 }) => f1 + f2);
    expect(Math.min(...sums)).toBeCloseTo(1, 12);
    expect(Math.max(...sums)).toBeCloseTo(1.15, 4);
    const onCircle = mw11()
      .trueFront(400)
      .filter(({ f1, f2 }) => Math.hypot(f1, f2) < Math.SQRT2 + 1e-9);
    expect(onCircle.length).toBeLessThanOrEqual(1);
  });
});
