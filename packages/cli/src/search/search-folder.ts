import { join } from 'node:path';
import type { SearchSettings } from './options.js';

/** Folder of a search's own files. */
export const searchFolder = ({ out, model }: Pick<SearchSettings, 'out' | 'model'>): string | undefined =>
  out ?? (model === undefined ? undefined : join(model, 'search'));
