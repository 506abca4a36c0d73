/** Of inputs that a token stands for which is not the first: the first one of an id, or of the largest id of the input. An input without it is stood for by its first token. */
export type SummaryToken = { readonly id: number } | 'largest-id';

/** Where the token stands that stands for an input. */
const summaryIndex = (ids: ArrayLike<number>, summary: SummaryToken): number => {
  const all = Array.from(ids);
  const wanted = summary === 'largest-id' ? all.reduce((most, id) => Math.max(most, id), 0) : summary.id;
  return Math.max(0, all.indexOf(wanted));
};

/**
 * Where the tokens of an input stand in the order in which the encoder takes them: the one that stands for it first, so that it is the one which
 * stays, votes, and is read; then the others, as they come.
 */
export const entryOrder = (ids: ArrayLike<number>, summary: SummaryToken | undefined): number[] => {
  const order = Array.from({ length: ids.length }, (_, position) => position);
  if (summary === undefined || ids.length === 0) return order;
  return [...order.splice(summaryIndex(ids, summary), 1), ...order];
};
