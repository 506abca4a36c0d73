import { checkNotPointer } from '../git-lfs.js';
import type { ReadTensorsOptions, TensorData } from '../safetensors.js';
import { invalidFile, quoted } from './invalid-file.js';
import { readLegacyFile } from './legacy-file.js';
import type { Saved } from './legacy-file.js';
import { readPickle } from './pickle.js';
import { readStoredTensors } from './stored-tensor.js';
import { isStoredTensor, torchObjects } from './torch-objects.js';
import type { StoredTensor } from './torch-objects.js';
import { openZip } from './zip-archive.js';

/** Keys under which training scripts keep the state dict. */
const wrappers = ['state_dict', 'model_state_dict', 'model'];

/** The format of PyTorch 1.6 and later: `NAME/data.pkl` is the object, `NAME/data/KEY` are its storages. */
const readZipFile = async (bytes: Uint8Array): Promise<Saved> => {
  const archive = openZip(bytes);
  const pickle = archive.names.find((name) => /^[^/]+\/data\.pkl$/.test(name));
  const packed = pickle === undefined ? undefined : await archive.read(pickle);
  if (pickle === undefined || packed === undefined) throw invalidFile('it is a zip archive without a data.pkl. Is it something else than weights?');
  const folder = pickle.slice(0, -'data.pkl'.length);
  const order = new TextDecoder().decode((await archive.read(`${folder}byteorder`)) ?? new Uint8Array(0));
  if (order !== '' && order !== 'little') throw invalidFile(`its bytes are in the order ${quoted(order)}, and only "little" is read. Save it on another machine.`);
  return { root: readPickle(packed, torchObjects()).value, storageBytes: (key) => archive.read(`${folder}data/${key}`) };
};

const readSaved = async (bytes: Uint8Array): Promise<Saved> => {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readZipFile(bytes);
  if (bytes[0] === 0x80) return readLegacyFile(bytes);
  checkNotPointer(bytes, 'The PyTorch weight file');
  const begin = new TextDecoder().decode(bytes.subarray(0, 40));
  throw invalidFile(`it has ${bytes.byteLength} bytes and begins with ${quoted(begin.slice(0, 12))}, neither as a zip archive nor as a pickle. Fetch it again.`);
};

/** The tensors of a state dict, or of the one inside a training checkpoint. What is no tensor is left out. */
const stateDictOf = (root: unknown): Map<string, StoredTensor> => {
  let dict = root;
  for (let inner: unknown = root, depth = 0; inner instanceof Map && depth < 4; depth += 1) {
    const around = inner as ReadonlyMap<unknown, unknown>;
    dict = inner;
    inner = wrappers.map((key) => around.get(key)).find((value) => value instanceof Map);
  }
  if (!(dict instanceof Map)) throw invalidFile('it holds no dictionary of tensors. Save the state_dict() of the model.');
  const entries = [...(dict as ReadonlyMap<unknown, unknown>)];
  const tensors = entries.filter((entry): entry is [string, StoredTensor] => typeof entry[0] === 'string' && isStoredTensor(entry[1]));
  if (tensors.length > 0 || entries.length === 0) return new Map(tensors);
  const keys = entries.slice(0, 5).map(([key]) => (typeof key === 'string' ? quoted(key) : typeof key));
  throw invalidFile(`its dictionary holds no tensors: its keys are ${keys.join(', ')}${entries.length > 5 ? ', ...' : ''}. Save the state_dict() of the model.`);
};

/**
 * Reads a weight file of PyTorch (`pytorch_model.bin`, `*.pt`, `*.pth`) without running anything in it: zip format and the one before
 * it. The state dict may be wrapped (`{state_dict: ...}`, `{model_state_dict: ...}`, `{model: ...}`).
 *
 * Tensors come dense and in row-major order, whatever strides they had. Tied ones share one array, and F32 and I32 are views into
 * `bytes` where they are aligned (no copy). F16, BF16 and F64 are converted to single precision; I64 is narrowed and checked.
 *
 * @throws ModelError `PICKLE_UNSAFE` when the file names a class that tensors do not need, `PYTORCH_INVALID` when it is broken, `FILE_INVALID` for a
 * pointer of Git LFS
 * @example
 * const tensors = await readPyTorch(await readFile('pytorch_model.bin'));
 * tensors.get('classifier.weight')?.shape; // [2, 768]
 */
export const readPyTorch = async (bytes: Uint8Array, options: ReadTensorsOptions = {}): Promise<Map<string, TensorData>> => {
  const { root, storageBytes } = await readSaved(bytes);
  const tensors = stateDictOf(root);
  const storages = new Map<string, Uint8Array>();
  for (const key of new Set([...tensors.values()].map(({ storage }) => storage.key))) {
    const found = await storageBytes(key);
    if (found) storages.set(key, found);
  }
  return readStoredTensors(tensors, storages, options);
};
