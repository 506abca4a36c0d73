import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../../examples/tiny-encoder.js';
import type { EncodeOptions } from '../encode.js';
import { encode } from '../encode.js';
import type { EncoderInput } from '../encoder/batch.js';
import type { DenseWeights, EncoderWeights } from '../encoder/weights.js';
import { describeOnBackends, expectNoLeak } from '../testing/backends.js';
import { attentionReducer } from './attention-reducer.js';
import { clsAttentionReducer } from './cls-attention-reducer.js';

const inputs = fc.array(
  fc.array(fc.integer({ min: 0, max: 49 }), { minLength: 1, maxLength: 20 }).map((ids): EncoderInput => ({ ids })),
  { minLength: 1, maxLength: 4 },
);
const config = [0.7, 0.5, 0.3];

describeOnBackends('the cls-attention reducer', () => {
  let weights: EncoderWeights;
  beforeAll(() => {
    weights = tinyEncoder();
  });
  /** The real positions that each layer kept, [layer][row]. */
  const keptIn = (batch: readonly EncoderInput[], options: EncodeOptions = {}): number[][][] =>
    tf.tidy(() => {
      const { trace } = encode(weights, batch, { config, reducer: clsAttentionReducer(), trace: true, ...options });
      return trace.map(({ positions, counts }) => positions.arraySync().map((row, b) => row.slice(0, counts[b])));
    });

  test('real tokens score from 0, padding less than any of them', () => {
    const scores = tf.tidy(() => {
      const batch = [{ ids: [1, 2, 3, 4] }, { ids: [5, 6] }];
      const { trace } = encode(weights, batch, { config, reducer: clsAttentionReducer(), trace: true });
      return trace[0]?.scores.arraySync() ?? [];
    });
    expect(scores).toHaveLength(2);
    expect(Math.min(...(scores[0] ?? []), ...(scores[1] ?? []).slice(0, 2))).toBeGreaterThanOrEqual(0);
    expect((scores[1] ?? []).slice(2)).toEqual([-1, -1]);
  });

  test('keeps the first token and those it attends to most, whatever the others think of them', () => {
    const input = { ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] };
    const attention = tf.tidy(
      () =>
        encode(weights, [input], { observe: { attention: [0] } }).observed.attention[0]?.arraySync()[0] as number[][][], // [heads, T, T]
    );
    const paid = input.ids.map((_, key) => attention.reduce((sum, head) => sum + (head[0]?.[key] ?? Number.NaN), 0));
    const best = paid
      .map((score, position) => ({ score: position === 0 ? Infinity : score, position }))
      .sort((a, b) => b.score - a.score || a.position - b.position);
    const expected = best.slice(0, 7).map(({ position }) => position); // ceil(0.7 * 10)
    expect(keptIn([input])[0]).toEqual([expected.sort((a, b) => a - b)]);
    expect(keptIn([input])).not.toEqual(keptIn([input], { reducer: attentionReducer() }));
  });

  test('of tokens that get the same, the earlier stays', () => {
    const alike = { ...weights, blocks: weights.blocks.map((block) => withoutQueries(block)) };
    const trace = tf.tidy(() => {
      const input = { ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] };
      const { trace: layers } = encode(alike, [input], {
        config: [0.5, 0.5, 0.3],
        reducer: clsAttentionReducer(),
        trace: true,
      });
      return layers.map(({ positions, scores }) => [positions.arraySync()[0] ?? [], scores.arraySync()[0] ?? []]);
    });
    expect(new Set(trace[0]?.[1]).size).toBe(1);
    const kept = trace.map(([positions]) => positions);
    expect(kept).toEqual([[0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2]]); // prettier-ignore
  });

  test('a batch gives each row exactly what it gets alone', () => {
    fc.assert(
      fc.property(inputs, (batch) => {
        const together = keptIn(batch);
        batch.forEach((input, b) =>
          expect(together.map((layer) => layer[b])).toEqual(keptIn([input]).map((layer) => layer[0])),
        );
      }),
      { numRuns: 25 },
    );
  });

  test('no tensors are left behind', async () => {
    await expectNoLeak(() => keptIn([{ ids: [1, 2, 3, 4, 5] }, { ids: [1, 2] }]));
  });
});

/** A block whose queries are all zero, so that every key gets the same attention. */
const withoutQueries = (block: EncoderWeights['blocks'][number]): EncoderWeights['blocks'][number] => {
  const { kernel, bias } = block.attention.query as Required<DenseWeights>;
  return {
    ...block,
    attention: { ...block.attention, query: { kernel: tf.zerosLike(kernel), bias: tf.zerosLike(bias as tf.Tensor1D) } },
  };
};
