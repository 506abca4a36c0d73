import type { FileSource } from './files.js';
import type { LengthAdaptiveFile } from './length-adaptive-file.js';
import type { ReadModelDirectoryOptions, TokenizerFiles, WriteModelDirectoryOptions } from './model-directory.js';
import { readModelDirectory, writeModelDirectory } from './model-directory.js';
import { saveParameters } from './parameters.js';
import type { SequenceModel } from './sequence-model.js';
import { createSequenceModel } from './sequence-model.js';
import type { SequenceTask } from './tasks/task.js';
import type { Tokenizer } from './tokenizer.js';
import { createTokenizer } from './tokenizer.js';

/** A model with its tokenizer and what is known of its length configurations. */
export interface TextModel {
  readonly model: SequenceModel;
  readonly tokenizer: Tokenizer;
  readonly tokenizerFiles: TokenizerFiles;
  readonly lengthAdaptive?: LengthAdaptiveFile | undefined;
}

export interface OpenModelOptions extends ReadModelDirectoryOptions {
  /** The task of a new head. Default: what config.json says. */
  readonly task?: SequenceTask | undefined;
  /** Seed of a new head. Default 42. */
  readonly seed?: number;
}

/**
 * Opens a model to train, search or evaluate.
 *
 * @param source a folder, `npm:package`, web address, Hub repository, or a `FileSource`
 * @throws ModelError
 */
export const openModel = async (source: string | FileSource, { task, seed = 42, ...options }: OpenModelOptions = {}): Promise<TextModel> => {
  const { config, tensors, tokenizerFiles, lengthAdaptive } = await readModelDirectory(source, options);
  const tokenizer = createTokenizer(tokenizerFiles);
  return { model: createSequenceModel(config, tensors, { task, seed }), tokenizer, tokenizerFiles, lengthAdaptive };
};

/**
 * Writes a model as a Hugging Face directory plus `length_adaptive.json`.
 *
 * @throws ModelError `NOT_WRITABLE`
 */
export const saveModel = async (
  folder: string,
  { model, tokenizerFiles, lengthAdaptive }: Omit<TextModel, 'tokenizer'>,
  options: WriteModelDirectoryOptions = {},
): Promise<void> => {
  const tensors = await saveParameters(model.parameters);
  const directory = { config: model.config, tensors, tokenizerFiles, ...(lengthAdaptive && { lengthAdaptive }) };
  await writeModelDirectory(folder, directory, options);
};
