import { specialTokens, tinyBertConfig } from '@length-adaptive/tools/testing/tiny-bert';
import type { FileSource } from '../sources/file-source.js';
import { ModelError } from '../errors.js';
import type { ModelConfig } from '../architectures/model-config.js';
import type { TextModel } from '../model/open-model.js';
import { openModel } from '../model/open-model.js';
import { saveParameters } from '../architectures/parameters.js';
import { createTaskModel } from '../model/task-model.js';
import { writeSafetensors } from '../weights/write-safetensors.js';

/** A BERT of 3 layers, 32 wide, for tests. */
export const tinyConfig: ModelConfig = {
  ...tinyBertConfig,
  id2label: { 0: 'bad', 1: 'good' },
};

const words = 'good great fine nice love bad poor awful sad hate the a phone case works breaks and it is very'.split(
  ' ',
);
export const tinyVocabulary = [...specialTokens, ...words];

/** Texts with an obvious label: words of praise or of blame among neutral ones. */
export const tinyExamples = (count: number): { text: string; label: string }[] =>
  Array.from({ length: count }, (_, i) => {
    const good = i % 2 === 0;
    const opinion = words[(good ? 0 : 5) + ((i >> 1) % 5)] ?? '';
    const rest = Array.from({ length: 2 + (i % 6) }, (__, j) => words[10 + ((i * 7 + j * 3) % 10)] ?? '');
    rest.splice(i % rest.length, 0, opinion);
    return { text: rest.join(' '), label: good ? 'good' : 'bad' };
  });

/** Files in memory, as a source. */
export const memorySource = (files: Readonly<Record<string, Uint8Array | string>>): FileSource => ({
  name: 'memory',
  read: (path) => {
    const file = files[path];
    if (file === undefined) return Promise.reject(new ModelError('FILE_NOT_FOUND', `memory has no ${path}`));
    return Promise.resolve(typeof file === 'string' ? new TextEncoder().encode(file) : file);
  },
  exists: (path) => Promise.resolve(path in files),
  list: () => Promise.resolve(Object.keys(files)),
});

/** The files of a random tiny model. */
export const tinyFiles = async (
  config: ModelConfig = tinyConfig,
  seed = 1,
): Promise<Record<string, Uint8Array | string>> => {
  const model = createTaskModel(config, new Map(), { fresh: true, seed });
  const weights = writeSafetensors(await saveParameters(model.parameters));
  model.dispose();
  return {
    'config.json': JSON.stringify(model.config),
    'model.safetensors': weights,
    'vocab.txt': tinyVocabulary.join('\n'),
  };
};

export const tinyModel = async (): Promise<TextModel> => openModel(memorySource(await tinyFiles()));
