/** Scores that are kept on disk: each point of a model is run once, whichever search asks for it, and however often the benchmark is begun. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { pointKey } from '@length-adaptive/core';
import type { ExampleScorer, LabelledInput, RunnableModel } from '@length-adaptive/models';
import { predictLogits } from '@length-adaptive/models';
import { runsFolder } from '../accuracy/accuracy-rows.js';

/** What a point gives on the examples. */
export interface Measured {
  /** How far each answer is from that of the full length: 0 is the same. */
  readonly divergences: readonly number[];
  /** Milliseconds of processor time that it took. */
  readonly milliseconds: number;
}

/** The score `fidelity` of a length search: `exp(-mean divergence)`; of vectors, which diverge by one less their cosine, the mean cosine. */
export const fidelityOf = ({ divergences }: Measured, { task }: Pick<RunnableModel, 'task'>): number => {
  const mean = divergences.reduce((sum, value) => sum + value, 0) / divergences.length;
  return task.nearness ? 1 - mean : Math.exp(-mean);
};

/** The same score, example by example. */
export const fidelityByExample = (
  table: ScoreTable,
  { task }: Pick<RunnableModel, 'task'>,
  examples: number,
): ExampleScorer => ({
  examples,
  ofMean: (mean) => (task.nearness ? 1 + mean : Math.exp(mean)),
  score: async (points, wanted) => {
    const rows: number[][] = [];
    for (const point of points) {
      const { divergences } = await table(point);
      rows.push(wanted.map((example) => -(divergences[example] ?? Number.NaN)));
    }
    return rows;
  },
});

/** What points give, looked up or measured. */
export type ScoreTable = (point: OperatingPoint) => Promise<Measured>;

export const openScoreTable = (name: string, model: RunnableModel, examples: readonly LabelledInput[]): ScoreTable => {
  const folder = path.join(runsFolder, 'length-search');
  const file = path.join(folder, `${name}.jsonl`);
  mkdirSync(folder, { recursive: true });
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []; // what follows the last line break was cut
  const known = new Map(
    lines.map((line) => {
      const { key, ...measured } = JSON.parse(line) as Measured & { readonly key: string };
      return [key, measured];
    }),
  );
  const inputs = examples.map(({ input }) => input);
  let full: Promise<readonly Float32Array[]> | undefined;
  return async (point) => {
    const key = pointKey(point);
    const before = known.get(key);
    if (before) return before;
    full ??= predictLogits(model, inputs, { point: undefined });
    const reference = await full;
    const start = process.cpuUsage();
    const logits = await predictLogits(model, inputs, { point });
    const { user, system } = process.cpuUsage(start);
    const divergences = examples.map((example, i) =>
      model.task.divergence(reference[i] ?? [], logits[i] ?? [], example),
    );
    const measured = { divergences, milliseconds: (user + system) / 1000 };
    appendFileSync(file, `${JSON.stringify({ key, ...measured })}\n`);
    known.set(key, measured);
    return measured;
  };
};
