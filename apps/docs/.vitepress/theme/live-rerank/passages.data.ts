import { statSync } from 'node:fs';
import path from 'node:path';
import { readPages } from '../../../src/pages.js';
import { siteFolder } from '../../../src/workspace.js';
import type { Passage } from '../live-search/passages-of.js';
import { joinedPassagesOf } from '../live-search/passages-of.js';

/** What is ranked, and the bytes of the model that does it. */
export interface RerankData {
  readonly passages: readonly Passage[];
  readonly bytes: number;
}

declare const data: RerankData;
export { data };

/** Words that a passage has at least, where its page has so many. */
const words = 130;

// eslint-disable-next-line no-restricted-syntax -- VitePress reads the default export
export default {
  watch: ['../../../**/*.md'],
  load: (): RerankData => ({
    passages: joinedPassagesOf(readPages(), words),
    bytes: statSync(path.join(siteFolder, 'public/models/rerank/model.safetensors')).size,
  }),
};
