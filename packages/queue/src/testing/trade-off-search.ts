import { minimize, realVector, type Evaluate, type Solution } from '@length-adaptive/search';
import type { Task } from './evaluate-task.js';

/** A search whose front must be the same whoever evaluates: 6 generations of 6. */
export const searchWith = async (
  evaluate: Evaluate<Task, 'cost' | 'score'>,
  onGeneration?: (generation: number) => void,
): Promise<readonly Solution<Task, 'cost' | 'score'>[]> => {
  const space = realVector({ length: 1, lower: 0, upper: 10 });
  const taskOf = ([x = 0]: readonly number[], ms: number): Task => ({ x, ms });
  const { front } = await minimize<Task, 'cost' | 'score'>(
    {
      objectives: { cost: 'minimize', score: 'maximize' },
      initial: (random) => taskOf(space.initial(random, 0), 150),
      crossover: (a, b, random) => space.crossover([a.x], [b.x], random).map((x) => taskOf(x, 150)),
      mutate: (task, random) => taskOf(space.mutate([task.x], random), 150),
      evaluate,
    },
    { seed: 7, populationSize: 6, generations: 5, onGeneration: ({ generation }) => onGeneration?.(generation) },
  );
  return front;
};

/** What evaluate-task.ts gives, in this process. */
export const serially: Evaluate<Task, 'cost' | 'score'> = async (tasks) =>
  tasks.map(({ x }) => ({ cost: x, score: Math.sqrt(x) }));
