import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../examples/tiny-encoder.js';
import type { EncoderInput } from './encoder/batch.js';
import type { EncodeOptions } from './encode.js';
import { encode } from './encode.js';
import type { EncoderWeights } from './encoder/weights.js';
import { describeOnBackends, expectNoLeak } from './testing/backends.js';
import { greatestPrior } from './encoder/batch.js';
import { addPrior } from './encoder/on-tensors/add-prior.js';

const ids = fc.array(fc.integer({ min: 0, max: 49 }), { minLength: 1, maxLength: 20 });
const inputs = fc.array(
  ids.chain((own) =>
    fc
      .array(fc.integer({ min: 0, max: 500 }), { minLength: own.length, maxLength: own.length })
      .map((prior): EncoderInput => ({ ids: own, prior })),
  ),
  { minLength: 1, maxLength: 4 },
);
const configs = fc
  .array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
  .map((c) => c.sort((a, b) => b - a));

describeOnBackends('a prior', () => {
  let weights: EncoderWeights;
  beforeAll(() => {
    weights = tinyEncoder();
  });
  /** Hidden states, and the real positions that each layer kept. */
  const run = (
    batch: readonly EncoderInput[],
    options: EncodeOptions,
  ): { readonly hidden: Float32Array; readonly kept: number[][][] } =>
    tf.tidy(() => {
      const { hidden, trace } = encode(weights, batch, { ...options, trace: true });
      const kept = trace.map(({ positions, counts }) => positions.arraySync().map((row, b) => row.slice(0, counts[b])));
      return { hidden: hidden.dataSync() as Float32Array, kept };
    });

  test('is added to the scores of real tokens; padding stays below zero', () => {
    const added = tf.tidy(() =>
      addPrior(
        tf.tensor2d([
          [3, 1, -1],
          [2, 4, 1],
        ]),
        tf.tensor2d([
          [0, 5, 900],
          [1, 0, 7],
        ]),
        { rows: 2, width: 3, counts: [2, 3] },
      ).arraySync(),
    );
    expect(added).toEqual([
      [3, 6, -1],
      [3, 4, 8],
    ]);
  });

  test('decides which tokens stay, in every layer', () => {
    const prior = [0, 0, 900, 0, 700, 0, 800, 600];
    const { kept } = run([{ ids: [1, 2, 3, 4, 5, 6, 7, 8], prior }], { config: [0.63, 0.5, 0.3] }); // 6, 4 and 3 of 8
    expect(kept[0]?.[0]).toEqual(expect.arrayContaining([0, 2, 4, 6, 7]));
    expect(kept.slice(1)).toEqual([[[0, 2, 4, 6]], [[0, 2, 6]]]);
  });

  test('counts in the layers that priorLayers names, and in no others', () => {
    const input = { ids: [1, 2, 3, 4, 5, 6, 7, 8] };
    const prior = [0, 0, 900, 0, 700, 0, 800, 600];
    const config = [0.625, 0.5, 0.3];
    expect(run([{ ...input, prior }], { config, priorLayers: 0 })).toEqual(run([input], { config }));
    const { kept } = run([{ ...input, prior }], { config, priorLayers: 1 });
    expect(kept[0]).toEqual([[0, 2, 4, 6, 7]]);
    // Layers 1 and 2 go by attention alone: what leaves them is not what the prior says.
    expect(kept.slice(1)).not.toEqual(run([{ ...input, prior }], { config }).kept.slice(1));
    // With LayerDrop, layers keep their numbers.
    expect(run([{ ...input, prior }], { config, priorLayers: 1, layers: [1, 2] })).toEqual(
      run([input], { config, layers: [1, 2] }),
    );
  });

  test('a batch gives each row exactly what it gets alone, whatever the priors of its padding', () => {
    fc.assert(
      fc.property(inputs, configs, (batch, config) => {
        const width = Math.max(...batch.map((input) => input.ids.length));
        const together = run(batch, { config, priorLayers: 2 });
        batch.forEach((input, b) => {
          const alone = run([input], { config, priorLayers: 2 });
          expect(together.kept.map((layer) => layer[b])).toEqual(alone.kept.map((layer) => layer[0]));
          const own = together.hidden.subarray(b * width * 16, (b * width + input.ids.length) * 16);
          own.forEach((value, i) => expect(Math.abs(value - (alone.hidden[i] as number))).toBeLessThan(2e-5));
        });
      }),
      { numRuns: 12 },
    );
  });

  test('rows without one go by attention alone', () => {
    const [one, other] = [{ ids: [1, 2, 3, 4, 5, 6] }, { ids: [7, 8, 9, 10], prior: [0, 0, 9, 9] }];
    const config = [0.7, 0.5, 0.3];
    const { kept } = run([one, other], { config });
    expect(kept.map((layer) => layer[0])).toEqual(run([one], { config }).kept.map((layer) => layer[0]));
  });

  test('leaves the gradient as it is where it does not change what stays', () => {
    const word = tf.variable(weights.embeddings.word);
    const values = (prior: readonly number[] | undefined): number[] =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(() => {
          const { hidden } = encode(
            { ...weights, embeddings: { ...weights.embeddings, word } },
            [{ ids: [1, 2, 3, 4, 5, 6], prior }],
            { config: [0.7, 0.5, 0.4] },
          );
          return tf.sum<tf.Scalar>(tf.square(hidden));
        }, [word]);
        return Array.from(Object.values(grads)[0]?.dataSync() ?? []);
      });
    expect(values([8, 8, 8, 8, 8, 8])).toEqual(values(undefined));
    expect(values([0, 0, 0, 900, 900, 900])).not.toEqual(values(undefined));
    word.dispose();
  });

  test('no tensors are left behind', async () => {
    await expectNoLeak(() =>
      run([{ ids: [1, 2, 3, 4, 5], prior: [0, 1, 2, 3, 4] }, { ids: [1, 2] }], { config: [0.6, 0.5, 0.4] }),
    );
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'a prior of another length',
      () => run([{ ids: [1, 2], prior: [1] }], {}),
      /Row 0 has 2 ids but a prior of 1 numbers/,
    ],
    [
      'a number below 0',
      () => run([{ ids: [1] }, { ids: [1, 2], prior: [0, -1] }], {}),
      /Row 1, token 1: the prior is -1/,
    ],
    ['no number', () => run([{ ids: [1], prior: [NaN] }], {}), /the prior is NaN; expected a number from 0/],
    [
      'one that [CLS] would not be safe from',
      () => run([{ ids: [1], prior: [2 * greatestPrior] }], {}),
      /from 0 to 1000000/,
    ],
    [
      'more layers than there are',
      () => run([{ ids: [1] }], { priorLayers: 4 }),
      /priorLayers is 4; expected a whole number from 0 to 3/,
    ],
  ])('refuses %s', (_, refused, message) => {
    expect(refused).toThrow(message);
  });
});
