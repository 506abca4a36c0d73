import fc from 'fast-check';
import type { CoreError } from './errors.js';
import type { OperatingPoint } from './operating-point.js';
import {
  formatPoint,
  isFullPoint,
  keptAt,
  leavesLayersOut,
  lengthsOf,
  namedReducerOf,
  pointKey,
  runningLayers,
  validateOperatingPoint,
} from './operating-point.js';

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
  [{ skip: [] }, undefined],
  [{ floor: 12, reducer: 'tome' }, 2],
  [{ skip: [0, 4] }, undefined],
  [{ skip: [0, 2] }, 4],
  [{ lengths: [1, 0.5], skip: [1] }, undefined],
  [{ bits: 8 }, 2],
  [{ lengths: [1, 0.5], bits: 32 }, 2],
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
    /^OPERATING_POINT_INVALID .*"threshold" is not known.* runs points with: lengths, floor, reducer, skip, ranks, bits/,
  ],
  [{ floor: 0.5 }, 2, /^OPERATING_POINT_INVALID .*"floor" is 0.5, expected a whole number of tokens, 0 or more/],
  [{ floor: -1 }, 2, /^OPERATING_POINT_INVALID .*"floor" is -1/],
  [{ floor: '12' }, 2, /^OPERATING_POINT_INVALID .*"floor" is "12"/],
  [{ reducer: '' }, 2, /^OPERATING_POINT_INVALID .*"reducer" is "", expected the name of one, such as "tome"/],
  [{ reducer: { name: 'tome' } }, 2, /^OPERATING_POINT_INVALID .*"reducer" is \{"name":"tome"\}/],
  [{ skip: '1' }, 2, /^OPERATING_POINT_INVALID .*"skip" is "1", expected layer numbers from 0 to 1, ascending/],
  [{ skip: [1, 1] }, 3, /^OPERATING_POINT_INVALID .*"skip" is \[1,1\], expected layer numbers from 0 to 2, ascending/],
  [
    { skip: [2, 1] },
    undefined,
    /^OPERATING_POINT_INVALID .*"skip" is \[2,1\], expected layer numbers from 0, ascending/,
  ],
  [{ skip: [3] }, 3, /^OPERATING_POINT_INVALID .*"skip" is \[3\], expected layer numbers from 0 to 2/],
  [{ skip: [-1] }, 3, /^OPERATING_POINT_INVALID .*"skip" is \[-1\]/],
  [{ skip: [0.5] }, 3, /^OPERATING_POINT_INVALID .*"skip" is \[0.5\]/],
  [{ skip: [0, 1] }, 2, /^OPERATING_POINT_INVALID .*"skip" is all 2 layers, and at least one must run/],
  [{ lengths: [1, 1], skip: [0, 1] }, undefined, /^OPERATING_POINT_INVALID .*"skip" is all 2 layers/],
  [
    { lengths: [1, 1], skip: [2] },
    undefined,
    /^OPERATING_POINT_INVALID .*"skip" is \[2\], expected layer numbers from 0 to 1/,
  ],
  [{ bits: 4 }, 2, /^OPERATING_POINT_INVALID .*"bits" is 4, expected 8 or 32/],
  [{ bits: '8' }, 2, /^OPERATING_POINT_INVALID .*"bits" is "8", expected 8 or 32/],
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

test('layers that are left out are part of the key, of what is full, and of what people read', () => {
  expect(pointKey({ skip: [] })).toBe('full');
  expect(pointKey({ skip: [0, 2] })).toBe('skip=0,2');
  expect(pointKey({ lengths: [1, 1, 1], skip: [0, 2] })).toBe('skip=0,2');
  expect(pointKey({ lengths: [1, 0.9, 0.5], skip: [1] })).toBe('lengths=1,1,0.5;skip=1');
  expect(pointKey({ lengths: [1, 0.5], skip: [1] })).toBe('skip=1'); // nobody leaves in a layer that does not run
  const ranks = { attention: [0.5, 0.25], feedForward: [0.5, 0.75] };
  expect(pointKey({ skip: [1], ranks })).toBe('skip=1;ranks=0.5,1/0.5,1');
  expect([isFullPoint({ skip: [] }), isFullPoint({ skip: [1] }), leavesLayersOut({ skip: [1] })]).toEqual([
    true,
    false,
    true,
  ]);
  expect(formatPoint({ lengths: [1, 0.9, 0.5], skip: [1] })).toBe('1.00 0.90 0.50, without layer 1');
  expect(formatPoint({ lengths: [1, 1, 1], skip: [0, 1] })).toBe('full, without layers 0 1');
});

