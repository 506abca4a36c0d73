import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { workspaceFolder } from './workspace.js';

/** One measured figure, as `npm run bench` writes it. */
export interface Row {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  readonly note: string;
}

const folder = path.join(workspaceFolder, 'benchmarks/results');

/** Names of the benchmarks that have results, in alphabetical order. */
export const resultNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'))
    .sort();

/** The rows of one benchmark, in the order in which it reports them. */
export const readRows = (name: string): readonly Row[] =>
  JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Row[];

/**
 * One figure by its id.
 *
 * @throws Error where no benchmark has it: a page that quotes a figure must not outlive it
 */
export const rowOf = (id: string): Row => {
  const row = resultNames()
    .flatMap(readRows)
    .find((one) => one.id === id);
  if (!row) throw new Error(`benchmarks/results has no row "${id}"; npm run bench writes them.`);
  return row;
};

/** Share of the MACs that a row's note says it ran at, before any other that it compares with; 1 where it names none, as that of a full length. */
export const macsOf = ({ note }: Row): number => Number(/(?<![\d.])(\d*\.?\d+)x MACs/.exec(note)?.[1] ?? 1);
