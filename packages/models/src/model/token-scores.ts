/** What one layer did to the tokens of one input. */
export interface ScoredLayer {
  /** Of the tokens that entered, in the order in which the layer before gave them. */
  readonly scores: ArrayLike<number>;
  /** Positions in the input of the tokens that left, in the order in which they did. */
  readonly positions: ArrayLike<number>;
}

/** The scores of each layer by the tokens of the input; NaN for those that had left before. */
export const scoresByToken = (layers: readonly ScoredLayer[], tokens: number): number[][] => {
  let entering: ArrayLike<number> = Array.from({ length: tokens }, (_, position) => position);
  return layers.map(({ scores, positions }) => {
    const row = new Array<number>(tokens).fill(Number.NaN);
    for (let slot = 0; slot < entering.length; slot++) row[entering[slot] as number] = scores[slot] as number;
    entering = positions;
    return row;
  });
};
