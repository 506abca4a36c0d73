import type { InPlace } from './read-file.js';

/**
 * Opens a model whose large weights are mapped where they stand: none is copied, and processes that run the same file share them.
 *
 * @param open is given the model without these weights, and the folder of the file that they are in
 * @returns undefined where it does not open so, or another file has taken that one's name meanwhile; and on Windows, where a file that is mapped
 * cannot be replaced
 */
export const openInPlace = async <Opened extends { readonly session: { release(): Promise<void> } }>(
  { place, model }: InPlace,
  open: (model: Uint8Array, folder: string) => Promise<Opened>,
): Promise<Opened | undefined> => {
  if (process.platform === 'win32') return undefined;
  const path = process.getBuiltinModule('node:path');
  const opened = await open(model(path.basename(place.path)), path.dirname(place.path)).catch(() => undefined);
  if (opened === undefined || (await place.isSame())) return opened;
  await opened.session.release();
  return undefined;
};
