import type { EncoderInput, OperatingPoint } from '@length-adaptive/core';
import type { TaskModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { tinyModel } from './testing/tiny-model.js';
import { verify } from './verify.js';

const inputs: readonly EncoderInput[] = [{ ids: [2, 5, 6, 7, 8, 3] }, { ids: [2, 9, 3] }];
let model: TaskModel;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  model = tinyModel();
});
afterAll(() => model.dispose());

/** The model with something changed. */
const shifted = (by: number, keptPositions = model.keptPositions) => ({
  ...model,
  keptPositions,
  run: async (batch: readonly EncoderInput[], options?: { readonly point?: OperatingPoint | undefined }) =>
    (await model.run(batch, options)).map((value) => value + by),
});

describe('verification', () => {
  test('a model passes against itself, with difference 0, at three configurations', async () => {
    const { difference, passed, points, tolerance, inputs: count } = await verify(model, model, inputs);
    expect([difference, passed, tolerance, count]).toEqual([0, true, 1e-4, 2]);
    expect(points.map(({ samePositions }) => samePositions)).toEqual([2, 2, 2]);
    expect(points[0]?.point).toEqual({ lengths: [1, 1, 1] });
  });

  test('tells how far a logit is off, and fails above the tolerance', async () => {
    const found = await verify(shifted(0.01), model, inputs);
    expect(found.points[0]?.largestDifference).toBeCloseTo(0.01, 5);
    expect(found.passed).toBe(false);
    expect((await verify(shifted(0.01), model, inputs, { tolerance: 0.02 })).passed).toBe(true);
  });

  test('goes by the answers of 8-bit integers, unless a tolerance is given', async () => {
    const run = (change: (value: number) => number) => ({
      ...model,
      run: async (...args: Parameters<TaskModel['run']>) => (await model.run(...args)).map(change),
    });
    const confident = run((value) => 6 * value);
    const found = await verify(
      run((value) => 5 * value),
      confident,
      inputs,
      { precision: 'int8' },
    );
    expect(found).toMatchObject({
      passed: true,
      points: [1, 2, 3].map(() => ({ agreement: { decisions: 2, equal: 1, weighed: 1 } })),
    });
    expect(found.points.every(({ agreement }) => agreement && agreement.error > 0.1)).toBe(true);
    expect(found).not.toHaveProperty('tolerance');
    expect(
      await verify(
        run((value) => 5 * value),
        confident,
        inputs,
        { precision: 'int8', tolerance: 0.1 },
      ),
    ).toMatchObject({ passed: false, tolerance: 0.1 });
    expect(
      (
        await verify(
          run((value) => -value),
          model,
          inputs,
          { precision: 'int8' },
        )
      ).passed,
    ).toBe(false);
    expect(
      (
        await verify(
          run(() => Number.NaN),
          model,
          inputs,
          { precision: 'int8' },
        )
      ).passed,
    ).toBe(false);
    await expect(verify(model, model, inputs, { leastAgreement: 95 })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });

  test('scores both on inputs that have labels', async () => {
    const labelled = inputs.map((input, i) => ({ input, target: i }));
    const { score } = await verify(model, model, inputs, { labelled });
    expect(score).toEqual({ metric: 'accuracy', reference: expect.any(Number), engine: score?.reference });
  });

  test('fails when the engine gives no numbers', async () => {
    expect((await verify(shifted(Number.NaN), model, inputs)).passed).toBe(false);
    expect((await verify({ ...model, run: async () => new Float32Array() }, model, inputs)).passed).toBe(false);
  });

  test('fails when other tokens are kept, though logits agree', async () => {
    const engine = shifted(0, async (input, point) =>
      (await model.keptPositions(input, point)).map((positions) => positions.map((position) => position + 1)),
    );
    const found = await verify(engine, model, inputs);
    expect(found).toMatchObject({ difference: 0, passed: false });
    expect(await verify(engine, model, inputs, { positions: false })).toMatchObject({ passed: true });
  });

  test('runs the configurations it is given', async () => {
    const { points } = await verify(model, model, inputs, { points: [{ lengths: [0.5, 0.5, 0.5] }] });
    expect(points.map(({ point }) => point)).toEqual([{ lengths: [0.5, 0.5, 0.5] }]);
  });

  test('needs inputs', async () => {
    await expect(verify(model, model, [])).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});
