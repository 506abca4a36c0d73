import { agreementLimits, agreementOf, agrees } from './agreement.js';

const classes = { distribution: 'outputs', readout: { pool: 'first', outputs: 2 } } as const;
const full = agreementLimits({ lengths: [1, 1] });

/** Logits of two classes, so far apart. */
const apart = (...distances: readonly number[]): readonly number[][] =>
  distances.map((distance) => [distance / 2, -distance / 2]);

describe('agreement', () => {
  test('the same logits agree wholly, and so do logits that are all moved by one number', () => {
    const logits = apart(4, -3, 2);
    expect(agreementOf(classes, logits, logits)).toEqual({ decisions: 3, equal: 1, weighed: 1, error: 0 });
    const moved = agreementOf(
      classes,
      logits.map((row) => row.map((value) => value + 100)),
      logits,
    );
    expect(moved).toMatchObject({ equal: 1, weighed: 1, error: expect.closeTo(0, 6) });
  });

  test('a flip weighs as much as the reference was sure', () => {
    const sure = agreementOf(classes, apart(4, 4, -4), apart(4, 4, 4));
    const tie = agreementOf(classes, apart(4, 4, -0.01), apart(4, 4, 0.01));
    expect([sure.equal, tie.equal]).toEqual([2 / 3, 2 / 3]);
    expect(sure.weighed).toBeCloseTo(2 / 3, 6);
    expect(tie.weighed).toBeGreaterThan(0.99);
    expect([agrees(sure, full), agrees(tie, full)]).toEqual([false, true]);
  });

  test('confident logits may move far where no answer does', () => {
    const found = agreementOf(classes, apart(5, -5.4, 4.6), apart(6, -6, 6));
    expect(found).toMatchObject({ equal: 1, weighed: 1 });
    expect(agrees(found, full)).toBe(true);
  });

  test('a file that answers the same to everything does not pass where that is right by chance', () => {
    const found = agreementOf(classes, apart(3, 3, 3, 3), apart(6, 4, 2, 5));
    expect(found).toMatchObject({ equal: 1, weighed: 1 });
    expect(agrees(found, full)).toBe(false);
  });

  test('texts that all mean the same: the little that logits vary is no measure', () => {
    const found = agreementOf(classes, apart(6.2, 5.9, 6.1), apart(6, 6.01, 5.99));
    expect(agrees(found, full)).toBe(true);
  });

  test('each token that is named is a decision, and so are the start and the end of an answer', () => {
    const logits = [[1, 0, 0, 1, 2, 0]];
    expect(
      agreementOf({ distribution: 'outputs', readout: { pool: 'first', outputs: 3 } }, [[1, 0, 0, 3, 2, 0]], logits),
    ).toMatchObject({
      decisions: 2,
      equal: 0.5,
    });
    expect(
      agreementOf({ distribution: 'tokens', readout: { pool: 'none', outputs: 2 } }, [[1, 0, 0, 1, 2, 3]], logits),
    ).toMatchObject({
      decisions: 2,
      equal: 0.5,
    });
  });

  test('each label that holds or does not is a decision', () => {
    const task = { distribution: 'binary', readout: { pool: 'first', outputs: 3 } } as const;
    expect(agreementOf(task, [[2, -3, 1]], [[2, -3, -1]])).toMatchObject({ decisions: 3, equal: 2 / 3 });
  });

  test('a value has no share of equal answers: it is measured by how much values vary', () => {
    const task = { distribution: 'none', readout: { pool: 'first', outputs: 1 } } as const;
    const near = agreementOf(task, [[1.1], [2.9], [5]], [[1], [3], [5]]);
    expect(near).toEqual({ decisions: 3, error: expect.closeTo(Math.sqrt(0.02 / 8), 6) });
    expect(agrees(near, full)).toBe(true);
    expect(agrees(agreementOf(task, [[3], [3], [3]], [[1], [3], [5]]), full)).toBe(false);
  });

  test('no numbers agree with nothing', () => {
    for (const given of [
      [
        [Number.NaN, 0],
        [1, 0],
      ],
      [[], []],
      [],
    ])
      expect(agrees(agreementOf(classes, given, apart(4, 4)), full)).toBe(false);
  });

  test('less is asked where tokens are dropped', () => {
    expect(agreementLimits({}, 0.95)).toEqual({ least: 0.95, error: 0.45 });
    expect(agreementLimits({ lengths: [0.5, 0.5] })).toEqual({ least: 0.75, error: 1 });
    expect(agreementLimits({ lengths: [0.5, 0.5] }, 0.1).least).toBe(0);
  });
});
