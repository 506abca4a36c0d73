import type { FileSource } from '@length-adaptive/models';

/** A source that remembers how many bytes of weights were read from it. */
export interface WeighedSource extends FileSource {
  bytes(): number;
}

/** A source as it is, its weights weighed as they are read. */
export const weighedSource = (source: FileSource): WeighedSource => {
  const sizes = new Map<string, number>();
  return {
    name: source.name,
    exists: (path) => source.exists(path),
    list: () => source.list(),
    read: async (path) => {
      const bytes = await source.read(path);
      if (/\.(safetensors|bin|pt|pth)$/.test(path)) sizes.set(path, bytes.length);
      return bytes;
    },
    bytes: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
  };
};
