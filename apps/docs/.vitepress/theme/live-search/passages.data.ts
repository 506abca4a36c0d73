import { statSync } from 'node:fs';
import path from 'node:path';
import { readPages } from '../../../src/pages.js';
import { siteFolder } from '../../../src/workspace.js';
import type { Passage } from './passages-of.js';
import { passagesOf } from './passages-of.js';

/** What is searched, and the bytes of the model that does it. */
export interface SearchData {
  readonly passages: readonly Passage[];
  readonly bytes: number;
}

declare const data: SearchData;
export { data };

/** Passages that a browser embeds in a few seconds. */
const most = 200;

// eslint-disable-next-line no-restricted-syntax -- VitePress reads the default export
export default {
  watch: ['../../../**/*.md'],
  load: (): SearchData => ({
    passages: passagesOf(readPages(), most),
    bytes: statSync(path.join(siteFolder, 'public/models/search/model.safetensors')).size,
  }),
};
