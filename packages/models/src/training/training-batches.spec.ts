import { trainingBatches } from './training-batches.js';

test('an epoch holds every example once, in an order of its own, with little padding', () => {
  const examples = Array.from({ length: 500 }, (_, i) => ({
    input: { ids: new Int32Array(1 + ((i * 37) % 40)) },
    target: i,
  }));
  const first = trainingBatches(examples, 16, 42, 0);
  expect(
    first
      .flat()
      .map(({ target }) => Number(target))
      .sort((a, b) => a - b),
  ).toEqual(examples.map((_, i) => i));
  expect(trainingBatches(examples, 16, 42, 0)).toEqual(first);
  expect(trainingBatches(examples, 16, 42, 1)).not.toEqual(first);

  const padded = first.reduce(
    (sum, batch) => sum + batch.length * Math.max(...batch.map(({ input }) => input.ids.length)),
    0,
  );
  const real = examples.reduce((sum, { input }) => sum + input.ids.length, 0);
  expect(padded / real).toBeLessThan(1.15);
});
