/** Seeded parts of data files, written as files that any command reads. */
import { createRandom, shuffled } from '@length-adaptive/core';
import { openText, writeFile } from '@length-adaptive/models';

/** Examples of each part, by name, in the order in which they are drawn. */
export type Parts = Readonly<Record<string, number>>;

export interface SplitOptions {
  readonly seed: number;
  /** Whether the first line names the columns, and goes into every part. */
  readonly header?: boolean;
}

/** Writes disjoint random parts of a file of lines, `fileOf(part)` each. */
export const splitLines = async (path: string, parts: Parts, fileOf: (part: string) => string, { seed, header = false }: SplitOptions): Promise<void> => {
  const lines = (await openText(path)).split('\n').filter((line) => line.trim() !== '');
  const head = header ? lines.splice(0, 1) : [];
  const order = shuffled(lines, createRandom(seed));
  let from = 0;
  for (const [part, count] of Object.entries(parts)) {
    await writeFile(fileOf(part), `${[...head, ...order.slice(from, from + count)].join('\n')}\n`);
    from += count;
  }
};
