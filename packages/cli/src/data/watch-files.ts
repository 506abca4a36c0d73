import type { FileSource } from '@length-adaptive/models';

/** A source as it is, that shows each file as it is read. */
export const watchFiles = (source: FileSource, see: (path: string, bytes: Uint8Array) => void): FileSource => ({
  name: source.name,
  exists: (path) => source.exists(path),
  list: () => source.list(),
  read: async (path) => {
    const bytes = await source.read(path);
    see(path, bytes);
    return bytes;
  },
});
