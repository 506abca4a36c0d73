import { createRandom, shuffled } from '@length-adaptive/core';
import type { LabelledInput } from '../../tasks/labelled-input.js';
import { trainingBatches } from '../training-batches.js';

const widthOf = (list: readonly LabelledInput[]): number => Math.max(...list.map(({ input }) => input.ids.length));

/** How many batches' worth of shuffled lists are sorted by length together. */
const bucketBatches = 8;

/** The inputs of each list together, in the order in which lists begin. */
const listsOf = (examples: readonly LabelledInput[]): LabelledInput[][] => {
  const lists = new Map<number | undefined, LabelledInput[]>();
  for (const example of examples) {
    const known = lists.get(example.list);
    if (known) known.push(example);
    else lists.set(example.list, [example]);
  }
  return [...lists.values()];
};

/**
 * The batches of an epoch: of single inputs those of `trainingBatches`; of lists whole ones, as many as a batch holds and at least one, of
 * like lengths. The same seed and epoch give the same batches.
 */
export const adaptationBatches = (
  examples: readonly LabelledInput[],
  batchSize: number,
  seed: number,
  epoch: number,
): LabelledInput[][] => {
  if (examples.every(({ list }) => list === undefined)) return trainingBatches(examples, batchSize, seed, epoch);
  const random = createRandom(seed, epoch);
  const order = shuffled(listsOf(examples), random);
  const batches: LabelledInput[][] = [];
  const perBucket = Math.max(1, Math.ceil((batchSize * bucketBatches * order.length) / examples.length));
  for (let start = 0; start < order.length; start += perBucket) {
    let batch: LabelledInput[] = [];
    for (const list of order.slice(start, start + perBucket).sort((a, b) => widthOf(a) - widthOf(b))) {
      if (batch.length > 0 && batch.length + list.length > batchSize) {
        batches.push(batch);
        batch = [];
      }
      batch.push(...list);
    }
    batches.push(batch);
  }
  return shuffled(batches, random);
};
