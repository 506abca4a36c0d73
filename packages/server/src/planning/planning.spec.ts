import * as fc from 'fast-check';
import type { ParetoPoint } from '@length-adaptive/models';
import { facts } from '../testing/constant-speed-pool.js';
import { choicesFor } from './choices.js';
import { createLoadController } from './load-controller.js';
import { createOfferedLoad } from './offered-load.js';
import { createWaitCorrection } from './wait-correction.js';
import { createSpeed } from './speed.js';

const { paretoSet } = facts;
const indices = (budget: Parameters<typeof choicesFor>[1]): number[] =>
  choicesFor(paretoSet, budget, 3).allowed.map(({ index }) => index);

describe('what a budget allows', () => {
  test('everything, cheapest first, where nothing is asked', () => expect(indices({})).toEqual([0, 1, 2, 3, 4]));
  test('a bound on cost leaves all, for each text to choose from', () =>
    expect(choicesFor(paretoSet, { cost: 0.1 }, 3)).toMatchObject({
      cost: 0.1,
      allowed: [{ index: 0 }, { index: 1 }, { index: 2 }, { index: 3 }, { index: 4 }],
    }));
  test('what scores enough', () => expect(indices({ minScore: 0.88 })).toEqual([2, 3, 4]));
  test('both', () =>
    expect(choicesFor(paretoSet, { cost: 0.8, minScore: 0.88 }, 3)).toMatchObject({
      cost: 0.8,
      allowed: [{ index: 2 }, { index: 3 }, { index: 4 }],
    }));
  test('exactly one configuration, of the set or not, which load does not change', () => {
    expect(choicesFor(paretoSet, { point: { lengths: [0.7, 0.5, 0.4] } }, 3)).toMatchObject({
      flexible: false,
      allowed: [{ index: 2, score: 0.88, cost: 0.6 }],
    });
    expect(choicesFor(paretoSet, { point: { lengths: [0.7, 0.6, 0.4] } }, 3)).toMatchObject({
      flexible: false,
      allowed: [{ score: undefined, cost: undefined }],
    });
  });
  test('of a set with bits those run that stand together in it', () => {
    const ranks = { attention: [0.5, 0.5, 0.5], feedForward: [0.5, 0.5, 0.5] };
    const set: ParetoPoint[] = [
      { point: { lengths: [0.8, 0.5, 0.4], bits: 8 }, score: 0.8, cost: 0.5 },
      { point: { ranks }, score: 0.85, cost: 0.6 },
      { point: {}, score: 0.9, cost: 1 },
    ];
    expect(choicesFor(set, { point: { lengths: [0.9, 0.9, 0.9], bits: 8 } }, 3).allowed).toHaveLength(1);
    expect(choicesFor(set, { point: { ranks } }, 3).allowed).toMatchObject([{ score: 0.85 }]);
    expect(() => choicesFor(set, { point: { ranks, bits: 8 } }, 3)).toThrow(
      expect.objectContaining({
        code: 'LENGTH_CONFIG_INVALID',
        message: expect.stringContaining('no configuration of this model does with its ranks') as string,
      }),
    );
  });
  test.each([
    [
      { minScore: 0.95 },
      'BUDGET_INFEASIBLE',
      'the best configuration scores 0.91',
      { nearest: { length_config: '1,1,1' } },
    ],
    [{ point: { lengths: [1, 1] } }, 'LENGTH_CONFIG_INVALID', '2 entries for a model of 3 layers', undefined],
    [
      { point: { ranks: { attention: [0.5, 0.5, 0.5], feedForward: [1, 1, 1] } } },
      'LENGTH_CONFIG_INVALID',
      'ranks=0.5,0.5,0.5/1,1,1 are of no configuration of this model',
      undefined,
    ],
    [
      { point: { lengths: [0.8, 0.5, 0.4], reducer: 'tome' } },
      'LENGTH_CONFIG_INVALID',
      'names the reducer tome, and no configuration of this model does',
      undefined,
    ],
    [{ point: { bits: 8 as const } }, 'LENGTH_CONFIG_INVALID', 'has 8 bits, and no configuration of this model does', undefined],
    [{ point: { skip: [1] } }, 'LENGTH_CONFIG_INVALID', 'no configuration of this model does', undefined],
    [{ point: { skip: [3] } }, 'LENGTH_CONFIG_INVALID', '"skip" is [3], expected layer numbers from 0 to 2', undefined],
  ])('%j is refused with %s, and told what is nearest', (budget, code, message, details) => {
    expect(() => choicesFor(paretoSet, budget, 3)).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(message),
        ...(details && { details: expect.objectContaining({ nearest: expect.objectContaining(details.nearest) }) }),
      }),
    );
  });
  test('no score is promised of a model that was never searched', () => {
    expect(() =>
      choicesFor([{ point: { lengths: [1, 1, 1] }, score: Number.NaN, cost: 1 }], { minScore: 0.5 }, 3),
    ).toThrow(/never searched/);
  });
});

