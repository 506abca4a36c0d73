/**
 * @jest-environment-options {"webGpu": true}
 */
import { webGpuAdapter, webGpuMissing } from '@length-adaptive/tools/testing/web-gpu';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { startBackend } from './backend/index.js';
import { onDevice, onHost } from './selection.js';
import { describeOnBackends } from './testing/backends.js';
import { batches, dropAndRestoreCases, plainOrder } from './testing/drop-and-restore-cases.js';

const cases = Object.entries(dropAndRestoreCases);

describeOnBackends('drop and restore', () => {
  test.each(cases)('%s', (_, check) => check());

  test('keeps on the device what a plain sort keeps, ties included', () => {
    fc.assert(
      fc.property(batches, ({ scores, protectedTokens, counts }) => {
        const rows = tf.tidy(() => onDevice.keepOrder(tf.tensor2d(scores), counts.slice(0, scores.length), protectedTokens).arraySync());
        rows.forEach((row, i) => expect(row).toEqual(plainOrder(scores[i] ?? [], counts[i] ?? 0, protectedTokens)));
      }),
      { numRuns: 40 },
    );
  });

  test('host and device cut the same selections', () => {
    fc.assert(
      fc.property(batches, fc.nat(), ({ scores, counts }, cut) => {
        const [rows, width] = [scores.length, scores[0]?.length ?? 0];
        const from = cut % width;
        const [host, device] = [onHost, onDevice].map((place) =>
          tf.tidy(() => {
            const { source, target } = place.selectionOf(place.keepOrder(tf.tensor2d(scores), counts.slice(0, rows)), from, width);
            return [source.arraySync(), target.arraySync()];
          }),
        );
        expect(host).toEqual(device);
      }),
      { numRuns: 40 },
    );
  });
});

const missing = webGpuMissing();
const describeOnWebGpu = missing === undefined ? describe : describe.skip;

describeOnWebGpu(`drop and restore on webgpu (${missing ?? webGpuAdapter()})`, () => {
  beforeAll(() => startBackend({ backends: ['webgpu'] }));
  test.each(cases)('%s', (_, check) => check(), 180_000);
});
