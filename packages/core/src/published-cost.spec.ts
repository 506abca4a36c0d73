import { cost, tokenHeadCost } from './cost.js';
import { fromAbsoluteLengths, fullLength } from './length-config.js';
import { publishedCost, publishedCostParts } from './published-cost.js';

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
  const { projections, attention, feedForward } = publishedCostParts(shape, config, 384, { head });
  const digits = (figure: string): number => figure.length - figure.indexOf('.') - 1;
  expect(((projections + attention + feedForward) / 1e9).toFixed(digits(products))).toBe(products);
  expect((publishedCost(shape, config, 384, { head }) / 1e9).toFixed(digits(published))).toBe(published);
});

test('the smallest sub-model of 12 layers costs a third', () => {
  const smallest = fromAbsoluteLengths([308, 247, 198, 159, 128, 103, 83, 67, 54, 44, 36, 29], 384);
  expect(publishedCost(bertBase, smallest, 384) / publishedCost(bertBase, fullLength(12), 384)).toBeCloseTo(0.333, 2);
});

test('at the full length it is what runs where all tokens are wanted, and never less elsewhere', () => {
  const head = tokenHeadCost(384, 2);
  expect(publishedCost(miniLm, fullLength(6), 77, { head })).toBe(cost(miniLm, fullLength(6), 77, { head }));
  for (const config of [
    [0.9, 0.8, 0.5, 0.4, 0.3, 0.2],
    [1, 1, 0.5, 0.5, 0.1, 0.1],
  ]) {
    expect(publishedCost(miniLm, config, 77)).toBeGreaterThan(cost(miniLm, config, 77));
    expect(publishedCost(miniLm, config, 77, { minTokens: 60 })).toBeGreaterThan(publishedCost(miniLm, config, 77));
    expect(publishedCost(miniLm, config, 77)).toBeGreaterThan(cost(miniLm, config, 77, { wanted: 'first' }));
  }
});

test.each([{ bottleneck: { size: 128, shared: true } }, { feedForwards: 4 }])(
  'the closed form knows no layers such as %j, and says so',
  (more) => {
    const refused = expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(/take `cost`/) });
    expect(() => publishedCost({ ...miniLm, ...more }, fullLength(6), 77)).toThrow(refused);
  },
);

test('a configuration of another depth is refused', () => {
  expect(() => publishedCost(miniLm, [0.5], 10)).toThrow(/1 entries for a model of 6 layers/);
});
