import type { FileProgress } from './download.js';
import { isWeightsFile } from './weights-file.js';

/** How far the download of a model is, all of its files together. */
export interface DownloadProgress {
  /** Path of the file that bytes came of, inside its source. */
  readonly file: string;
  /** Bytes received so far, of all files. Those that were kept from an earlier download do not count. */
  readonly loaded: number;
  /** Bytes of all files that have begun; undefined until the weights have, and where the server does not say how large they are. */
  readonly total: number | undefined;
  /** `loaded / total`, from 0 to 1; undefined while `total` is. */
  readonly share: number | undefined;
}

/** Adds up the progress of single files. */
export const addUpProgress = (report: (progress: DownloadProgress) => void): ((progress: FileProgress) => void) => {
  const files = new Map<string, FileProgress>();
  return (progress) => {
    files.set(progress.file, progress);
    const all = [...files.values()];
    const loaded = all.reduce((sum, own) => sum + own.loaded, 0);
    const weights = all.filter(({ file }) => isWeightsFile(file)); // the largest: until they have begun, the sum says nothing of the whole
    const isKnown = weights.length > 0 && weights.every((own) => own.total !== undefined);
    const total = isKnown ? all.reduce((sum, own) => sum + (own.total ?? own.loaded), 0) : undefined; // small files come compressed, and do not say their size
    report({
      file: progress.file,
      loaded,
      total,
      share: total === undefined ? undefined : loaded / Math.max(1, total),
    });
  };
};
