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
 */
export const scoresByToken = (layers: readonly (ScoredLayer | undefined)[], tokens: number): number[][] => {
  let entering: ArrayLike<number> = Array.from({ length: tokens }, (_, position) => position);
  return layers.map((layer) => {
    const row = new Array<number>(tokens).fill(Number.NaN);
    if (!layer) return row;
    const { scores, positions } = layer;
    for (let slot = 0; slot < entering.length; slot++) row[entering[slot] as number] = scores[slot] as number;
    entering = positions;
    return row;
  });
};
