import type { Objectives } from '../dominance.js';
import { hypervolume } from '../indicators/hypervolume.js';
import { integerVector } from '../spaces/integer-vector.js';
import { checkCount, checkReference } from './benchmark-problem.js';
import type { TwoObjectives } from './curve-problem.js';
import type { Zdt } from './zdt.js';

/** Bits of the first block, which says where on the front a genome is. */
const FIRST = 30;
/** Bits of each other block. */
const OTHER = 5;

const onesBetween = (bits: readonly number[], from: number, to: number): number => {
  let ones = 0;
  for (let i = from; i < to; i += 1) ones += bits[i] ?? 0;
  return ones;
};

const pointsOf = (blocks: number): readonly (readonly number[])[] =>
  Array.from({ length: FIRST + 1 }, (_, ones) => [
    ...Array.from({ length: FIRST }, (_unused, i) => (i < ones ? 1 : 0)),
    ...new Array<number>(OTHER * blocks).fill(1),
  ]);

/**
 * ZDT5 (Zitzler, Deb and Thiele 2000): bits. A block of 30 and ten of 5; each short block is best when full, and leads away from there
 * everywhere else. The front has 31 points, `f2 = 10 / f1`.
 *
 * @param options `blocks`: how many short blocks, an integer >= 1, default 10
 * @throws SearchError `INVALID_OPTION` for an impossible number of blocks
 * @example
 * const { front } = await minimize(zdt5(), { seed: 1, populationSize: 20, generations: 10 });
 */
export const zdt5 = ({ blocks = 10 }: { readonly blocks?: number } = {}): Zdt => {
  checkCount('blocks', blocks, 1);
  const measure = (bits: readonly number[]): Objectives<TwoObjectives> => {
    const f1 = 1 + onesBetween(bits, 0, FIRST);
    let g = 0;
    for (let start = FIRST; start < FIRST + OTHER * blocks; start += OTHER) {
      const ones = onesBetween(bits, start, start + OTHER);
      g += ones < OTHER ? 2 + ones : 1;
    }
    return { f1, f2: g / f1 };
  };
  const objectives = { f1: 'minimize', f2: 'minimize' } as const;
  const own = { f1: FIRST + 3, f2: blocks + 1 };
  const whole = pointsOf(blocks);
  const trueSet = (points = 500): readonly (readonly number[])[] => {
    checkCount('points', points, 2);
    const count = Math.min(points, whole.length);
    return Array.from({ length: count }, (_, i) => whole[Math.round((i * FIRST) / (count - 1))] ?? []);
  };
  return {
    name: 'ZDT5',
    objectives,
    ...integerVector({ length: FIRST + OTHER * blocks, lower: 0, upper: 1 }),
    evaluate: async (genomes) => genomes.map((bits) => measure(bits)),
    reference: own,
    trueSet,
    trueFront: (points) => trueSet(points).map(measure),
    limitHypervolume: (given = own) => {
      checkReference(given, ['f1', 'f2'], [FIRST + 1, blocks]);
      return hypervolume(whole.map(measure), given, objectives);
    },
  };
};
