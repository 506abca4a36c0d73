/**
 * @jest-environment-options {"webGpu": true}
 */
import { webGpuAdapter, webGpuMissing } from '@length-adaptive/tools/testing/web-gpu';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { startBackend } from '../backend/index.js';
import { describeOnBackends } from '../testing/backends.js';
import { batches, plainOrder } from '../testing/drop-and-restore-cases.js';
import { byKernels } from './by-kernels.js';
import { onDevice } from './on-device.js';
import { onHost } from './on-host.js';
import type { SelectionPlace } from './place.js';

type Values = readonly number[];
const read = async (run: () => tf.Tensor): Promise<number[]> => {
  const tensor = tf.tidy(run);
  const values = Array.from(await tensor.data());
  tensor.dispose();
  return values;
};

/** Rows of up to 40 numbers, some of them none of `0..width`. */
const heldNumbers = fc
  .record({
    rows: fc.integer({ min: 1, max: 3 }),
    size: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 1, max: 40 }),
  })
  .chain(({ rows, size, width }) =>
    fc.record({
      width: fc.constant(width),
      size: fc.constant(size),
      rowStep: fc.constantFrom(0, width),
      missing: fc.constantFrom(-1, rows * size),
      values: fc.array(fc.array(fc.integer({ min: -1, max: width + 3 }), { minLength: size, maxLength: size }), {
        minLength: rows,
        maxLength: rows,
      }),
    }),
  );

const plainFirstSlots = (
  values: readonly Values[],
  { width, size, rowStep, missing }: { width: number; size: number; rowStep: number; missing: number },
): number[] =>
  values.flatMap((row, b) =>
    Array.from({ length: width }, (_, i) => {
      const slot = row.indexOf(i + b * rowStep);
      return slot >= 0 ? b * size + slot : missing < 0 ? b * size : missing;
    }),
  );

/** What every place does alike. */
const laws = (place: SelectionPlace, numRuns: number): void => {
  test('keepOrder keeps what a plain sort keeps, ties included', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async ({ scores, protectedTokens, counts }) => {
        const order = await read(() =>
          place.keepOrder(tf.tensor2d(scores), counts.slice(0, scores.length), protectedTokens),
        );
        expect(order).toEqual(scores.flatMap((row, i) => plainOrder(row, counts[i] ?? 0, protectedTokens)));
      }),
      { numRuns },
    );
  });

  test('keepOrder of rows that are longer than a workgroup has threads', async () => {
    const width = 600;
    const scores = [1, 2].map((row) => Array.from({ length: width }, (_, slot) => ((slot * 7919 * row) % 101) / 8));
    const order = await read(() => place.keepOrder(tf.tensor2d(scores), [431, 33], 1));
    expect(order).toEqual(scores.flatMap((row, i) => plainOrder(row, [431, 33][i] ?? 0, 1)));
  });

  test('rankOrder ranks as a plain sort does', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async ({ scores, protectedTokens }) => {
        const order = await read(() => place.rankOrder(tf.tensor2d(scores), protectedTokens));
        const width = scores[0]?.length ?? 0;
        const key = (row: Values, slot: number): number => (slot < protectedTokens ? Infinity : (row[slot] ?? 0));
        expect(order).toEqual(
          scores.flatMap((row) =>
            Array.from({ length: width }, (_, i) => i).sort((a, b) => key(row, b) - key(row, a) || a - b),
          ),
        );
      }),
      { numRuns },
    );
  });

  test('flatSlots cuts a part of each row', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), async ({ scores }, cut) => {
        const width = scores[0]?.length ?? 0;
        const [from, to] = [cut % width, width];
        const order = scores.map((row) => plainOrder(row, 1, 0));
        const flat = await read(() => place.flatSlots(tf.tensor2d(order, undefined, 'int32'), from, to));
        expect(flat).toEqual(order.flatMap((row, b) => row.slice(from, to).map((slot) => b * width + slot)));
      }),
      { numRuns },
    );
  });

  test('firstSlots finds where each number stands first', async () => {
    await fc.assert(
      fc.asyncProperty(heldNumbers, async ({ values, ...options }) => {
        const shifted = values.map((row, b) => row.map((value) => value + b * options.rowStep));
        const { width, rowStep, missing } = options;
        const found = await read(() =>
          place.firstSlots(tf.tensor2d(shifted, undefined, 'int32'), { width, rowStep, missing }),
        );
        expect(found).toEqual(plainFirstSlots(shifted, options));
      }),
      { numRuns },
    );
  });
};

describeOnBackends('selection', () => {
  describe('on the host', () => laws(onHost, 40));
  describe('on the device', () => laws(onDevice, 40));
});

const missing = webGpuMissing();
(missing === undefined ? describe : describe.skip)(`selection on webgpu (${missing ?? webGpuAdapter()})`, () => {
  beforeAll(() => startBackend({ backends: ['webgpu'] }));
  describe('by kernels', () => laws(byKernels, 15));
  describe('composed', () => laws(onDevice, 5));
});
