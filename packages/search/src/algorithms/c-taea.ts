import { rowDominates } from '../dominance.js';
import { nonDominatedSort } from '../non-dominated-sort.js';
import type { Algorithm, Rows } from './algorithm.js';
import { constrainedSort, fillFromFronts, pickRows } from './constrained-sort.js';
import { associate } from './niching.js';
import { weightsFor } from './reference-directions.js';
import { createScale } from './tchebycheff.js';

/** Rows of one generation with all that the two archives ask of them. */
export interface Archived {
  readonly rows: Rows;
  /** The direction that each row lies nearest to. */
  readonly niches: Uint32Array;
  /** How bad a row is for its own direction. */
  readonly badness: Float64Array;
  /** Squared distance of two rows, each objective scaled to the generation. */
  distance(a: number, b: number): number;
}

/** What the archives ask of rows: scaled by the ideal point and the best front. */
export const archive = (rows: Rows, ideal: Float64Array, weights: readonly (readonly number[])[]): Archived => {
  const { values, objectives } = rows;
  const scale = createScale(rows, ideal, constrainedSort(rows).fronts[0] ?? []);
  const scaled = values.map((value, i) => (value - (ideal[i % objectives] ?? 0)) / (scale.span[i % objectives] || 1));
  const { niches } = associate(scaled, objectives, weights);
  return {
    rows,
    niches,
    badness: Float64Array.from(niches, (niche, row) => scale.badness(row, weights[niche] ?? [])),
    distance: (a, b) => {
      let sum = 0;
      for (let m = 0; m < objectives; m += 1)
        sum += ((scaled[a * objectives + m] ?? 0) - (scaled[b * objectives + m] ?? 0)) ** 2;
      return sum;
    },
  };
};

/** Members by niche. */
const byNiche = ({ niches }: Archived, members: readonly number[]): Map<number, number[]> => {
  const groups = new Map<number, number[]>();
  for (const row of members) {
    const group = groups.get(niches[row] ?? 0);
    if (group) group.push(row);
    else groups.set(niches[row] ?? 0, [row]);
  }
  return groups;
};

/** Of a niche's members that have another one nearest to them, the worse one for the direction; of equals the later. */
const mostCrowded = ({ badness, distance }: Archived, niche: readonly number[]): number => {
  if (niche.length === 1) return niche[0] ?? 0;
  const nearest = niche.map((row) =>
    Math.min(...niche.filter((other) => other !== row).map((other) => distance(row, other))),
  );
  const least = Math.min(...nearest);
  const crowded = niche.filter((_, i) => nearest[i] === least);
  return crowded.reduce((worst, row) => ((badness[row] ?? 0) >= (badness[worst] ?? 0) ? row : worst));
};

/** Takes one member after the other out of the fullest niche, the first of those that are equally full. */
const thinNiches = (archived: Archived, members: readonly number[], room: number): readonly number[] => {
  const groups = byNiche(archived, members);
  const order = [...groups.keys()].sort((a, b) => a - b);
  for (let left = members.length; left > room; left -= 1) {
    const size = (niche: number): number => groups.get(niche)?.length ?? 0;
    const fullest = order.reduce((most, niche) => (size(niche) > size(most) ? niche : most));
    const niche = groups.get(fullest) ?? [];
    const gone = mostCrowded(archived, niche);
    groups.set(
      fullest,
      niche.filter((row) => row !== gone),
    );
  }
  const kept = new Set([...groups.values()].flat());
  return members.filter((row) => kept.has(row));
};

/** The archive that presses on: the best feasible rows, spread over the directions; where they are too few, what comes near to feasible. */
export const updateConvergence = (archived: Archived, members: readonly number[], room: number): readonly number[] => {
  const { rows, badness } = archived;
  const violationOf = (row: number): number => rows.violations[row] ?? 0;
  const feasible = members.filter((row) => violationOf(row) === 0);
  if (feasible.length > room) {
    const { fronts } = nonDominatedSort(pickRows(rows, Uint32Array.from(feasible)).values, rows.objectives);
    const best: number[] = [];
    for (const front of fronts) if (best.length < room) best.push(...Array.from(front, (i) => feasible[i] ?? 0));
    return thinNiches(
      archived,
      best.sort((a, b) => a - b),
      room,
    );
  }
  const others = members.filter((row) => violationOf(row) > 0);
  const missing = Math.min(others.length, room - feasible.length);
  const { fronts } = nonDominatedSort(
    Float64Array.from(others.flatMap((row) => [violationOf(row), badness[row] ?? 0])),
    2,
  );
  const filled = fillFromFronts(fronts, missing, (front, left) =>
    front
      .slice()
      .sort((a, b) => violationOf(others[a] ?? 0) - violationOf(others[b] ?? 0) || a - b)
      .subarray(0, left),
  );
  return [...feasible, ...Array.from(filled, (i) => others[i] ?? 0)];
};

