import fc from 'fast-check';
import { fuseOrders } from './fuse-orders.js';

test('places of several orders count, the first most, as by hand', () => {
  // a: 1/61 + 1/62, c: 1/63 + 1/61, b: 1/62 + 1/63
  expect(
    fuseOrders([
      ['a', 'b', 'c'],
      ['c', 'a', 'b'],
    ]),
  ).toEqual(['a', 'c', 'b']);
  // What one order lacks comes behind what both have, and of equal ones that of the first order first.
  expect(
    fuseOrders([
      [0, 1],
      [2, 1],
    ]),
  ).toEqual([1, 0, 2]);
  expect(fuseOrders([])).toEqual([]);
});

const orders = fc
  .shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 })
  .chain((first) => fc.tuple(fc.constant(first), fc.shuffledSubarray(first, { minLength: 8 })));

test('an order with itself is that order; what both put first stays before', () => {
  fc.assert(
    fc.property(orders, ([first, second]) => {
      expect(fuseOrders([first, first])).toEqual(first);
      const fused = fuseOrders([first, second]);
      expect([...fused].sort()).toEqual([...first].sort());
      for (const a of first)
        for (const b of first)
          if (first.indexOf(a) < first.indexOf(b) && second.indexOf(a) < second.indexOf(b))
            expect(fused.indexOf(a)).toBeLessThan(fused.indexOf(b));
    }),
  );
});
