import type { Directions, Objectives } from '../dominance.js';
import { keyOf } from '../genotype-set.js';
import { paretoFront } from '../pareto.js';
import type { AbortSignalLike, Evaluate, Solution } from '../problem.js';
import { inOrder, isDiscarded } from '../results.js';
import type { Space } from '../space.js';

/** A solution that was measured again: its `objectives` are the new ones. */
export type Rescored<Item extends Solution<unknown>> = Item & {
  /** What it was picked by. */
  readonly before: Item['objectives'];
};

/**
 * Measures a front again, on examples that it was not picked by or on more of them: of many candidates the best had
 * luck too, and only a second measurement shows how much.
 *
 * @param front what to measure: solutions of a search
 * @param options the problem's `objectives` and `key`, and an `evaluate` that measures anew
 * @returns `points`: every solution that could be measured, in the order of the front; `front`: those that nothing else
 * dominates by the new values
 * @throws SearchError `INVALID_OBJECTIVES`; and whatever `evaluate` throws
 * @example
 * const { front } = await new Search(problem, { generations: 5 }).run();
 * const again = await rescore(front, problem);
 * for (const { before, objectives } of again.points) console.log(before.score, objectives.score);
 */
export const rescore = async <Genome, Name extends string, Item extends Solution<Genome, Name>>(
  front: readonly Item[],
  {
    objectives,
    evaluate,
    signal,
    ...space
  }: {
    readonly objectives: Directions<Name>;
    readonly evaluate: Evaluate<Genome, NoInfer<Name>>;
    readonly signal?: AbortSignalLike;
  } & Pick<Space<Genome>, 'key'>,
): Promise<{ readonly points: readonly Rescored<Item>[]; readonly front: readonly Rescored<Item>[] }> => {
  const genomes = front.map(({ genome }) => genome);
  const keys = genomes.map((genome) => keyOf(space, genome));
  const names = Object.keys(objectives) as Name[];
  const results =
    genomes.length > 0
      ? inOrder(await evaluate(genomes, { generation: 0, keys, ...(signal && { signal }) }), genomes, names)
      : [];
  const points = front.flatMap((solution, i): Rescored<Item>[] => {
    const result = results[i];
    if (!result || isDiscarded(result)) return [];
    const again = Object.fromEntries(names.map((name) => [name, (result as Objectives<Name>)[name]]));
    return [{ ...solution, objectives: again as Objectives<Name>, before: solution.objectives }];
  });
  return {
    points,
    front: paretoFront(points, objectives, { objectives: (point) => point.objectives }),
  };
};