/** The archive that looks around, feasible or not: round by round the best row of each direction that the other archive leaves empty. */
export const updateDiversity = (
  archived: Archived,
  members: readonly number[],
  { room, convergence }: { readonly room: number; readonly convergence: readonly number[] },
): readonly number[] => {
  const { rows, badness } = archived;
  const covered = byNiche(archived, convergence);
  const open = byNiche(archived, members);
  const order = [...open.keys()].sort((a, b) => a - b);
  const wanted = Math.min(room, members.length);
  const taken: number[] = [];
  // From the round on that is beyond the fullest niche each round takes a row: there are no more rounds than members of both.
  for (let round = 1; taken.length < wanted; round += 1) {
    for (const niche of order) {
      const left = open.get(niche) ?? [];
      if (taken.length === wanted || left.length === 0 || (covered.get(niche)?.length ?? 0) >= round) continue;
      const leading = left.filter(
        (row) => !left.some((other) => rowDominates(rows.values, rows.objectives, other, row)),
      );
      const best = leading.reduce((a, b) => ((badness[b] ?? 0) < (badness[a] ?? 0) ? b : a));
      taken.push(best);
      open.set(
        niche,
        left.filter((row) => row !== best),
      );
    }
  }
  return taken;
};

const between = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** The share of rows from `from` up to `to` that no row at all dominates. */
const leadingShare = (leading: Uint32Array, from: number, to: number): number =>
  to > from ? leading.filter((row) => row >= from && row < to).length / (to - from) : 0;

/**
 * C-TAEA (Li, Chen, Fu and Yao 2019): two archives for constraints that cut a front to pieces or lie in front of it. One half of the
 * population presses on among feasible solutions; the other half looks around where the first has none, whatever is broken there. Parents
 * come from the half that leads. Take twice the population that another algorithm would have: by default it has two members for each direction.
 *
 * @example
 * const { front } = await minimize(tnk(), { algorithm: ctaea(), populationSize: 80, generations: 10 });
 */
export const ctaea = (): Algorithm => {
  let last: { readonly key: string; readonly weights: readonly (readonly number[])[] } | undefined;
  const directions = (objectives: number, members: number): readonly (readonly number[])[] => {
    const key = `${objectives}:${members}`;
    if (last?.key !== key) last = { key, weights: weightsFor(objectives, members) };
    return last.weights;
  };
  return {
    name: 'ctaea',
    settings: {},
    populationSize: (objectives) => (objectives < 2 ? 200 : 2 * weightsFor(objectives, 100).length),
    offspring: (populationSize) => Math.ceil(populationSize / 2),
    survivors: (rows, keep, { ideal, settled }) => {
      const half = Math.ceil(keep / 2);
      const count = rows.violations.length;
      const archived = archive(rows, ideal, directions(rows.objectives, half));
      // The halves start from the same rows and take in the same children: they are equally large, the first by one more at most.
      const border = Math.ceil(settled / 2);
      const children = between(settled, count);
      const convergence = updateConvergence(archived, [...between(0, border), ...children], half);
      const diversity = updateDiversity(archived, [...between(border, settled), ...children], {
        room: keep - half,
        convergence,
      });
      return Uint32Array.from([...convergence, ...diversity]);
    },
    preference: (rows) => {
      const { ranks } = constrainedSort(rows);
      return (a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0);
    },
    families: (rows, { random, parents }) => {
      const count = rows.violations.length;
      const border = Math.ceil(count / 2);
      const [leading = new Uint32Array(0)] = nonDominatedSort(rows.values, rows.objectives).fronts;
      const pressing = leadingShare(leading, 0, border);
      const looking = leadingShare(leading, border, count);
      const violationOf = (row: number): number => rows.violations[row] ?? 0;
      const better = (a: number, b: number): boolean =>
        violationOf(a) !== violationOf(b)
          ? violationOf(a) < violationOf(b)
          : violationOf(a) === 0 && rowDominates(rows.values, rows.objectives, a, b);
      const winner = (isPressing: boolean): number => {
        const [from, to] = isPressing || border === count ? [0, border] : [border, count];
        const a = random.integer(from, to - 1);
        const b = random.integer(from, to - 1);
        return better(b, a) ? b : a;
      };
      return () => {
        const family = [winner(pressing > looking)];
        while (family.length < parents) family.push(winner(random.next() < pressing));
        return family;
      };
    },
  };
};
