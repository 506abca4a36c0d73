import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes files into a folder that is made for them, and gives it. */
export const writeFiles = (folder: string, files: Readonly<Record<string, Uint8Array | string>>): string => {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
};
