import { ModelError } from './errors.js';
import { decodeJson } from './files.js';
import type { FileSource } from './files.js';
import { readSafetensors } from './safetensors.js';
import type { TensorData } from './safetensors.js';
import { withModernNames } from './tensor-names.js';

const single = 'model.safetensors';
const index = 'model.safetensors.index.json';
/** Names other tools give, tried where a source cannot list its files. */
const otherNames = ['model.fp16.safetensors', 'model_fp16.safetensors'];

const asked = async (source: FileSource): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const name of [single, index, ...otherNames]) {
    if (found.length === 0 && (await source.exists(name))) found.push(name);
  }
  return found;
};

/** Path of the weights in a source: `model.safetensors`, its index, or the only other `*.safetensors`. */
const findWeights = async (source: FileSource): Promise<string> => {
  const listed = await source.list();
  const files = listed ?? (await asked(source));
  const known = [single, index].find((name) => files.includes(name));
  if (known !== undefined) return known;
  const [found, ...others] = files.filter((name) => name.endsWith('.safetensors'));
  if (found === undefined) {
    const pickled = listed?.find((name) => /\.(bin|pt|pth|ckpt|h5)$/.test(name));
    const hint = pickled === undefined ? '' : ` It has ${pickled}: save the model as safetensors first (save_pretrained with safe_serialization).`;
    throw new ModelError('FILE_NOT_FOUND', `${source.name} holds no weights: expected ${single} or ${index}.${hint}`);
  }
  if (others.length > 0) {
    throw new ModelError('FILE_INVALID', `${source.name} holds several weight files: ${[found, ...others].join(', ')}. Name one with the option "weights".`);
  }
  return found;
};

const readFile = async (source: FileSource, path: string): Promise<Map<string, TensorData>> => {
  const bytes = await source.read(path);
  try {
    return readSafetensors(bytes).tensors;
  } catch (error) {
    throw error instanceof ModelError ? new ModelError(error.code, `${source.name}/${path}: ${error.message}`, { cause: error }) : error;
  }
};

const readShards = async (source: FileSource, path: string): Promise<Map<string, TensorData>> => {
  const { weight_map: map } = decodeJson(await source.read(path), `${source.name}/${path}`);
  const entries = typeof map === 'object' && map !== null ? Object.entries(map) : [];
  if (entries.length === 0 || !entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    throw new ModelError('FILE_INVALID', `${source.name}/${path} has no "weight_map" from tensor names to files.`);
  }
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const tensors = new Map<string, TensorData>();
  for (const file of new Set(entries.map(([, name]) => name))) {
    for (const [name, tensor] of await readFile(source, `${folder}${file}`)) tensors.set(name, tensor);
  }
  const missing = entries.find(([name]) => !tensors.has(name));
  if (missing === undefined) return tensors;
  throw new ModelError('TENSOR_MISSING', `${source.name}/${path} promises tensor "${missing[0]}" in ${missing[1]}, which does not hold it.`);
};

/**
 * Reads the weights of a model: one safetensors file or many with an index. Old tensor names come out as today's.
 *
 * @param weights path of the file to read instead of looking for one
 * @throws ModelError `FILE_NOT_FOUND`, `FILE_INVALID`, `SAFETENSORS_INVALID`, `TENSOR_MISSING` (a shard lacks a tensor)
 */
export const readModelWeights = async (source: FileSource, weights?: string): Promise<Map<string, TensorData>> => {
  const path = weights ?? (await findWeights(source));
  if (path.endsWith('.index.json')) return withModernNames(await readShards(source, path));
  return withModernNames(await readFile(source, path));
};