describe('fitted speed', () => {
  test('finds an overhead and a rate again', () => {
    const speed = createSpeed([{ macs: 1e9, milliseconds: 23 }]);
    for (let i = 0; i < 60; i++) speed.observe({ macs: (1 + (i % 5)) * 1e9, milliseconds: 3 + 20 * (1 + (i % 5)) });
    expect(speed.overheadMs).toBeCloseTo(3, 1);
    expect(speed.msPerGigaMac).toBeCloseTo(20, 1);
    expect(speed.milliseconds(10e9)).toBeCloseTo(203, 0);
  });
  test('follows a machine that becomes slower', () => {
    const speed = createSpeed([1, 2, 3].map((size) => ({ macs: size * 1e9, milliseconds: 10 * size })));
    for (let i = 0; i < 200; i++) speed.observe({ macs: (1 + (i % 3)) * 1e9, milliseconds: 30 * (1 + (i % 3)) });
    expect(speed.milliseconds(1e9)).toBeCloseTo(30, 0);
  });
  test('is never negative, whatever it is told', () => {
    const batch = fc.record({
      macs: fc.double({ min: 1, max: 1e12, noNaN: true }),
      milliseconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 40 }), (batches) => {
        const speed = createSpeed(batches);
        expect(speed.overheadMs).toBeGreaterThanOrEqual(0);
        expect(speed.msPerGigaMac).toBeGreaterThanOrEqual(0);
        expect(speed.milliseconds(1e9)).toBeLessThan(Infinity);
      }),
      { seed: 5 },
    );
  });
});

