import { createHash } from 'node:crypto';
import type { FileSource } from '@length-adaptive/models';

/** A source that remembers what weights were read from it. */
export interface DigestedSource extends FileSource {
  /** SHA-256 over the files of weights that were read. */
  weights(): string;
}

const holdsWeights = (path: string): boolean => /\.(safetensors|onnx|bin|pt|pth)$/.test(path);

/** A source as it is, with a digest of the weights that a model was opened from. */
export const digestedSource = (source: FileSource): DigestedSource => {
  const digests = new Map<string, string>();
  return {
    name: source.name,
    exists: (path) => source.exists(path),
    list: () => source.list(),
    read: async (path) => {
      const bytes = await source.read(path);
      if (holdsWeights(path)) digests.set(path, createHash('sha256').update(bytes).digest('hex'));
      return bytes;
    },
    weights: () => createHash('sha256').update(JSON.stringify([...digests].sort())).digest('hex'),
  };
};
