import { defineProblem, realVector, type Objectives, type Problem } from '../index.js';

type TwoObjectives = Objectives<'f1' | 'f2'>;

/** A bi-objective test problem of Zitzler, Deb and Thiele (2000) over 30 numbers from 0 to 1. */
const zdt = (second: (f1: number, g: number) => number): Problem<readonly number[], 'f1' | 'f2'> =>
  defineProblem({
    objectives: { f1: 'minimize', f2: 'minimize' },
    ...realVector({ length: 30 }),
    evaluate: async (genomes) =>
      genomes.map((genome): TwoObjectives => {
        const f1 = genome[0] ?? 0;
        let sum = 0;
        for (let i = 1; i < genome.length; i += 1) sum += genome[i] ?? 0;
        const g = 1 + (9 * sum) / (genome.length - 1);
        return { f1, f2: second(f1, g) };
      }),
  });

export const zdt1 = zdt((f1, g) => g * (1 - Math.sqrt(f1 / g)));
export const zdt2 = zdt((f1, g) => g * (1 - (f1 / g) ** 2));