describe('the load controller', () => {
  const quiet = { waitedMs: 0, drainMs: () => 0, waits: false, idleMs: 0, utilization: () => 0 };
  const busy = { waits: true, idleMs: 0 };

  test('goes down at once, as far as clears the queue, and no further', () => {
    const controller = createLoadController({ levels: 5, targetDelayMs: 100 });
    expect(controller.ceiling).toBe(4);
    controller.update({
      ...busy,
      now: 1000,
      waitedMs: 120,
      drainMs: (ceiling) => 45 * (ceiling + 1),
      utilization: (ceiling) => 0.3 * ceiling,
    });
    expect(controller.ceiling).toBe(1);
  });
  test('goes down to where it keeps up with what comes', () => {
    const controller = createLoadController({ levels: 5, targetDelayMs: 100 });
    controller.update({
      ...busy,
      now: 1000,
      waitedMs: 120,
      drainMs: () => 10,
      utilization: (ceiling) => 0.4 * ceiling,
    });
    expect(controller.ceiling).toBe(2);
  });
  test('goes up after a calm time, as far as what comes leaves idle', () => {
    const controller = createLoadController({ levels: 5, targetDelayMs: 100 });
    controller.update({ ...busy, now: 1000, waitedMs: 1000, drainMs: () => 1000, utilization: () => 2 });
    expect(controller.ceiling).toBe(0);
    controller.update({ ...quiet, now: 1400 });
    expect(controller.ceiling).toBe(0);
    controller.update({ ...quiet, now: 1600, utilization: (ceiling) => 0.3 * ceiling });
    expect(controller.ceiling).toBe(2);
  });
  test('goes up step by step where one client keeps a thread busy and nothing waits', () => {
    const controller = createLoadController({ levels: 5, targetDelayMs: 100 });
    controller.update({ ...busy, now: 1000, waitedMs: 1000, drainMs: () => 1000, utilization: () => 2 });
    const ceilings = [1600, 1700, 2200, 2800, 3400].map((now) => {
      controller.update({ ...quiet, now, utilization: () => 1 });
      return controller.ceiling;
    });
    expect(ceilings).toEqual([1, 1, 2, 3, 4]);
  });
  test('holds nothing back once nothing waits and nothing runs', () => {
    const controller = createLoadController({ levels: 5, targetDelayMs: 100 });
    controller.update({ ...busy, now: 1000, waitedMs: 1000, drainMs: () => 1000, utilization: () => 2 });
    controller.update({ ...quiet, now: 1300, idleMs: 300, utilization: () => 2 });
    expect(controller.ceiling).toBe(0);
    controller.update({ ...quiet, now: 1500, idleMs: 500, utilization: () => 2 });
    expect(controller.ceiling).toBe(4);
  });
  test('stays where it is between the two: it does not swing', () => {
    const controller = createLoadController({ levels: 5, targetDelayMs: 100 });
    controller.update({
      ...busy,
      now: 1000,
      waitedMs: 500,
      drainMs: (ceiling) => 60 * ceiling,
      utilization: (ceiling) => 0.6 * ceiling,
    });
    expect(controller.ceiling).toBe(1);
    for (let now = 1100; now < 60_000; now += 50)
      controller.update({ ...busy, now, waitedMs: 60, drainMs: () => 60, utilization: (ceiling) => 0.6 * ceiling });
    expect(controller.ceiling).toBe(1);
  });
  test('waits longer before it tries again what failed', () => {
    const controller = createLoadController({ levels: 2, targetDelayMs: 100 });
    let ups = 0;
    for (let now = 1000; now < 61_000; now += 50) {
      const before = controller.ceiling;
      controller.update({
        ...busy,
        now,
        waitedMs: controller.ceiling === 1 ? 500 : 0,
        drainMs: () => 0,
        utilization: () => 0.5,
      });
      if (controller.ceiling > before) ups += 1;
    }
    expect(ups).toBeGreaterThan(3);
    expect(ups).toBeLessThan(20);
  });
});

test('offered load is the share of the threads that recent requests need', () => {
  const offered = createOfferedLoad(2, 2);
  for (let now = 0; now <= 10_000; now += 10) offered.add(now, [5, 20]);
  expect(offered.utilization(10_000, 0)).toBeCloseTo(0.25, 1);
  expect(offered.utilization(10_000, 1)).toBeCloseTo(1, 1);
  expect(offered.utilization(20_000, 1)).toBeLessThan(0.01);
});

test('the wait correction learns how far waits are from what was predicted, and never hopes for less', () => {
  const waitCorrection = createWaitCorrection();
  for (let i = 0; i < 100; i++) waitCorrection.observe(100, 150);
  expect(waitCorrection.factor).toBeCloseTo(1.5, 1);
  for (let i = 0; i < 300; i++) waitCorrection.observe(100, 20);
  expect(waitCorrection.factor).toBe(1);
  waitCorrection.observe(1, 1000);
  expect(waitCorrection.factor).toBe(1);
  for (let i = 0; i < 100; i++) waitCorrection.observe(100, 400);
  expect(waitCorrection.factor).toBeGreaterThan(3);
  for (let i = 0; i < 100; i++) waitCorrection.observe(5, 3); // nothing waits any more
  expect(waitCorrection.factor).toBeCloseTo(1, 3);
});
