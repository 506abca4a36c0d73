import { createHash } from 'node:crypto';
import type { FileSource } from '@length-adaptive/models';
import { adapterConfigName, isWeightsFile, openSource } from '@length-adaptive/models';
import type { OpeningSettings } from '../engine/opening.js';
import { watchFiles } from './watch-files.js';

/** A source that remembers what weights were read from it. */
export interface DigestedSource extends FileSource {
  /** SHA-256 over the files of weights that were read, in hexadecimal digits. */
  weightFilesDigest(): string;
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** By how much an adapter changes the weights is said in its configuration. */
const countsAsWeights = (path: string): boolean => isWeightsFile(path) || path === adapterConfigName;

/** A source as it is, with a digest of the weights that a model was opened from. */
export const digestedSource = (source: FileSource): DigestedSource => {
  const digests = new Map<string, string>();
  return {
    ...watchFiles(source, (path, bytes) => {
      if (countsAsWeights(path)) digests.set(path, sha256(bytes));
    }),
    weightFilesDigest: () => sha256(JSON.stringify([...digests].sort())),
  };
};

/** A model, and what of it is opened, from sources with a digest. */
export interface DigestedModel {
  readonly files: FileSource;
  readonly opening: OpeningSettings;
  /** SHA-256 over the files of weights that were read, those of a named adapter among them. */
  weightFilesDigest(): string;
}

/** Opens the source of a model, and that of the adapter that is merged into it. */
export const digestedModel = async (model: string, { adapter, tower }: OpeningSettings): Promise<DigestedModel> => {
  const files = digestedSource(await openSource(model));
  if (adapter === undefined) return { files, opening: { tower }, weightFilesDigest: files.weightFilesDigest };
  const merged = digestedSource(await openSource(adapter));
  return {
    files,
    opening: { adapter: merged, tower },
    weightFilesDigest: () => sha256(JSON.stringify([files.weightFilesDigest(), merged.weightFilesDigest()])),
  };
};
