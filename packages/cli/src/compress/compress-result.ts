import type { Comparison } from './compare-scores.js';
import type { Compression } from './compression-record.js';

/** What `compress` prints as JSON. */
export interface CompressResult extends Compression {
  readonly model: string;
  readonly out: string;
  /** What scoring on the dev examples gave. */
  readonly scored?: Comparison;
}
