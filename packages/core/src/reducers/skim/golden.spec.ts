/** Transkimmer's predictor against reference numbers: PyTorch in float64, on given inputs and given noise. */
import * as tf from '@tensorflow/tfjs';
import { padBatch } from '../../encoder/batch.js';
import { onTensors } from '../../encoder/on-tensors/on-tensors.js';
import type { DenseWeights } from '../../encoder/weights.js';
import { tinyEncoder } from '../../../examples/tiny-encoder.js';
import { describeOnBackends, expectNoLeak } from '../../testing/backends.js';
import { goldenFile } from '../../testing/golden-file.js';
import { predictByBlock } from './predictors.js';

const golden = goldenFile('skim_predictor.safetensors');

const vector = (name: string): tf.Tensor1D => tf.tensor1d(golden(name).values);
/** Stored [out, in]. */
const map = (name: string): DenseWeights => {
  const { values, shape } = golden(`${name}.weight`);
  return { kernel: tf.transpose(tf.tensor2d(values, shape as [number, number])), bias: vector(`${name}.bias`) };
};
const norm = (name: string) => ({ gain: vector(`${name}.weight`), bias: vector(`${name}.bias`) });

const [rows = 0, width = 0, hidden = 0] = golden('x').shape;

/** The logits of skimming and of keeping each token, [B, T] each, and their difference. */
const predicted = () => {
  const ids = Array.from({ length: width }, (_, i) => i);
  const batch = padBatch(Array.from({ length: rows }, () => ({ ids })), tinyEncoder().embeddings); // prettier-ignore
  const ops = onTensors({ batch, protectedTokens: 1, positions: false, owners: false, departed: false });
  const at = {
    layer: 0,
    entering: tf.tensor2d(golden('x').values, [rows * width, hidden]),
    predictor: {
      maps: { inner: map('dense1'), decision: map('dense2') },
      norms: { before: norm('ln1'), after: norm('ln2') },
    },
  };
  return {
    skim: predictByBlock(ops, at, [1, 0]),
    keep: predictByBlock(ops, at, [0, 1]),
    margin: predictByBlock(ops, at),
  };
};

describeOnBackends("Transkimmer's predictor", () => {
  test('gives the golden logits, and their difference ranks tokens', async () => {
    await expectNoLeak(() =>
      tf.tidy(() => {
        const { skim, keep, margin } = predicted();
        const [skims, keeps, margins] = [skim, keep, margin].map((logits) => Array.from(logits.dataSync())) as [
          number[],
          number[],
          number[],
        ];
        golden('logits').values.forEach((logit, i) => {
          const own = (i % 2 === 0 ? skims : keeps)[i >> 1] ?? Number.NaN;
          expect(Math.abs(own - logit)).toBeLessThan(1e-5);
        });
        margins.forEach((difference, i) =>
          expect(difference).toBeCloseTo((keeps[i] ?? Number.NaN) - (skims[i] ?? Number.NaN), 4),
        );
      }),
    );
  });

  test('with the golden noise it decides as the reference does', () => {
    const noise = golden('gumbel_noise').values;
    const [skims, keeps] = tf.tidy(() => {
      const { skim, keep } = predicted();
      return [Array.from(skim.dataSync()), Array.from(keep.dataSync())] as const;
    });
    skims.forEach((skim, i) => {
      const [a, b] = [skim + (noise[2 * i] ?? 0), (keeps[i] ?? 0) + (noise[2 * i + 1] ?? 0)];
      expect(1 / (1 + Math.exp(a - b))).toBeCloseTo(golden('soft').values[2 * i + 1] ?? Number.NaN, 5);
      expect(Number(b > a)).toBe(golden('hard_keep').values[i]);
    });
  });
});
