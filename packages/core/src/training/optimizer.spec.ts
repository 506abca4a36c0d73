import fc from 'fast-check';
import { createRandom } from '../random.js';
import type { ParameterValues } from './optimizer.js';
import { adamW, createAdamWState } from './optimizer.js';

test('follows the published update, in double precision, for several steps', () => {
  const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };
  const weights: ParameterValues = new Map([['kernel', Float32Array.of(0.5, -1)], ['norm.bias', Float32Array.of(2)]]); // prettier-ignore
  const plain = { w: [0.5, -1], m: [0, 0], v: [0, 0] };
  const state = createAdamWState();
  for (let step = 1; step <= 5; step++) {
    const g = [0.3 * step, -0.2];
    adamW(weights, new Map([['kernel', { values: Float32Array.from(g) }], ['norm.bias', { values: Float32Array.of(0) }]]), state, 0.01, options); // prettier-ignore
    plain.w = plain.w.map((w, i) => {
      const m = (plain.m[i] = 0.9 * (plain.m[i] ?? 0) + 0.1 * (g[i] ?? 0));
      const v = (plain.v[i] = 0.999 * (plain.v[i] ?? 0) + 0.001 * (g[i] ?? 0) ** 2);
      const decayed = w - 0.01 * 0.1 * w;
      return decayed - (0.01 * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.999 ** step)) + 1e-8);
    });
  }
  weights.get('kernel')?.forEach((w, i) => expect(w).toBeCloseTo(plain.w[i] ?? Number.NaN, 5));
  expect(weights.get('norm.bias')).toEqual(Float32Array.of(2)); // no gradient, no decay
});

test('a parameter may have a learning rate of its own', () => {
  const step = (rate: number, rateFactor?: (name: string) => number): number[] => {
    const weights: ParameterValues = new Map([['a', Float32Array.of(1)], ['b', Float32Array.of(1)]]); // prettier-ignore
    const gradients = new Map([['a', { values: Float32Array.of(0.3) }], ['b', { values: Float32Array.of(0.3) }]]); // prettier-ignore
    adamW(weights, gradients, createAdamWState(), rate, { weightDecay: 0.1, ...(rateFactor && { rateFactor }) });
    return [...weights.values()].flatMap((values) => Array.from(values));
  };
  const [faster] = step(0.04);
  const [slower] = step(0.01);
  expect(step(0.01, (name) => (name === 'b' ? 4 : 1))).toEqual([slower, faster]);
});

test('gradients by rows give exactly what whole ones give', () => {
  const width = 3;
  const table = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(table, fc.constantFrom(0, 0.01), (steps, weightDecay) => {
      const random = createRandom(steps.length);
      const start = Float32Array.from({ length: 6 * width }, random.normal);
      const [whole, byRows] = [new Map([['table', start.slice()]]), new Map([['table', start.slice()]])];
      const states = [createAdamWState(), createAdamWState()] as const;
      for (const picked of steps) {
        const rows = Int32Array.from(picked).sort();
        const values = Float32Array.from({ length: rows.length * width }, random.normal);
        const dense = new Float32Array(6 * width);
        rows.forEach((row, i) => dense.set(values.subarray(i * width, (i + 1) * width), row * width));
        adamW(whole, new Map([['table', { values: dense }]]), states[0], 0.1, { weightDecay });
        adamW(byRows, new Map([['table', { values, rows }]]), states[1], 0.1, { weightDecay });
      }
      expect(byRows).toEqual(whole);
    }),
  );
});

test('a gradient of the wrong size is refused', () => {
  const run = () =>
    adamW(
      new Map([['a', new Float32Array(2)]]),
      new Map([['a', { values: new Float32Array(3) }]]),
      createAdamWState(),
      0.1,
    );
  expect(run).toThrow(/Gradient of "a" has 3 values, its weight 2/);
});
