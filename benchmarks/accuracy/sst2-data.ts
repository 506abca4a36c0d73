/** The files of the SST-2 benchmarks: 30,000 training phrases, 800 more to search on, and GLUE's dev set. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { dataFolder } from './accuracy-rows.js';
import type { DataFiles } from './recipe.js';
import { splitLines } from './splits.js';

/** Writes the parts into a folder, unless they are there. */
export const sst2Files = async (folder: string): Promise<DataFiles> => {
  const fileOf = (part: string): string => path.join(folder, `${part}.tsv`);
  if (!existsSync(fileOf('train')))
    await splitLines(path.join(dataFolder, 'sst2/train.tsv.gz'), { search: 800, train: 30_000 }, fileOf, {
      seed: 7,
      header: true,
    });
  return { train: fileOf('train'), search: fileOf('search'), heldOut: path.join(dataFolder, 'sst2/dev.tsv.gz') };
};
