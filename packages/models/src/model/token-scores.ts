/** What one layer did to the tokens of one input. */
export interface ScoredLayer {
  /** Of the tokens that entered, in the order in which the layer before gave them. */
  readonly scores: ArrayLike<number>;
  /** Positions in the input of the tokens that left, in the order in which they did. */
  readonly positions: ArrayLike<number>;
}

/**
 * The scores of each layer by the tokens of the input; NaN for those that had left before, and for all in a layer that does not run.
 *
 * @param layers undefined for one that does not run
 * @param order positions of the tokens as they enter the first layer. Default: as they stand
 */
export const scoresByToken = (
  layers: readonly (ScoredLayer | undefined)[],
  tokens: number,
  order: readonly number[] = Array.from({ length: tokens }, (_, position) => position),
): number[][] => {
  let entering: ArrayLike<number> = order;
  return layers.map((layer) => {
    const row = new Array<number>(tokens).fill(Number.NaN);
    if (!layer) return row;
    const { scores, positions } = layer;
    for (let slot = 0; slot < entering.length; slot++) row[entering[slot] as number] = scores[slot] as number;
    entering = positions;
    return row;
  });
};

/** What one layer did with the tokens of one input, where they may merge. */
export interface TracedLayer extends ScoredLayer {
  /** For each token of the input its place among those that stay, where tokens merge. */
  readonly owners: ArrayLike<number>;
}

/** Positions of the tokens that left each layer; of one that does not run, of those that would have entered it. */
export const keptByLayer = (layers: readonly (TracedLayer | undefined)[], tokens: number): number[][] => {
  let before = Array.from({ length: tokens }, (_, position) => position); // what enters the first layer
  return layers.map((layer) => (before = layer ? Array.from(layer.positions).sort((a, b) => a - b) : before));
};

/** For each layer and each token the position of the token that it has become part of. */
export const mergedByLayer = (layers: readonly (TracedLayer | undefined)[], tokens: number): number[][] => {
  let before = Array.from({ length: tokens }, (_, position) => position); // nothing has merged
  return layers.map((layer) => {
    if (layer && layer.owners.length > 0)
      before = before.map((_, token) => layer.positions[layer.owners[token] as number] ?? token);
    return before;
  });
};
