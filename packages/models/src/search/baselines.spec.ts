import { fullLengthBaselines, paddedLengths } from './baselines.js';
import type { RunnableModel } from '../model/runnable-model.js';

/** A model of which only the cost is asked. */
const model = { macs: (length: number) => 10 * length + length ** 2 } as unknown as RunnableModel;

test('batches are taken in the order of the inputs, the last one as it is', () => {
  const lengths = [3, 9, 5, 2, 4];
  expect(paddedLengths(lengths, 'none', { maxLength: 10 })).toEqual(lengths);
  expect(paddedLengths(lengths, 'batch', { maxLength: 10, batchSize: 2 })).toEqual([9, 9, 5, 5, 4]);
  expect(paddedLengths(lengths, 'batch', { maxLength: 10 })).toEqual([9, 9, 9, 9, 9]);
  expect(paddedLengths(lengths, 'maximum', { maxLength: 10 })).toEqual([10, 10, 10, 10, 10]);
});

test('costs are multiples of the unpadded ones', () => {
  const [none, batch, maximum] = fullLengthBaselines(model, [10, 20, 30], { maxLength: 40, batchSize: 2 });
  expect(none).toEqual({ padding: 'none', tokens: 20, macs: (200 + 600 + 1200) / 3, ratio: 1 });
  expect(batch).toEqual({
    padding: 'batch',
    tokens: 70 / 3,
    macs: (600 + 600 + 1200) / 3,
    ratio: expect.closeTo(1.2, 9),
  });
  expect(maximum).toEqual({ padding: 'maximum', tokens: 40, macs: 2000, ratio: 3 });
});

test('inputs of one length that is the maximum lose nothing by padding', () => {
  for (const { ratio } of fullLengthBaselines(model, [8, 8], { maxLength: 8 })) expect(ratio).toBe(1);
});

test.each([
  [[], { maxLength: 8 }, 'DATA_INVALID', /no inputs/],
  [[9], { maxLength: 8 }, 'OPTION_INVALID', /maxLength is 8, but there is an input of 9 tokens/],
  [[9], { maxLength: 9, batchSize: 0 }, 'OPTION_INVALID', /batchSize is 0/],
])('refuses %j with %j: %s', (lengths, options, code, message) => {
  const run = () => fullLengthBaselines(model, lengths, options);
  expect(run).toThrow(message);
  expect(run).toThrow(expect.objectContaining({ code }) as Error);
});
