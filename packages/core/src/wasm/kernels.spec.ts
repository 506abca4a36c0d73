import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { createRandom } from '../random.js';
import { expectNoLeak } from '../testing/backends.js';
import { installWasmKernels, useWasm } from './index.js';

const random = createRandom(1);
const numbers = (size: number): Float32Array => Float32Array.from({ length: size }, random.normal);
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dimension) => product * dimension, 1);

/** Runs on both backends and returns the largest difference. */
const compare = async (run: () => tf.Tensor): Promise<number> => {
  const results: Float32Array[] = [];
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    results.push(tf.tidy(() => run().dataSync() as Float32Array));
  }
  const [cpu = new Float32Array(), wasm = new Float32Array()] = results;
  expect(wasm.length).toBe(cpu.length);
  return cpu.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (wasm[i] ?? Number.NaN))), 0);
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

test('installing twice is harmless', () => {
  installWasmKernels();
  expect(tf.getKernel('UnsortedSegmentSum', 'wasm')).toBeDefined();
});

const batchShapes = [
  { a: [], b: [] },
  { a: [3], b: [3] },
  { a: [2, 3], b: [2, 3] },
  { a: [1], b: [4] },
  { a: [4], b: [1] },
  { a: [2, 3], b: [3] },
];

test('batched and transposed products equal the cpu backend', async () => {
  const dimension = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(
      dimension,
      dimension,
      dimension,
      fc.constantFrom(...batchShapes),
      fc.boolean(),
      fc.boolean(),
      async (m, k, n, batch, ta, tb) => {
        const a = [...batch.a, ...(ta ? [k, m] : [m, k])];
        const b = [...batch.b, ...(tb ? [n, k] : [k, n])];
        const [aValues, bValues] = [numbers(sizeOf(a)), numbers(sizeOf(b))];
        const gap = await compare(() => tf.matMul(tf.tensor(aValues, a), tf.tensor(bValues, b), ta, tb));
        expect(gap).toBeLessThan(1e-4);
      },
    ),
    { numRuns: 60 },
  );
});

test('fused products with bias and activation equal the cpu backend, transposed and batched too', async () => {
  for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const) {
    for (const [batch, transposeA, transposeB] of [
      [1, false, false],
      [1, true, false],
      [1, false, true],
      [3, false, false],
      [3, true, true],
    ] as const) {
      // prettier-ignore
      const [m, k, n] = [9, 60, 11];
      const [a, b, bias, alpha] = [numbers(batch * m * k), numbers(batch * k * n), numbers(n), numbers(n)];
      const gap = await compare(() =>
        tf.fused.matMul({
          a: tf.tensor(a, [batch, ...(transposeA ? [k, m] : [m, k])]),
          b: tf.tensor(b, [batch, ...(transposeB ? [n, k] : [k, n])]),
          transposeA,
          transposeB,
          bias: tf.tensor1d(bias),
          activation,
          ...(activation === 'prelu' && { preluActivationWeights: tf.tensor1d(alpha) }),
        }),
      );
      expect([activation, batch, transposeA, transposeB, gap < 1e-4]).toEqual([
        activation,
        batch,
        transposeA,
        transposeB,
        true,
      ]);
    }
  }
});

test('segment sums and the gradient of gather equal the cpu backend, ids out of range ignored', async () => {
  const x = numbers(6 * 4);
  expect(
    await compare(() => tf.unsortedSegmentSum(tf.tensor2d(x, [6, 4]), tf.tensor1d([0, 2, 2, -1, 9, 0], 'int32'), 4)),
  ).toBeLessThan(1e-6);
  const table = numbers(10 * 3);
  const gradient = () =>
    tf.grad((t) => tf.sum(tf.square(tf.gather(t, tf.tensor1d([1, 1, 7], 'int32')))))(tf.tensor2d(table, [10, 3]));
  expect(await compare(gradient)).toBeLessThan(1e-5);
});

test('a clone shares memory and lives on when its origin is disposed of', async () => {
  await tf.setBackend('wasm');
  await expectNoLeak(() => {
    const origin = tf.tensor1d([1, 2, 3]);
    const clone = tf.clone(origin);
    origin.dispose();
    expect(Array.from(clone.dataSync())).toEqual([1, 2, 3]);
    clone.dispose();
  });
});
