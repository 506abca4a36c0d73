/** Arithmetic that losses are made of, on the values of an engine; shapes broadcast. */
export interface LossOps<T> {
  add(x: T, y: T): T;
  sub(x: T, y: T): T;
  mul(x: T, y: T): T;
  neg(x: T): T;
  exp(x: T): T;
  scale(x: T, factor: number): T;
  /** Of all elements: a scalar. */
  sum(x: T): T;
  /** Over the last axis. */
  logSoftmax(x: T): T;
  /** Each row divided by its length: [n, d] -> [n, d] */
  unit(x: T): T;
  /** The length of each vector along the last axis, which goes: [.., n] -> [..] */
  lengths(x: T): T;
  /** Each row divided by its sum, rows of zeros as they are: [m, n] -> [m, n] */
  shares(x: T): T;
  /** The scalar products of the rows of x with those of y: [n, d], [m, d] -> [n, m] */
  products(x: T, y: T): T;
  /** [B, T, n] -> [B, n, T] */
  swapLastAxes(x: T): T;
  /** [B, n] -> [B, n, 2]: each number, then 0. The softmax of the two is the number's sigmoid. */
  withOpposite(x: T): T;
}

/** What losses on the inside of an encoder need besides. States and projections lie as the engine lays them. */
export interface LayerLossOps<T> extends LossOps<T> {
  /** Attention probabilities, averaged over their heads: [B, heads, T, T] -> [B, 1, T, T] */
  meanOverHeads(probabilities: T, heads: number): T;
  /** Products of the vectors of all pairs of tokens, cut into heads and multiplied by a factor: -> [B, heads, T, T] */
  relate(vectors: T, options: RelateOptions): T;
}

export interface RelateOptions {
  readonly heads: number;
  /** Of a token's vector. */
  readonly width: number;
  readonly factor: number;
}
