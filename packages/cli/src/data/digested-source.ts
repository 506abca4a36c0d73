import { createHash } from 'node:crypto';
import type { FileSource } from '@length-adaptive/models';
import { watchWeights } from './watch-weights.js';

/** A source that remembers what weights were read from it. */
export interface DigestedSource extends FileSource {
  /** SHA-256 over the files of weights that were read, in hexadecimal digits. */
  weightFilesDigest(): string;
}

/** A source as it is, with a digest of the weights that a model was opened from. */
export const digestedSource = (source: FileSource): DigestedSource => {
  const digests = new Map<string, string>();
  return {
    ...watchWeights(source, (path, bytes) => digests.set(path, createHash('sha256').update(bytes).digest('hex'))),
    weightFilesDigest: () =>
      createHash('sha256')
        .update(JSON.stringify([...digests].sort()))
        .digest('hex'),
  };
};
