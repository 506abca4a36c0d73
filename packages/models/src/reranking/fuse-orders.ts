/** How little the first places count beside those behind them: what Cormack and others take. */
const smoothing = 60;

/**
 * Several orders of the same things as one, by reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): each is worth the sum of
 * 1 / (60 + its place, from 1) over the orders; what an order lacks gains nothing by it. Of equal ones the first in the first order comes first.
 *
 * @example
 * fuseOrders([['a', 'b', 'c'], ['c', 'a', 'b']]); // a, c, b
 */
export const fuseOrders = <T>(orders: readonly (readonly T[])[]): T[] => {
  const worth = new Map<T, number>();
  for (const order of orders)
    for (const [place, each] of order.entries()) worth.set(each, (worth.get(each) ?? 0) + 1 / (smoothing + place + 1));
  return [...worth.keys()].sort((a, b) => (worth.get(b) ?? 0) - (worth.get(a) ?? 0));
};
