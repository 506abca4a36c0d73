import fc from 'fast-check';
import type { Bits } from '@length-adaptive/core';
import { pointKey, uniformRanks } from '@length-adaptive/core';
import { parsePoint } from './parse-point.js';
import { pointText } from './point-text.js';

test.each([
  [{}, 'full'],
  [{ lengths: [0.8, 0.6, 0.4] }, '0.8,0.6,0.4'],
  [{ ranks: uniformRanks(3, 0.5) }, 'ranks=0.5'],
  [{ lengths: [0.8, 0.6, 0.4], ranks: uniformRanks(3, 0.5) }, '0.8,0.6,0.4;ranks=0.5'],
  [{ ranks: { attention: [0.75, 0.75, 0.75], feedForward: [0.5, 0.5, 0.5] } }, 'ranks=0.75/0.5'],
  [{ ranks: { attention: [1, 0.75, 0.5], feedForward: [0.5, 0.5, 0.5] } }, 'ranks=1,0.75,0.5/0.5'],
  [{ bits: 8 as const }, 'bits=8'],
  [{ lengths: [0.8, 0.6, 0.4], ranks: uniformRanks(3, 0.5), bits: 8 as const }, '0.8,0.6,0.4;ranks=0.5;bits=8'],
])('%j is %s', (point, text) => {
  expect(pointText(point)).toBe(text);
});

test('whatever a point says is read back to the digit', () => {
  const shares = fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
  const lengths = shares.map((values) => [...values].sort((a, b) => b - a));
  const uniform = fc.double({ min: 1e-6, max: 1, noNaN: true }).map((share) => [share, share, share]);
  const kind = fc.oneof(shares, uniform);
  const ranks = fc.record({ attention: kind, feedForward: kind });
  const bits = fc.constantFrom<Bits>(8, 32);
  const points = fc.record({ lengths, ranks, bits }, { requiredKeys: [] });
  fc.assert(
    fc.property(points, (point) => {
      const read = parsePoint(pointText(point), { paretoSet: [], layers: 3 });
      expect(read && pointKey(read)).toBe(pointKey(point));
    }),
  );
});
