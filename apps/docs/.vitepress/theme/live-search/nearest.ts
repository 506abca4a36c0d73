/** A passage's number with its cosine to a query. */
export interface Hit {
  readonly passage: number;
  readonly cosine: number;
}

/** Vectors of length 1: their scalar product is their cosine. */
const product = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
};

/** The passages that are nearest to a query, the nearest first. */
export const nearest = (index: readonly Float32Array[], query: Float32Array, count = 10): Hit[] =>
  index
    .map((vector, passage) => ({ passage, cosine: product(vector, query) }))
    .sort((a, b) => b.cosine - a.cosine || a.passage - b.passage)
    .slice(0, count);

/** How many of some hits are among others. */
export const shared = (hits: readonly Hit[], others: readonly Hit[]): number => {
  const there = new Set(others.map(({ passage }) => passage));
  return hits.filter(({ passage }) => there.has(passage)).length;
};

/** How near two indexes are to one another: the mean cosine of their vectors. */
export const meanCosine = (one: readonly Float32Array[], other: readonly Float32Array[]): number =>
  one.reduce((sum, vector, i) => sum + product(vector, other[i] ?? new Float32Array()), 0) / Math.max(1, one.length);
