import type { FileSource } from '@length-adaptive/models';
import { isWeightsFile } from '@length-adaptive/models';
import { watchFiles } from './watch-files.js';

/** A source that remembers how many bytes of weights were read from it. */
export interface WeighedSource extends FileSource {
  bytes(): number;
}

/** A source as it is, its weights weighed as they are read. */
export const weighedSource = (source: FileSource): WeighedSource => {
  const sizes = new Map<string, number>();
  return {
    ...watchFiles(source, (path, bytes) => {
      if (isWeightsFile(path)) sizes.set(path, bytes.length);
    }),
    bytes: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
  };
};
