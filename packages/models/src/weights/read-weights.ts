import { ModelError } from '../errors.js';
import { decodeJson, refuseIfDenied } from '../sources/file-source.js';
import type { FileSource } from '../sources/file-source.js';
import { checkNotPointer } from '../sources/git-lfs.js';
import type { GraphOrigin } from './onnx/graph-files.js';
import { fromInt8Weights } from './int8-weights.js';
import { readSafetensors } from './safetensors.js';
import type { TensorData, UnreadTensor } from './safetensors.js';
import { modernTensorName, withModernNames } from './tensor-names.js';

/** What the files of a model's weights hold. */
export interface ModelWeights<Tensor = TensorData> {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Tensors that cannot be read, which matters only to a model that needs them. */
  readonly unread: ReadonlyMap<string, UnreadTensor>;
  /** The ONNX file that they were read out of, where they were. */
  readonly graph?: GraphOrigin | undefined;
}

/** Whoever has safetensors loads nothing of how other files are read. */
const onnx = () => import('./onnx/graph-files.js');
const pytorch = () => import('./pytorch/read-pytorch.js');

/** Names of weights, the first that is there is read. */
const standardNames = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
];
/** Names other tools give, tried where a source cannot list its files. */
const otherNames = ['model.fp16.safetensors', 'model_fp16.safetensors'];

const isPyTorch = (path: string): boolean => /\.(bin|pt|pth|ckpt)$/.test(path);

/** How the parts of weights that an index lists are called: `model-00001-of-00002.safetensors`. */
const shardName = /-\d{5}-of-\d{5}\.(safetensors|bin)$/;

/** Files that lie beside weights and are none: adapters, those of a training run, and of other engines. */
const besidesWeights =
  /^(adapter_model|training_args|trainer_state|optimizer|scheduler|scaler|rng_state|random_states|openvino|tokenizer|vocab)/;

/** Files of a source that may be its weights; one, unless it holds several and none by a standard name. */
const weightFiles = async (source: FileSource): Promise<readonly string[]> => {
  const files = await source.list();
  if (files === undefined) {
    for (const name of [...standardNames, ...otherNames]) if (await source.exists(name)) return [name];
    return [];
  }
  const standard = standardNames.find((name) => files.includes(name));
  if (standard !== undefined) return [standard];
  const safetensors = files.filter((name) => name.endsWith('.safetensors') && !besidesWeights.test(name));
  return safetensors.length > 0
    ? safetensors
    : files.filter((name) => /\.(bin|pt|pth)$/.test(name) && !besidesWeights.test(name));
};

/** Whether a source holds a checkpoint that `readModelWeights` finds; ONNX files are none. Where files can be listed, they may have any name. */
export const hasWeights = async (source: FileSource): Promise<boolean> => (await weightFiles(source)).length > 0;

/** Path of the weights in a source: a standard name, or the only other `*.safetensors`, or the only other file of PyTorch, or an ONNX file. */
export const findWeights = async (source: FileSource): Promise<string> => {
  const [found, ...others] = await weightFiles(source);
  if (found === undefined) {
    const graph = await (await onnx()).findGraph(source);
    if (graph !== undefined) return graph;
    await refuseIfDenied(source, 'model.safetensors');
    const foreign = (await source.list())?.find((name) => /\.(ckpt|h5|msgpack)$/.test(name));
    const hint =
      foreign === undefined
        ? ''
        : ` It has ${foreign}: save the model as safetensors first (save_pretrained with safe_serialization).`;
    throw new ModelError(
      'FILE_NOT_FOUND',
      `${source.name} holds no weights: expected one of ${standardNames.join(', ')}, or onnx/model.onnx.${hint}`,
    );
  }
  const shard = [found, ...others].find((name) => shardName.test(name));
  if (shard !== undefined) {
    const index = `${shard.replace(shardName, '')}${isPyTorch(shard) ? '.bin' : '.safetensors'}.index.json`;
    throw new ModelError(
      'FILE_NOT_FOUND',
      `${source.name} holds ${shard}, a part of the weights, and no index of the parts: fetch ${index} too, which says what each holds.`,
    );
  }
  if (others.length > 0) {
    throw new ModelError(
      'FILE_INVALID',
      `${source.name} holds several weight files: ${[found, ...others].join(', ')}. Name one with the option "weights".`,
    );
  }
  return found;
};

