/** How far queries and keys are turned: `RelativePositions` says what the two are. */
export interface Turning {
  readonly rotation: number;
  readonly stretch?: number | undefined;
}

/**
 * Cosines or sines of the angles of all positions, computed in double precision: [positions, size / 2]
 *
 * @param size width of a head
 */
export const angleValues = (
  kind: 'cos' | 'sin',
  { positions, size, rotation, stretch = 1 }: Turning & { readonly positions: number; readonly size: number },
): Float32Array => {
  const half = size / 2;
  return Float32Array.from({ length: positions * half }, (_, i) =>
    Math[kind]((Math.floor(i / half) / stretch) * rotation ** ((-2 * (i % half)) / size)),
  );
};
