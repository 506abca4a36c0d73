import { pointKey } from '@length-adaptive/core';
import fc from 'fast-check';
import { parsePoint } from './parse-point.js';
import { pointText } from './point-text.js';

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
  ['ranks=0.5', { ranks: { attention: [0.5, 0.5], feedForward: [0.5, 0.5] } }],
  ['full;ranks=0.5', { lengths: [1, 1], ranks: { attention: [0.5, 0.5], feedForward: [0.5, 0.5] } }],
  ['0.8,0.6;ranks=0.75/0.5', { lengths: [0.8, 0.6], ranks: { attention: [0.75, 0.75], feedForward: [0.5, 0.5] } }],
  ['0; ranks=1,0.5/0.25', { lengths: [0.5, 0.25], ranks: { attention: [1, 0.5], feedForward: [0.25, 0.25] } }],
  ['2;ranks=0.5', undefined],
  ['skip=1', { skip: [1] }],
  ['full;skip=0', { lengths: [1, 1], skip: [0] }],
  [
    '0.8,0.6; skip=1;ranks=0.5',
    { lengths: [0.8, 0.6], skip: [1], ranks: { attention: [0.5, 0.5], feedForward: [0.5, 0.5] } },
  ],
  ['ranks=0.5;skip=1', { skip: [1], ranks: { attention: [0.5, 0.5], feedForward: [0.5, 0.5] } }],
  ['0.8,0.6;floor=12;reducer=tome', { lengths: [0.8, 0.6], floor: 12, reducer: 'tome' }],
  ['0; reducer=pool ;floor=0', { lengths: [0.5, 0.25], floor: 0, reducer: 'pool' }],
  ['bits=8', { bits: 8 }],
  ['0.8,0.6; bits= 32', { lengths: [0.8, 0.6], bits: 32 }],
  ['0;skip=0', { lengths: [0.5, 0.25], skip: [0] }],
])('%s', (text, point) => {
  expect(parsePoint(text, context)).toEqual(point);
});

test('of a model whose layers are not known', () => {
  expect(parsePoint('full', { paretoSet })).toEqual({});
  expect(parsePoint('0.8,0.6,0.4', { paretoSet })).toEqual({ lengths: [0.8, 0.6, 0.4] });
});

test.each([
  'ranks=',
  'ranks=half',
  'ranks=0.5/0.5/0.5',
  'ranks=0',
  'ranks=2',
  'ranks=0.5,0.5,0.5',
  '0.8,0.6;ranks=0.5,',
])('%j has no ranks of two layers', (text) => {
  expect(() => parsePoint(text, context)).toThrow(expect.objectContaining({ code: 'OPERATING_POINT_INVALID' }));
});

test.each([
  'skip=',
  'skip=2',
  'skip=1,0',
  'skip=0,1',
  'skip=last',
  '0.8,0.6;skip=-1',
  '0.8,0.6;depth=1',
  '0.8,0.6;floor=-1',
  '0.8,0.6;floor=',
  '0.8,0.6;reducer=',
  'bits=4',
  'bits=',
  '0.8,0.6;bits=int8',
  'skip=1;0.8,0.6',
])('%j is no point of two layers that says more', (text) => {
  expect(() => parsePoint(text, context)).toThrow(expect.objectContaining({ code: 'OPERATING_POINT_INVALID' }));
});

test('what is written is read again, to the digit', () => {
  const share = fc.double({ min: 0.001, max: 1, noNaN: true });
  const three = fc.array(share, { minLength: 3, maxLength: 3 });
  const points = fc.record(
    {
      lengths: three.map((ratios) => ratios.sort((a, b) => b - a)),
      floor: fc.nat({ max: 600 }),
      reducer: fc.constantFrom('tome', 'cls-attention', 'my_own.1'),
      skip: fc.subarray([0, 1, 2], { maxLength: 2 }),
      ranks: fc.record({ attention: three, feedForward: three }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(points, (point) => {
      expect(pointKey(parsePoint(pointText(point), { paretoSet, layers: 3 }) ?? {})).toBe(pointKey(point));
    }),
  );
  expect(pointText({})).toBe('full');
});

test.each(['0.8', '0.5,0.6', 'half', ''])('%j is no point of two layers', (text) => {
  expect(() => parsePoint(text, context)).toThrow(expect.objectContaining({ code: 'LENGTH_CONFIG_INVALID' }));
});
