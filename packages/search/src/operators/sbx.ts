import { checkOptions } from '../check-options.js';
import type { Random } from '../random.js';
import { boundsFor, type Box } from './box.js';
import { checkEta, power, root } from './power.js';

/** The box, and how near children stay. */
export interface SbxOptions extends Box {
  /** The distribution index, default 20: larger keeps children nearer to their parents. */
  readonly eta?: number;
}

/** The values of 32 bits. */
const WORDS = 2 ** 32;

const clamp = (value: number, low: number, high: number): number => (value < low ? low : value > high ? high : value);

/** How many times the distance of the parents the children are apart, if the nearer bound is `room` beyond its parent: beta_q. */
const spreadFactor = (u: number, room: number, exponent: number): number => {
  const scaled = u * (2 - 1 / power(1 + 2 * room, exponent)); // u * alpha
  return root(scaled <= 1 ? scaled : 1 / (2 - scaled), exponent);
};

/**
 * Simulated binary crossover of real vectors within bounds (Deb and Agrawal 1995; the bounded form of Deb's NSGA-II code). Each
 * gene is crossed with probability 1/2; then either child gets the lower of SBX's two values and its sibling the upper one.
 *
 * @returns a crossover that gives both children
 * @throws SearchError `INVALID_OPTION` for an impossible box or index
 * @example
 * const cross = sbx({ lower: -5, upper: 5 });
 * const [child, sibling] = cross([0, 1, 2], [2, 1, 0], createRandom(1));
 */
export const sbx = ({ eta = 20, ...box }: SbxOptions = {}): ((
  a: readonly number[],
  b: readonly number[],
  random: Random,
) => [number[], number[]]) => {
  checkOptions('sbx()', box, ['eta', 'lower', 'upper']);
  checkEta(eta);
  const boundsAt = boundsFor(box);
  const exponent = eta + 1;
  return (a, b, random) => {
    const { low, high } = boundsAt(a.length);
    const first = a.slice();
    const second = b.slice();
    let crossed = 0;
    let turned = 0;
    for (let i = 0; i < first.length; i += 1) {
      if ((i & 31) === 0) {
        crossed = (random.next() * WORDS) >>> 0; // two coins for each of 32 genes, in two draws
        turned = (random.next() * WORDS) >>> 0;
      }
      if (((crossed >>> i) & 1) === 0) continue; // a shift counts modulo 32
      const x = first[i] ?? 0;
      const y = second[i] ?? 0;
      const distance = Math.abs(x - y);
      if (distance < 1e-14) continue;
      const least = low[i] ?? 0;
      const most = high[i] ?? 0;
      const small = Math.min(x, y);
      const large = Math.max(x, y);
      const u = random.next();
      const down = spreadFactor(u, Math.max(0, small - least) / distance, exponent) * distance;
      const up = spreadFactor(u, Math.max(0, most - large) / distance, exponent) * distance;
      const lower = clamp(0.5 * (small + large - down), least, most);
      const upper = clamp(0.5 * (small + large + up), least, most);
      const turn = ((turned >>> i) & 1) === 1;
      first[i] = turn ? upper : lower;
      second[i] = turn ? lower : upper;
    }
    return [first, second];
  };
};
