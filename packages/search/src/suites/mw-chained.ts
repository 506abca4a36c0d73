import { checkCount } from './benchmark-problem.js';
import { curveProblem } from './curve-problem.js';
import type { Pair } from './curve.js';
import type { Mw, MwOptions } from './mw.js';

/** How far a genome is from the front: 1 on it. Each gene is best at a place that the one before it sets. */
const distanceOf = (x: readonly number[]): number => {
  let g = 1;
  for (let i = 1; i < x.length; i += 1) g += 2 * ((x[i] ?? 0) + ((x[i - 1] ?? 0) - 0.5) ** 2 - 1) ** 2;
  return g;
};

/** The genes of a first gene and a distance: all but the last as near as can be. */
const genesAt = (first: number, distance: number, variables: number): number[] => {
  const x = [first];
  while (x.length < variables) x.push(1 - ((x.at(-1) ?? 0) - 0.5) ** 2);
  x[variables - 1] = (x.at(-1) ?? 0) - Math.sqrt(Math.max(0, distance - 1) / 2);
  return x;
};

/** The bump of MW3's lower constraint, by the difference of the objectives: above 1 it lies in front of the line. */
const MW3_WAVE = 0.75 * Math.PI * Math.SQRT2;
const bump = (difference: number): number => 0.85 + 0.3 * Math.sin(MW3_WAVE * difference) ** 2;

/**
 * MW3: a line, with two bumps of constraints in front of it.
 *
 * @throws SearchError `INVALID_OPTION` for too few genes
 */
export const mw3 = ({ variables = 15 }: MwOptions = {}): Mw<'g1' | 'g2'> => {
  checkCount('variables', variables, 2);
  const at =
    (sumOf: (difference: number) => number) =>
    (t: number): readonly number[] => {
      const sum = sumOf(-t);
      return genesAt((sum + t) / 2, sum, variables);
    };
  const [line, wave] = [at(() => 1), at(bump)];
  const [inner, outer] = [Math.PI / 4 / MW3_WAVE, (3 * Math.PI) / 4 / MW3_WAVE];
  return curveProblem<'g1' | 'g2'>({
    name: 'MW3',
    length: variables,
    constraints: ['g1', 'g2'],
    measure: (x) => {
      const f1 = x[0] ?? 0;
      const g = distanceOf(x);
      const f2 = g * (1 - f1 / g);
      const wave = Math.sin(MW3_WAVE * (f2 - f1));
      return { f1, f2, g1: f1 + f2 - 1.05 - 0.45 * wave ** 6, g2: 0.85 - f1 - f2 + 0.3 * wave ** 2 };
    },
    pieces: [
      { from: -1, to: -outer, at: line },
      { from: -outer, to: -inner, at: wave },
      { from: -inner, to: inner, at: line },
      { from: inner, to: outer, at: wave },
      { from: outer, to: 1, at: line },
    ],
    reference: [1.1, 1.1],
  });
};

/** A parabola `height - width * f1 ** 2`. */
type Parabola = readonly [height: number, width: number];

/** Between, or outside of, which of MW11's parabolas it is feasible. */
const MW11_PARABOLAS = {
  steep: [3, 7],
  wide: [3, 0.625],
  high: [1.62, 0.18],
  low: [1.125, 0.125],
  top: [2.07, 0.23],
  bottom: [0.63, 0.07],
  outer: [3, 1],
  inner: [3, 2],
} as const satisfies Readonly<Record<string, Parabola>>;

const heightAt = ([height, width]: Parabola, f1: number): number => height - width * f1 * f1;

/** Where two parabolas meet. */
const meeting = ([height, width]: Parabola, [otherHeight, otherWidth]: Parabola): number =>
  Math.sqrt((height - otherHeight) / (width - otherWidth));

/**
 * MW11: a quarter of a circle of which constraints leave one point; the rest of the front lies on four of their parabolas.
 *
 * @throws SearchError `INVALID_OPTION` for too few genes
 */
export const mw11 = ({ variables = 15 }: MwOptions = {}): Mw<'g1' | 'g2' | 'g3' | 'g4'> => {
  checkCount('variables', variables, 2);
  const { steep, wide, high, low, top, bottom, outer, inner } = MW11_PARABOLAS;
  const genesOf = ([f1, f2]: Pair): readonly number[] => {
    const distance = Math.hypot(f1, f2) / Math.SQRT2;
    return genesAt(f1 / distance, distance, variables);
  };
  const along =
    (parabola: Parabola) =>
    (f1: number): readonly number[] =>
      genesOf([f1, heightAt(parabola, f1)]);
  return curveProblem<'g1' | 'g2' | 'g3' | 'g4'>({
    name: 'MW11',
    length: variables,
    upper: Math.SQRT2,
    constraints: ['g1', 'g2', 'g3', 'g4'],
    measure: (x) => {
      const g = distanceOf(x);
      const f1 = g * (x[0] ?? 0);
      const f2 = g * Math.sqrt(Math.max(0, 2 - (f1 / g) ** 2));
      const above = (parabola: Parabola): number => f2 - heightAt(parabola, f1);
      return {
        f1,
        f2,
        g1: -above(outer) * above(inner),
        g2: above(wide) * above(steep),
        g3: -above(high) * above(low),
        g4: above(top) * above(bottom),
      };
    },
    pieces: [
      { from: meeting(steep, top), to: meeting(steep, high), at: along(steep) },
      { from: meeting(steep, high), to: meeting(high, inner), at: along(high) },
      { from: 1, to: 1, at: () => genesAt(1, 1, variables) },
      { from: meeting(outer, low), to: meeting(outer, bottom), at: along(outer) },
      { from: meeting(outer, bottom), to: meeting(bottom, wide), at: along(bottom) },
    ],
    reference: [2.1, 2.1],
  });
};
