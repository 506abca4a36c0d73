import type { ModelContent, Place } from './graph/model-bytes.js';
import { largeBytes, readPieces } from './graph/model-bytes.js';

/** Where a weight begins in the file: at a page, which the system maps, and processors compute with fastest. */
const pageBytes = 4096;

/** A place for every large weight, one behind the other. */
const placesIn = (file: string): Place => {
  let end = 0;
  return (byteLength) => {
    if (byteLength < largeBytes) return undefined;
    const offset = end;
    end = Math.ceil((offset + byteLength) / pageBytes) * pageBytes;
    return { file, offset };
  };
};

const prefix = 'length-adaptive-weights-';

/** Minutes after which a folder is nobody's: it was there for a model that was being opened when its process was killed. */
const leftAfterMinutes = 15;

/** Removes what processes left behind that were killed while they opened a model. */
const removeLeft = async (parent: string, { fs, path }: NonNullable<ReturnType<typeof nodeModules>>): Promise<void> => {
  const names = await fs.readdir(parent).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const folder = path.join(parent, name);
    const { mtimeMs = Infinity } = (await fs.stat(folder).catch(() => undefined)) ?? {};
    if (Date.now() - mtimeMs > leftAfterMinutes * 60_000)
      await fs.rm(folder, { recursive: true, force: true }).catch(() => undefined); // another user's, perhaps
  }
};

/** Node's modules, asked for at the moment of use: the same file loads in a browser. Undefined where a file that is mapped cannot be deleted. */
const nodeModules = () =>
  typeof process === 'undefined' || process.platform === 'win32' || typeof process.getBuiltinModule !== 'function'
    ? undefined
    : {
        fs: process.getBuiltinModule('node:fs/promises'),
        os: process.getBuiltinModule('node:os'),
        path: process.getBuiltinModule('node:path'),
      };

/**
 * Opens a model whose large weights stand in a file of their own, in the folder for temporary files, which ONNX Runtime maps: it then holds no
 * copy of a weight that it computes with as it is, and the system keeps in memory what of it is used. The file has no name any more when this
 * ends, nobody else changes it, and it is gone when the session is.
 *
 * @param open is given the model without these weights, and the folder that they are in
 * @returns undefined where there is no such file: nothing is large, it is no Node, it cannot be written, or it is not opened with it
 */
export const openWithWeightsFile = async <Opened>(
  content: ModelContent,
  open: (model: Uint8Array, folder: string) => Promise<Opened>,
): Promise<Opened | undefined> => {
  const node = nodeModules();
  const pieces = content(placesIn('weights'));
  if (!node || !pieces.some((piece) => 'beside' in piece)) return undefined;
  const { fs, os, path } = node;
  let folder: string | undefined;
  try {
    await removeLeft(os.tmpdir(), node);
    folder = await fs.mkdtemp(path.join(os.tmpdir(), prefix));
    const file = await fs.open(path.join(folder, 'weights'), 'wx', 0o600);
    let model: Uint8Array;
    try {
      model = await readPieces(pieces, async (bytes, offset) => {
        for (let done = 0; done < bytes.byteLength;) {
          const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, offset + done);
          done += bytesWritten;
        }
      });
    } finally {
      await file.close();
    }
    return await open(model, folder);
  } catch {
    return undefined; // the model is then opened from memory, and what is wrong with it is said there
  } finally {
    if (folder !== undefined) await fs.rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
};
