import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { adapterConfigName } from '@length-adaptive/models';
import { holdsModel } from '../run-folder/run-folder.js';
import type { SearchSettings } from './options.js';

/** Folder of a search's own files; in one that holds a model or an adapter they stand apart from theirs. */
export const searchFolder = ({ out, model }: Pick<SearchSettings, 'out' | 'model'>): string | undefined => {
  if (out !== undefined) return existsSync(join(out, adapterConfigName)) || holdsModel(out) ? join(out, 'search') : out;
  return model === undefined ? undefined : join(model, 'search');
};
