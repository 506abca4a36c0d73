import { checkOptions } from '../check-options.js';
import { SearchError } from '../errors.js';

/** More than any population can use; a lattice grows so fast that a slip of the pen would fill the memory. */
const MOST_DIRECTIONS = 100_000;

/** All ways to write `divisions` as a sum of `parts` integers >= 0, in lexicographic order. */
const compositions = (divisions: number, parts: number): number[][] => {
  if (parts === 1) return [[divisions]];
  return Array.from({ length: divisions + 1 }, (_, first) => first).flatMap((first) =>
    compositions(divisions - first, parts - 1).map((rest) => [first, ...rest]),
  );
};

/** How many directions a lattice has: (divisions + objectives - 1) over (objectives - 1). */
const latticeSize = (objectives: number, divisions: number): number => {
  let size = 1;
  for (let i = 1; i < objectives; i += 1) size = (size * (divisions + i)) / i;
  return Math.round(size);
};

/**
 * Evenly spread points of the unit simplex (Das and Dennis 1998): each coordinate a multiple of 1 / divisions, all of them adding up
 * to 1. Reference directions of NSGA-III.
 *
 * @param options `objectives` >= 2 coordinates; `divisions` >= 1 of each edge; `inner` divisions of a second lattice at half the scale
 * around the centre, for many objectives, where one lattice has points on the border only (Deb and Jain 2014, section IV-A)
 * @throws SearchError `INVALID_OPTION`
 * @example
 * referenceDirections({ objectives: 2, divisions: 2 }); // [[0, 1], [0.5, 0.5], [1, 0]]
 */
export const referenceDirections = ({
  objectives,
  divisions,
  inner = 0,
  ...others
}: {
  readonly objectives: number;
  readonly divisions: number;
  readonly inner?: number;
}): readonly (readonly number[])[] => {
  checkOptions('referenceDirections()', others, ['objectives', 'divisions', 'inner']);
  if (
    !Number.isInteger(objectives) ||
    objectives < 2 ||
    !Number.isInteger(divisions) ||
    divisions < 1 ||
    !Number.isInteger(inner) ||
    inner < 0
  ) {
    throw new SearchError(
      'INVALID_OPTION',
      `objectives ${objectives}, divisions ${divisions}, inner ${inner}: expected integers, objectives >= 2, divisions >= 1, inner >= 0.`,
    );
  }
  if (latticeSize(objectives, divisions) + latticeSize(objectives, inner) > MOST_DIRECTIONS) {
    throw new SearchError(
      'INVALID_OPTION',
      `divisions ${divisions} and inner ${inner} of ${objectives} objectives make more than ${MOST_DIRECTIONS} directions: take fewer divisions.`,
    );
  }
  const outer = compositions(divisions, objectives).map((point) => point.map((part) => part / divisions));
  if (inner === 0) return outer;
  const centre = 1 / (2 * objectives);
  return [
    ...outer,
    ...compositions(inner, objectives).map((point) => point.map((part) => part / (2 * inner) + centre)),
  ];
};

/** The most divisions whose lattice has no more than `most` directions; at least 1, and fewer than `most`. */
export const finestLattice = (objectives: number, most: number): number => {
  let divisions = 1;
  // With one objective every lattice is one direction: the bound of `divisions` is what ends the loop there.
  while (divisions + 1 < most && latticeSize(objectives, divisions + 1) <= most) divisions += 1;
  return divisions;
};

/** As many evenly spread weights as there are members, or the most that a lattice has. */
export const weightsFor = (objectives: number, members: number): readonly (readonly number[])[] =>
  objectives === 1 || members < 2
    ? Array.from({ length: members }, () => new Array<number>(objectives).fill(1 / objectives))
    : referenceDirections({ objectives, divisions: finestLattice(objectives, members) });
