import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { moveSlots, moveTokens, restoreTokens } from '../drop-and-restore.js';
import type { TokenGroup } from '../drop-and-restore.js';
import { createRandom } from '../random.js';
import { keepOrder, selectionOf } from '../selection/selection.js';

/** Scores of up to three rows with many ties, and how many tokens each row keeps. */
export const batches = fc.integer({ min: 1, max: 9 }).chain((width) =>
  fc.record({
    scores: fc.array(fc.array(fc.constantFrom(0, 0.25, 0.5, 0.75, 1, 1.5), { minLength: width, maxLength: width }), {
      minLength: 1,
      maxLength: 3,
    }),
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
    const order = await valuesOf(
      tf.tidy(() => keepOrder(tf.tensor2d(scores), counts.slice(0, scores.length), protectedTokens)),
    );
    return order.join() === scores.map((row, i) => plainOrder(row, counts[i] ?? 0, protectedTokens).join()).join();
  });
  await fc.assert(property, { numRuns: 40 });
};

interface Part {
  /** [B, T] */
  readonly order: tf.Tensor2D;
  readonly from: number;
  readonly to: number;
  /** Whether a slot of the order holds a token of the group. */
  holds(slot: number, row: number): boolean;
}

/** The tokens of a part of an order, as what is restored wants them. */
const groupOf = (x: tf.Tensor2D, { order, from, to, holds }: Part): TokenGroup => {
  const [rows, width] = order.shape;
  const positions = tf.tile(tf.expandDims(tf.range(0, width, 1, 'int32'), 0), [rows, 1]) as tf.Tensor2D;
  const selection = selectionOf(order, from, to);
  const own = moveSlots(positions, selection);
  const mask = Array.from({ length: rows * (to - from) }, (_, i) =>
    Number(holds(from + (i % (to - from)), Math.floor(i / (to - from)))),
  );
  const held = tf.where(
    tf.tensor2d(Uint8Array.from(mask), [rows, to - from], 'bool'),
    own,
    tf.fill(own.shape, width, 'int32'),
  );
  return { states: moveTokens(x, selection), positions: held };
};

const restored = async (): Promise<void> => {
  const property = fc.asyncProperty(batches, async ({ scores, counts }) => {
    const [rows, width] = [scores.length, scores[0]?.length ?? 0];
    const kept = counts.slice(0, rows);
    const tokens = Array.from({ length: rows * width * 2 }, (_, i) => i);
    const back = tf.tidy(() => {
      const x = tf.tensor2d(tokens, [rows * width, 2]);
      const order = keepOrder(tf.tensor2d(scores), kept);
      const [least, most] = [Math.min(...kept), Math.max(...kept)];
      const survivors = groupOf(x, { order, from: 0, to: most, holds: (slot, row) => slot < (kept[row] ?? 0) });
      const gone =
        least < width
          ? [groupOf(x, { order, from: least, to: width, holds: (slot, row) => slot >= (kept[row] ?? 0) })]
          : [];
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

/** Of what is restored, each token of a batch with rows of different lengths gets the gradient of its own position; padding gets none. */
const restoreGradient = async (): Promise<void> => {
  const [rows, width, lengths, kept] = [3, 6, [6, 4, 1], [3, 2, 1]];
  const random = createRandom(9);
  const numbers = (size: number) => Array.from({ length: size }, random.normal);
  const isReal = Array.from({ length: rows * width }, (_, slot) =>
    Number(slot % width < (lengths[Math.floor(slot / width)] ?? 0)),
  );
  const [tokens, scores] = [
    numbers(rows * width * 2),
    numbers(rows * width).map((score, slot) => (isReal[slot] ? Math.abs(score) : -1)),
  ];
  const weight = numbers(rows * width * 2).map((value, i) => value * (isReal[Math.floor(i / 2)] ?? 0));
  const gradient = await valuesOf(
    tf.tidy(() => {
      const order = keepOrder(tf.tensor2d(scores, [rows, width]), kept);
      return tf.grad((y) => {
        const x = y as tf.Tensor2D;
        const survivors = groupOf(x, {
          order,
          from: 0,
          to: Math.max(...kept),
          holds: (slot, row) => slot < (kept[row] ?? 0),
        });
        const gone = groupOf(x, {
          order,
          from: Math.min(...kept),
          to: width,
          holds: (slot, row) => slot >= (kept[row] ?? 0) && slot < (lengths[row] ?? 0),
        });
        return tf.sum<tf.Scalar>(
          tf.mul(restoreTokens([survivors, gone], rows, width), tf.tensor2d(weight, [rows * width, 2])),
        );
      })(tf.tensor2d(tokens, [rows * width, 2]));
    }),
  );
  const gap = Math.max(...gradient.map((value, i) => Math.abs(value - (weight[i] ?? Number.NaN))));
  if (!(gap < 1e-6)) throw new Error(`the gradients differ by ${gap}`);
};

/** What must hold on every backend, in Node and on a page; each case throws where it does not. */
export const dropAndRestoreCases: Readonly<Record<string, () => Promise<void>>> = {
  'keeps what a plain sort keeps, ties included': plainSort,
  'what is dropped and kept is restored to where it was': restored,
  'the gradient of a move equals that of a one-hot product': moveGradient,
  'the gradient of what is restored is that of each token at its own position': restoreGradient,
};
