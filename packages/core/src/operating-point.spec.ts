import type { CoreError } from './errors.js';
import type { OperatingPoint } from './operating-point.js';
import { formatPoint, isFullPoint, lengthsOf, pointKey, validateOperatingPoint } from './operating-point.js';

const refusal = (point: unknown, layers?: number): string => {
  try {
    validateOperatingPoint(point as OperatingPoint, layers);
  } catch (error) {
    const { code, message } = error as CoreError;
    return `${code} ${message}`;
  }
  return 'accepted';
};

test.each<[OperatingPoint, number | undefined]>([
  [{}, undefined],
  [{}, 3],
  [{ lengths: undefined }, 3],
  [{ lengths: [1, 0.5, 0.5] }, 3],
  [{ lengths: [0.5] }, undefined],
  [{ ranks: { attention: [0.5, 1], feedForward: [0.25, 0.5] } }, 2],
  [{ lengths: [1, 0.5], ranks: { attention: [1, 1], feedForward: [1, 0.01] } }, 2],
])('%j is a point', (point, layers) => {
  expect(validateOperatingPoint(point, layers)).toBe(point);
});

test.each<[unknown, number | undefined, RegExp]>([
  [{ lengths: [0.5], ranks: [8] }, 1, /^OPERATING_POINT_INVALID .*expected an object.*"attention".*"feedForward"/],
  [{ ranks: { attention: [0.5] } }, 1, /^OPERATING_POINT_INVALID .*"feedForward" is no list of shares/],
  [{ ranks: { attention: [], feedForward: [] } }, undefined, /^OPERATING_POINT_INVALID .*"attention" is no list/],
  [
    { ranks: { attention: [0.5, 0.5], feedForward: [0.5] } },
    undefined,
    /^OPERATING_POINT_INVALID .*"attention" has 2 entries and "feedForward" 1/,
  ],
  [
    { ranks: { attention: [0.5, 0.5], feedForward: [0.5, 0.5] } },
    3,
    /^OPERATING_POINT_INVALID .*"attention" has 2 entries for a model of 3 layers/,
  ],
  [
    { ranks: { attention: [0.5, 0], feedForward: [1, 1] } },
    2,
    /^OPERATING_POINT_INVALID .*"attention" has 0 at layer 1.*above 0 and at most 1/,
  ],
  [{ ranks: { attention: [1.5], feedForward: [1] } }, 1, /^OPERATING_POINT_INVALID .*"attention" has 1.5 at layer 0/],
  [{ ranks: { attention: [1], feedForward: ['1'] } }, 1, /^OPERATING_POINT_INVALID .*"feedForward" has "1" at layer 0/],
  [{ ranks: { attention: [1], feedForward: [1], head: [1] } }, 1, /^OPERATING_POINT_INVALID .*"head" is not known/],
  [
    { threshold: 0.1 },
    undefined,
    /^OPERATING_POINT_INVALID .*"threshold" is not known.* runs points with: lengths, ranks/,
  ],
  [[0.5, 0.4], 2, /^OPERATING_POINT_INVALID .*\[0\.5,0\.4\]: expected an object/],
  [null, 2, /^OPERATING_POINT_INVALID .*expected an object/],
  ['full', 2, /^OPERATING_POINT_INVALID .*expected an object/],
  [{ lengths: '0.5' }, 1, /^OPERATING_POINT_INVALID .*"lengths" is "0.5", expected a list/],
  [{ lengths: [0.5, 0.6] }, 2, /^LENGTH_CONFIG_INVALID .*larger than the one before/],
  [{ lengths: [0.5] }, 2, /^LENGTH_CONFIG_INVALID .*1 entries for a model of 2 layers/],
  [{ lengths: [] }, undefined, /^LENGTH_CONFIG_INVALID .*it is empty/],
])('%j for %s layers is refused', (point, layers, message) => {
  expect(refusal(point, layers)).toMatch(message);
});

test('points that run alike have one key, others have others', () => {
  expect(pointKey({})).toBe('full');
  expect(pointKey({ lengths: [1, 1] })).toBe('full');
  expect(pointKey({ lengths: [0.8, 0.4] })).toBe('lengths=0.8,0.4');
  expect(pointKey({ lengths: [0.8, 0.41] })).not.toBe(pointKey({ lengths: [0.8, 0.4] }));
  expect(pointKey({ lengths: [0.1 + 0.2] })).not.toBe(pointKey({ lengths: [0.3] })); // not rounded
});

test('lengths of a point, and how people read it', () => {
  expect(lengthsOf({}, 2)).toEqual([1, 1]);
  expect(lengthsOf({ lengths: [0.5, 0.25] }, 2)).toEqual([0.5, 0.25]);
  expect([isFullPoint({}), isFullPoint({ lengths: [1, 1] }), isFullPoint({ lengths: [1, 0.5] })]).toEqual([
    true,
    true,
    false,
  ]);
  expect([formatPoint({}), formatPoint({ lengths: [1, 0.333] })]).toEqual(['full', '1.00 0.33']);
});

test('ranks are part of the key, of what is full, and of what people read', () => {
  const ranks = { attention: [0.5, 0.5], feedForward: [0.75, 1] };
  expect(pointKey({ ranks })).toBe('ranks=0.5,0.5/0.75,1');
  expect(pointKey({ lengths: [1, 1], ranks })).toBe(pointKey({ ranks }));
  expect(pointKey({ lengths: [1, 0.5], ranks })).toBe('lengths=1,0.5;ranks=0.5,0.5/0.75,1');
  expect([isFullPoint({ ranks }), isFullPoint({ lengths: [1, 1], ranks })]).toEqual([false, false]);
  expect(formatPoint({ ranks })).toBe('full, ranks attention 0.50, feed-forward 0.75 1.00');
  expect(formatPoint({ lengths: [1, 0.5], ranks: { attention: [0.5, 0.5], feedForward: [0.5, 0.5] } })).toBe(
    '1.00 0.50, ranks 0.50',
  );
});
