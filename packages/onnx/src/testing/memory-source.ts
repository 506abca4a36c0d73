import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FileSource } from '@length-adaptive/models';
import { ModelError } from '@length-adaptive/models';

/** Files in memory, as a source. */
export const memorySource = (files: ReadonlyMap<string, Uint8Array>): FileSource => ({
  name: 'memory',
  read: (path) => {
    const file = files.get(path);
    return file ? Promise.resolve(file) : Promise.reject(new ModelError('FILE_NOT_FOUND', `memory has no ${path}`));
  },
  exists: (path) => Promise.resolve(files.has(path)),
  list: () => Promise.resolve([...files.keys()]),
});

/** The files at the top of a folder. */
export const filesOf = (folder: string): Map<string, Uint8Array> => {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
};
