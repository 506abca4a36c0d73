import { invalidFile, quoted } from './invalid-file.js';
import { readPickle } from './pickle.js';
import { torchObjects } from './torch-objects.js';
import type { Storage } from './torch-objects.js';

/** What a file of either format holds: the object that was saved, and the bytes of its storages. */
export interface Saved {
  readonly root: unknown;
  /** The bytes of a storage, undefined when the file lacks it. */
  readonly storageBytes: (key: string) => Promise<Uint8Array | undefined>;
}

const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;

/** Raw storages, in the order of `keys`: the count of elements in 8 bytes, then the elements, little endian. */
const readStorages = (bytes: Uint8Array, start: number, keys: readonly unknown[], known: ReadonlyMap<string, Storage>): Map<string, Uint8Array> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<string, Uint8Array>();
  let at = start;
  for (const key of keys) {
    const storage = typeof key === 'string' ? known.get(key) : undefined;
    if (storage === undefined) throw invalidFile(`it has the bytes of a storage (number ${found.size} of ${keys.length}) that nothing refers to.`);
    const left = bytes.byteLength - at - 8;
    if (left < 0) throw invalidFile(`it ends before its storage ${quoted(storage.key)}. The file is cut off: fetch it again.`);
    const size = Number(view.getBigUint64(at, true)) * storage.type.width;
    if (size > left) throw invalidFile(`its storage ${quoted(storage.key)} claims ${size} bytes, and only ${left} follow. The file is cut off: fetch it again.`);
    found.set(storage.key, bytes.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  return found;
};

/**
 * Reads the format before PyTorch 1.6: five pickles (magic number, version, system, the object, storage keys), then the raw storages.
 *
 * @throws ModelError `PYTORCH_INVALID`, `PICKLE_UNSAFE`
 */
export const readLegacyFile = (bytes: Uint8Array): Saved => {
  const known = new Map<string, Storage>();
  const options = torchObjects((storage) => known.set(storage.key, storage));
  const magic = readPickle(bytes, options);
  if (magic.value !== magicNumber) throw invalidFile('it is a pickle that PyTorch did not write: its magic number is missing.');
  const version = readPickle(bytes, options, magic.end);
  if (version.value !== protocolVersion) throw invalidFile(`its format has version ${quoted(String(version.value))}, and ${protocolVersion} is read.`);
  const system = readPickle(bytes, options, version.end);
  const root = readPickle(bytes, options, system.end);
  const keys = readPickle(bytes, options, root.end);
  if (!Array.isArray(keys.value)) throw invalidFile('its list of storages is missing.');
  const storages = readStorages(bytes, keys.end, keys.value, known);
  return { root: root.value, storageBytes: async (key) => storages.get(key) };
};
