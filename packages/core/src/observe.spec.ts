import * as tf from '@tensorflow/tfjs';
import { tinyEncoder } from '../examples/tiny-encoder.js';
import { describeOnBackends, expectNoLeak } from './testing/backends.js';
import { encode } from './encode.js';
import type { DenseWeights, EncoderWeights } from './encoder/weights.js';

const inputs = [{ ids: [1, 2, 3, 4] }, { ids: [5, 6] }];

describeOnBackends('encode with observe', () => {
  let weights: EncoderWeights;
  beforeAll(() => {
    weights = tinyEncoder();
  });

  test('gives what was asked for, and the hidden states it gives anyway', async () => {
    await expectNoLeak(async () => {
      const { hidden, observed } = encode(weights, inputs, {
        observe: { states: [0, 2, 3], attention: [1], projections: [0, 2] },
      });
      expect(observed.states.map(({ shape }) => shape)).toEqual([[8, 16], [8, 16], [8, 16]]); // prettier-ignore
      expect(observed.attention.map(({ shape }) => shape)).toEqual([[2, 4, 4, 4]]);
      expect(observed.projections).toHaveLength(2);
      expect(observed.projections[0]?.value.shape).toEqual([8, 16]);

      const last = Array.from(await (observed.states[2] as tf.Tensor).data());
      expect(last.slice(0, 4 * 16)).toEqual(Array.from(await hidden.data()).slice(0, 4 * 16));
      const received = tf.tidy(() => tf.sum(observed.attention[0] as tf.Tensor, -1).dataSync());
      received.forEach((sum) => expect(sum).toBeCloseTo(1, 5));
      const plain = encode(weights, inputs);
      expect(Array.from(await plain.hidden.data())).toEqual(Array.from(await hidden.data()));
      expect(plain.observed).toEqual({ states: [], attention: [], projections: [] });
      const { states, attention, projections } = observed;
      tf.dispose([
        hidden,
        plain.hidden,
        ...states,
        ...attention,
        ...projections.flatMap(({ query, key, value }) => [query, key, value]),
      ]);
    });
  });

  test('is the same where the first token alone is wanted', () => {
    const observe = { states: [3], attention: [2], projections: [2] };
    const valuesOf = (wanted: 'first' | 'all') =>
      tf.tidy(() => {
        const { states, attention, projections } = encode(weights, inputs, { observe, wanted }).observed;
        return [states, attention, projections.map(({ query }) => query)].map(([one]) => one?.arraySync());
      });
    expect(valuesOf('first')).toEqual(valuesOf('all'));
  });

  test('the gradient flows through what is observed', async () => {
    await expectNoLeak(() => {
      const { kernel } = weights.blocks[0]?.attention.query as DenseWeights;
      const gradient = tf.tidy(() => {
        const withKernel = (x: tf.Tensor): EncoderWeights => {
          const [first, ...rest] = weights.blocks;
          if (!first) throw new Error('no blocks');
          const attention = { ...first.attention, query: { ...first.attention.query, kernel: x as tf.Tensor2D } };
          return { ...weights, blocks: [{ ...first, attention }, ...rest] };
        };
        return tf
          .grad((x) =>
            tf.sum(
              tf.square(
                encode(withKernel(x), inputs, { observe: { attention: [0] } }).observed.attention[0] as tf.Tensor,
              ),
            ),
          )(kernel)
          .dataSync();
      });
      expect(gradient.some((slope) => Math.abs(slope) > 1e-4)).toBe(true);
    });
  });

  test('a layer that does not run cannot be observed', () => {
    expect(() => encode(weights, inputs, { layers: [0, 2], observe: { states: [1, 2] } })).toThrow(
      /observe\.states is \[1, 2\], but only 1 of these ran/,
    );
  });
});
