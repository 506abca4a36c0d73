import { classificationHeadCost, cost, costParts, relativeCost, tokenHeadCost } from './cost.js';
import { fromAbsoluteLengths, fullLength } from './length-config.js';

const bertBase = { layers: 12, hiddenSize: 768, intermediateSize: 3072 };
const tinyBert6 = { ...bertBase, layers: 6 };
const miniLm = { layers: 6, hiddenSize: 384, intermediateSize: 1536 };

/** 10^9 MACs at 384 tokens: of the matrix products, and what torchprofile printed for SQuAD models (Intel's tables). */
test.each([
  ['BERT-base', bertBase, fullLength(12), '35.33', '35.3'],
  ['TinyBERT-6L', tinyBert6, fullLength(6), '17.67', '17.7'],
  ['MiniLM-L6', miniLm, fullLength(6), '4.756', '4.76'],
  [
    'MiniLM-L6 at (269, 253, 252, 202, 104, 34)',
    miniLm,
    fromAbsoluteLengths([269, 253, 252, 202, 104, 34], 384),
    '2.484',
    '2.49',
  ],
  [
    'MiniLM-L6 at (315, 251, 242, 159, 142, 33)',
    miniLm,
    fromAbsoluteLengths([315, 251, 242, 159, 142, 33], 384),
    '2.545',
    '2.55',
  ],
])('%s costs the published MACs', (_, shape, config, products, published) => {
  const head = tokenHeadCost(shape.hiddenSize, 2);
  const { projections, attention, feedForward } = costParts(shape, config, 384, { head });
  const digits = (figure: string): number => figure.length - figure.indexOf('.') - 1;
  expect(((projections + attention + feedForward) / 1e9).toFixed(digits(products))).toBe(products);
  expect((cost(shape, config, 384, { head }) / 1e9).toFixed(digits(published))).toBe(published);
});

test('the smallest sub-model of 12 layers costs a third', () => {
  const smallest = fromAbsoluteLengths([308, 247, 198, 159, 128, 103, 83, 67, 54, 44, 36, 29], 384);
  expect(relativeCost(bertBase, smallest, [384])).toBeCloseTo(0.333, 2);
});

test('the relative cost of inputs is the ratio of their sums, not the mean of their ratios', () => {
  const config = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
  const lengths = [10, 10, 300];
  const sum = (c: readonly number[]) => lengths.reduce((total, length) => total + cost(miniLm, c, length), 0);
  expect(relativeCost(miniLm, config, lengths)).toBeCloseTo(sum(config) / sum(fullLength(6)), 12);
  expect(relativeCost(miniLm, fullLength(6), lengths)).toBe(1);
});

test('a configuration of another depth, or no lengths at all, are refused', () => {
  expect(() => cost(miniLm, [0.5], 10)).toThrow(/1 entries for a model of 6 layers/);
  expect(() => relativeCost(miniLm, fullLength(6), [])).toThrow(/no input lengths/);
});

test('heads count', () => {
  expect(
    cost(miniLm, fullLength(6), 16, { head: classificationHeadCost(384, 2) }) - cost(miniLm, fullLength(6), 16),
  ).toBe(384 * 384 + 768);
});
