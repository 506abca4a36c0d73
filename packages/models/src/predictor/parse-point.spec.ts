import { parsePoint } from './parse-point.js';

const paretoSet = [
  { point: { lengths: [0.5, 0.25] }, score: 0.8, cost: 0.5 },
  { point: {}, score: 0.9, cost: 1 },
];
const context = { paretoSet, layers: 2 };

test.each([
  ['full', { lengths: [1, 1] }],
  ['0', { lengths: [0.5, 0.25] }],
  ['1', {}],
  ['2', undefined],
  ['0.8,0.6', { lengths: [0.8, 0.6] }],
  ['[0.8, 0.6]', { lengths: [0.8, 0.6] }],
  ['12,6@16', { lengths: [0.75, 0.375] }],
])('%s', (text, point) => {
  expect(parsePoint(text, context)).toEqual(point);
});

test('of a model whose layers are not known', () => {
  expect(parsePoint('full', { paretoSet })).toEqual({});
  expect(parsePoint('0.8,0.6,0.4', { paretoSet })).toEqual({ lengths: [0.8, 0.6, 0.4] });
});

test.each(['0.8', '0.5,0.6', 'half', ''])('%j is no point of two layers', (text) => {
  expect(() => parsePoint(text, context)).toThrow(expect.objectContaining({ code: 'LENGTH_CONFIG_INVALID' }));
});