const readFile = async (source: FileSource, path: string): Promise<ModelWeights> => {
  const bytes = await source.read(path);
  checkNotPointer(bytes, `${source.name}/${path}`);
  const named = (error: ModelError): ModelError =>
    new ModelError(error.code, `${source.name}/${path}: ${error.message}`, { cause: error });
  const unread = new Map<string, UnreadTensor>();
  const onUnread = (name: string, { dtype, error }: UnreadTensor): unknown =>
    unread.set(name, { dtype, error: named(error) });
  try {
    const tensors = isPyTorch(path)
      ? await (await pytorch()).readPyTorch(bytes, { onUnread })
      : readSafetensors(bytes, { onUnread }).tensors;
    return { tensors, unread };
  } catch (error) {
    throw error instanceof ModelError ? named(error) : error;
  }
};

const readGraph = async (source: FileSource, path: string): Promise<ModelWeights> => ({
  ...(await (await onnx()).readGraphFile(source, path)),
  unread: new Map(),
});

const readerOf = (path: string): ((source: FileSource, path: string) => Promise<ModelWeights>) => {
  if (path.endsWith('.index.json')) return readShards;
  return path.endsWith('.onnx') ? readGraph : readFile;
};

const readShards = async (source: FileSource, path: string): Promise<ModelWeights> => {
  const { weight_map: map } = decodeJson(await source.read(path), `${source.name}/${path}`);
  const entries = typeof map === 'object' && map !== null ? Object.entries(map) : [];
  if (entries.length === 0 || !entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    throw new ModelError('FILE_INVALID', `${source.name}/${path} has no "weight_map" from tensor names to files.`);
  }
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const tensors = new Map<string, TensorData>();
  const unread = new Map<string, UnreadTensor>();
  for (const file of new Set(entries.map(([, name]) => name))) {
    const shard = await readFile(source, `${folder}${file}`);
    for (const [name, tensor] of shard.tensors) tensors.set(name, tensor);
    for (const [name, tensor] of shard.unread) unread.set(name, tensor);
  }
  const missing = entries.find(([name]) => !tensors.has(name) && !unread.has(name));
  if (missing === undefined) return { tensors, unread };
  throw new ModelError(
    'TENSOR_MISSING',
    `${source.name}/${path} promises tensor "${missing[0]}" in ${missing[1]}, which does not hold it.`,
  );
};

/**
 * Reads the weights of a model: one file, safetensors or PyTorch, or many with an index; where there is none, they are read out of an ONNX
 * file. Old tensor names come out as today's, 8-bit integers with a scale a row as single precision. A tensor that cannot be read is no error: the model may not need it.
 *
 * @param weights path of the file to read instead of looking for one
 * @throws ModelError `FILE_NOT_FOUND`, `FILE_INVALID`, `SAFETENSORS_INVALID`, `PYTORCH_INVALID`, `PICKLE_UNSAFE`, `TENSOR_MISSING` (a shard lacks a tensor)
 */
export const readModelWeights = async (source: FileSource, weights?: string): Promise<ModelWeights> => {
  const path = weights ?? (await findWeights(source));
  const found = await readerOf(path)(source, path);
  const unread = new Map([...found.unread].map(([name, tensor]) => [modernTensorName(name), tensor]));
  const onUnread = (name: string, tensor: UnreadTensor): unknown => unread.set(name, tensor);
  const tensors = fromInt8Weights(withModernNames(found.tensors), { onUnread });
  return { tensors, unread, ...(found.graph && { graph: found.graph }) };
};