test('points that run alike have one key: whatever the lengths of layers that are left out are', () => {
  const depth = 5;
  const cases = fc.record({
    lengths: fc
      .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: depth, maxLength: depth })
      .map((ratios) => ratios.sort((a, b) => b - a)),
    skip: fc.subarray([0, 1, 2, 3, 4], { maxLength: depth - 1 }),
    length: fc.integer({ min: 1, max: 200 }),
  });
  fc.assert(
    fc.property(cases, ({ lengths, skip, length }) => {
      const point = { lengths, skip };
      const same = { lengths: lengthsOf(point, depth), skip };
      expect(pointKey(validateOperatingPoint(same, depth))).toBe(pointKey(point));
      expect(keptAt(same, depth, length)).toEqual(keptAt(point, depth, length));
      const running = runningLayers(point, depth);
      expect([...running, ...skip].sort()).toEqual([0, 1, 2, 3, 4]);
      // What is left after the layers that run is what the lengths say of them.
      const whole = keptAt({ lengths }, depth, length);
      expect(running.map((layer) => keptAt(point, depth, length)[layer])).toEqual(running.map((layer) => whole[layer]));
      for (const layer of skip)
        expect(keptAt(point, depth, length)[layer]).toBe(
          layer === 0 ? length : keptAt(point, depth, length)[layer - 1],
        );
    }),
  );
});

test('a floor and a reducer are part of the key where tokens leave, and of what people read', () => {
  const point = { lengths: [0.8, 0.4], floor: 12, reducer: 'tome' };
  expect(pointKey(point)).toBe('lengths=0.8,0.4;floor=12;reducer=tome');
  expect(pointKey({ ...point, floor: 0 })).toBe('lengths=0.8,0.4;reducer=tome');
  expect(pointKey({ ...point, lengths: [1, 1] })).toBe('full');
  expect(pointKey({ floor: 12, reducer: 'tome' })).toBe('full');
  expect(pointKey({ lengths: [1, 0.5], skip: [1], reducer: 'tome' })).toBe('skip=1');
  expect(isFullPoint({ lengths: [1, 1], floor: 12, reducer: 'tome' })).toBe(true);
  expect(formatPoint(point)).toBe('0.80 0.40, above 12 tokens, by tome');
  expect(formatPoint({ ...point, lengths: [1, 1] })).toBe('1.00 1.00');
  expect([namedReducerOf(point), namedReducerOf({ reducer: 'tome' })]).toEqual(['tome', undefined]);
});

test('bits are part of the key, of what is full, and of what people read', () => {
  const ranks = { attention: [0.5, 0.5], feedForward: [0.5, 0.5] };
  expect(pointKey({ bits: 8 })).toBe('bits=8');
  expect(pointKey({ lengths: [1, 0.5], skip: [0], ranks, bits: 32 })).toBe(
    'lengths=1,0.5;skip=0;ranks=1,0.5/1,0.5;bits=32',
  );
  expect(pointKey({ lengths: [1, 1], bits: 8 })).toBe(pointKey({ bits: 8 }));
  expect([isFullPoint({ bits: 8 }), isFullPoint({ lengths: [1, 1], bits: 32 })]).toEqual([false, false]);
  expect(formatPoint({ bits: 8 })).toBe('full, 8 bits');
  expect(formatPoint({ lengths: [1, 0.5], ranks, bits: 8 })).toBe('1.00 0.50, ranks 0.50, 8 bits');
});
