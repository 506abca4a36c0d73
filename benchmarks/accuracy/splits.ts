/** Seeded parts of data files, written as files that any command reads. */
import { createRandom, shuffled } from '@length-adaptive/core';
import { openText, writeFile } from '@length-adaptive/models';
import type { DataFiles } from './recipe.js';

/** Examples of each part, by name, in the order in which they are drawn. */
export type Parts = Readonly<Record<string, number>>;

export interface SplitOptions {
  readonly seed: number;
  /** Whether the first line names the columns, and goes into every part. */
  readonly header?: boolean;
}

/** Writes disjoint random parts of a file of lines, `fileOf(part)` each. */
export const splitLines = async (
  path: string,
  parts: Parts,
  fileOf: (part: string) => string,
  { seed, header = false }: SplitOptions,
): Promise<void> => {
  const lines = (await openText(path)).split('\n').filter((line) => line.trim() !== '');
  const head = header ? lines.splice(0, 1) : [];
  const order = shuffled(lines, createRandom(seed));
  let from = 0;
  for (const [part, count] of Object.entries(parts)) {
    await writeFile(fileOf(part), `${[...head, ...order.slice(from, from + count)].join('\n')}\n`);
    from += count;
  }
};

interface SquadFile {
  readonly version?: string;
  readonly data: readonly {
    readonly title: string;
    readonly paragraphs: readonly { readonly context: string; readonly qas: readonly unknown[] }[];
  }[];
}

/** Sets the last paragraphs with at least `count` questions of a SQuAD file aside to search on; both parts are written. */
export const splitQuestions = async (
  file: string,
  count: number,
  folder: string,
  heldOut: string,
): Promise<DataFiles> => {
  const { version, data } = JSON.parse(await openText(file)) as SquadFile;
  const paragraphs = data.flatMap(({ title, paragraphs: own }) => own.map((paragraph) => ({ title, paragraph })));
  let aside = 0;
  let from = paragraphs.length;
  while (aside < count && from > 0) aside += paragraphs[--from]?.paragraph.qas.length ?? 0;
  const write = async (part: string, own: typeof paragraphs): Promise<string> => {
    const path = `${folder}/${part}.json`;
    await writeFile(
      path,
      JSON.stringify({ version, data: own.map(({ title, paragraph }) => ({ title, paragraphs: [paragraph] })) }),
    );
    return path;
  };
  return {
    train: await write('train', paragraphs.slice(0, from)),
    search: await write('search', paragraphs.slice(from)),
    heldOut,
  };
};
