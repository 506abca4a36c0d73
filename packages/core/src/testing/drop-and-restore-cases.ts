import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { moveSlots, moveTokens, restoreTokens } from '../drop-and-restore.js';
import type { TokenGroup } from '../drop-and-restore.js';
import { createRandom } from '../random.js';
import { keepOrder, selectionOf } from '../selection/selection.js';

/** Scores of up to three rows with many ties, and how many tokens each row keeps. */
export const batches = fc.integer({ min: 1, max: 9 }).chain((width) =>
  fc.record({
    scores: fc.array(fc.array(fc.constantFrom(0, 0.25, 0.5, 0.75, 1, 1.5), { minLength: width, maxLength: width }), { minLength: 1, maxLength: 3 }),
    protectedTokens: fc.integer({ min: 0, max: 1 }),
    counts: fc.array(fc.integer({ min: 1, max: width }), { minLength: 3, maxLength: 3 }),
  }),
);

/** What `keepOrder` chooses, written plainly: protected slots, then the best scores; ties to the earlier token; text order. */
export const plainOrder = (scores: readonly number[], count: number, protectedTokens: number): number[] => {
  const ranked = scores.map((score, slot) => ({ slot, score: slot < protectedTokens ? Infinity : Math.fround(score) }));
  ranked.sort((a, b) => b.score - a.score || a.slot - b.slot);
  const slots = ranked.map(({ slot }) => slot);
  const ascending = (part: number[]) => part.sort((a, b) => a - b);
  return [...ascending(slots.slice(0, count)), ...ascending(slots.slice(count))];
};

/** Reads a tensor in the way that every backend can, and frees it. */
const valuesOf = async (tensor: tf.Tensor): Promise<number[]> => {
  const values = Array.from(await tensor.data());
  tensor.dispose();
  return values;
};

const plainSort = async (): Promise<void> => {
  const property = fc.asyncProperty(batches, async ({ scores, protectedTokens, counts }) => {
    const order = await valuesOf(tf.tidy(() => keepOrder(tf.tensor2d(scores), counts.slice(0, scores.length), protectedTokens)));
    return order.join() === scores.map((row, i) => plainOrder(row, counts[i] ?? 0, protectedTokens).join()).join();
  });
  await fc.assert(property, { numRuns: 40 });
};

const restored = async (): Promise<void> => {
  const property = fc.asyncProperty(batches, async ({ scores, counts }) => {
    const [rows, width] = [scores.length, scores[0]?.length ?? 0];
    const kept = counts.slice(0, rows);
    const tokens = Array.from({ length: rows * width * 2 }, (_, i) => i);
    const back = tf.tidy(() => {
      const x = tf.tensor2d(tokens, [rows * width, 2]);
      const positions = tf.tile(tf.expandDims(tf.range(0, width, 1, 'int32'), 0), [rows, 1]) as tf.Tensor2D;
      const order = keepOrder(tf.tensor2d(scores), kept);
      const [least, most] = [Math.min(...kept), Math.max(...kept)];
      const group = (from: number, to: number, holds: (slot: number, row: number) => boolean): TokenGroup => {
        const selection = selectionOf(order, from, to);
        const mask = kept.flatMap((_, row) => Array.from({ length: to - from }, (__, i) => Number(holds(from + i, row))));
        const own = moveSlots(positions, selection);
        const held = tf.where(tf.tensor2d(Uint8Array.from(mask), [rows, to - from], 'bool'), own, tf.fill(own.shape, width, 'int32'));
        return { states: moveTokens(x, selection), positions: held };
      };
      const survivors = group(0, most, (slot, row) => slot < (kept[row] ?? 0));
      const gone = least < width ? [group(least, width, (slot, row) => slot >= (kept[row] ?? 0))] : [];
      return restoreTokens([survivors, ...gone], rows, width);
    });
    return (await valuesOf(back)).join() === tokens.join();
  });
  await fc.assert(property, { numRuns: 40 });
};

const moveGradient = async (): Promise<void> => {
  const random = createRandom(3);
  const numbers = (size: number) => Array.from({ length: size }, random.normal);
  const [x0, weight, scores] = [numbers(2 * 5 * 3), numbers(2 * 2 * 3), numbers(10)];
  const before = tf.memory().numTensors;
  const [gap = Number.NaN] = await valuesOf(
    tf.tidy(() => {
      const x = tf.tensor2d(x0, [10, 3]);
      const selection = selectionOf(keepOrder(tf.tensor2d(scores, [2, 5]), [2, 2]), 0, 2);
      const loss = (moved: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(tf.square(moved), tf.tensor2d(weight, [4, 3])));
      const own = tf.grad((y) => loss(moveTokens(y as tf.Tensor2D, selection)))(x);
      const oneHot = tf.cast(tf.oneHot(selection.source, 10), 'float32'); // [4, 10]
      const plain = tf.grad((y) => loss(tf.matMul(oneHot, y)))(x);
      return tf.max(tf.abs(tf.sub(own, plain)));
    }),
  );
  if (!(gap < 1e-5)) throw new Error(`the gradients differ by ${gap}`);
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`${left} tensors are left`);
};

/** What must hold on every backend, in Node and on a page; each case throws where it does not. */
export const dropAndRestoreCases: Readonly<Record<string, () => Promise<void>>> = {
  'keeps what a plain sort keeps, ties included': plainSort,
  'what is dropped and kept is restored to where it was': restored,
  'the gradient of a move equals that of a one-hot product': moveGradient,
};
