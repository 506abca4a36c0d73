/** A smooth piece of a front of two objectives, or of the set behind it, along a parameter. */
export interface Piece<Value> {
  readonly from: number;
  readonly to: number;
  readonly at: (t: number) => Value;
}

/** A point of the front: both objectives minimised. */
export type Pair = readonly [f1: number, f2: number];

/** Parts that a piece is cut into, where a piece has to be. */
const PARTS = 512;

/** One of them, how long it is, and how much lies before it. */
interface Part<Value> {
  readonly piece: Piece<Value>;
  readonly number: number;
  readonly length: number;
  readonly before: number;
}

const parameterOf = ({ from, to }: Piece<unknown>, part: number): number => from + ((to - from) * part) / PARTS;

/** How much an objective changes over all points. */
const rangeOf = (pairs: readonly Pair[], m: 0 | 1): number =>
  Math.max(...pairs.map((pair) => pair[m])) - Math.min(...pairs.map((pair) => pair[m]));

/** All pieces as a chain of short parts. */
const cut = <Value>(pieces: readonly Piece<Value>[], frontOf: (value: Value) => Pair): Part<Value>[] => {
  const corners = pieces.flatMap((piece) =>
    Array.from({ length: PARTS + 1 }, (_, part) => frontOf(piece.at(parameterOf(piece, part)))),
  );
  const [width, height] = [rangeOf(corners, 0), rangeOf(corners, 1)];
  let before = 0;
  return pieces.flatMap((piece, p) =>
    Array.from({ length: PARTS }, (_, number) => {
      const [[x0, y0], [x1, y1]] = [
        corners[p * (PARTS + 1) + number] ?? [0, 0],
        corners[p * (PARTS + 1) + number + 1] ?? [0, 0],
      ];
      const part = { piece, number, length: Math.hypot((x1 - x0) / width, (y1 - y0) / height), before };
      before += part.length;
      return part;
    }),
  );
};

const spreadAlong = <Value>(
  pieces: readonly Piece<Value>[],
  points: number,
  frontOf: (value: Value) => Pair,
): Value[] => {
  const parts = cut(pieces, frontOf);
  const last = parts.at(-1);
  const whole = last ? last.before + last.length : 0;
  return Array.from({ length: points }, (_, i) => (whole * i) / (points - 1)).flatMap((goal) => {
    const part = parts.find(({ before, length }) => goal <= before + length) ?? last;
    if (!part) return [];
    const share = part.length === 0 ? 0 : Math.min(1, (goal - part.before) / part.length);
    return [part.piece.at(parameterOf(part.piece, part.number + share))];
  });
};

/**
 * `points` values along pieces, the same distance apart as measured on the front with both objectives scaled alike; from the first end of
 * the first piece to the last of the last. Pieces that are points are among them, where there is room for more than the ends.
 *
 * @param frontOf the objectives of a value
 */
export const alongCurve = <Value>(
  pieces: readonly Piece<Value>[],
  points: number,
  frontOf: (value: Value) => Pair,
): Value[] => {
  const curves = pieces.filter(({ from, to }) => from < to);
  const alone = pieces.filter(({ from, to }) => from === to).map(({ at, from }) => at(from));
  if (points < alone.length + 2) return spreadAlong(curves, points, frontOf);
  return [...spreadAlong(curves, points - alone.length, frontOf), ...alone].sort(
    (a, b) => frontOf(a)[0] - frontOf(b)[0],
  );
};

/** The integral of y over x along a parabola through three points, the middle one at half the parameter: Simpson's rule for curves. */
const underParabola = ([x0, y0]: Pair, [x1, y1]: Pair, [x2, y2]: Pair): number => {
  const [slope, bend] = [(x2 - x0) / 2, x0 - 2 * x1 + x2]; // dx = (slope + bend s) ds, s from -1 to 1
  return 2 * y1 * slope + (2 / 3) * (((y2 - y0) / 2) * bend + ((y0 - 2 * y1 + y2) / 2) * slope);
};

/**
 * The area between a front and a reference corner that all of it beats or meets: ten digits of it, pieces being smooth.
 *
 * @param pieces of the front; the first objective ascends along each, and from each to the next
 */
export const areaAboveCurve = (pieces: readonly Piece<Pair>[], [right, top]: Pair): number => {
  let area = 0;
  pieces.forEach((piece, p) => {
    for (let part = 0; part < PARTS; part += 2) {
      const [start, middle, end] = [
        piece.at(parameterOf(piece, part)),
        piece.at(parameterOf(piece, part + 1)),
        piece.at(parameterOf(piece, part + 2)),
      ];
      area += top * (end[0] - start[0]) - underParabola(start, middle, end);
    }
    const [x, y] = piece.at(piece.to);
    const following = pieces[p + 1];
    area += (top - y) * ((following ? following.at(following.from)[0] : right) - x);
  });
  return area;
};
