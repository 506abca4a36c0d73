const QUARTER = Math.PI / 2;

/** Writes a point at `radius`, in the direction of angles from 0 to 1 for a quarter turn each; the first decides the last coordinate. */
export const onSphere = (values: Float64Array, radius: number, angles: ArrayLike<number>): void => {
  const last = values.length - 1;
  let rest = radius;
  for (let i = 0; i < last; i += 1) {
    const turn = QUARTER * (angles[i] ?? 0);
    values[last - i] = rest * Math.sin(turn);
    rest *= Math.cos(turn);
  }
  values[0] = rest;
};

/** The angles, from 0 to 1, that point in the direction of `weights`. */
export const anglesOf = (weights: readonly number[]): number[] =>
  weights.slice(1).map((_, i) => {
    const at = weights.length - 1 - i;
    return Math.atan2(weights[at] ?? 0, Math.hypot(...weights.slice(0, at))) / QUARTER;
  });

/** The part of the unit ball where no coordinate is below 0: pi/4 of the disc, pi/6 of the ball. */
export const orthantOfBall = (dimensions: number): number =>
  dimensions < 2 ? 1 : (orthantOfBall(dimensions - 2) * Math.PI) / (2 * dimensions);
