import path from 'node:path';
import { dataFolder } from './accuracy-rows.js';
import type { DataFiles } from './recipe.js';

const fileOf = (part: string): string => path.join(dataFolder, 'wnut17', `${part}.conll.gz`);

/** WNUT-17 as it was published: searched on its dev set, scored on its test set. */
export const wnut17Files = (): Promise<DataFiles> =>
  Promise.resolve({ train: fileOf('train'), search: fileOf('dev'), heldOut: fileOf('test') });
