import type { Reducer } from '@length-adaptive/core';
import type { LengthAdaptiveFile, ModelConfig, Task, TaskModel, TextModel } from '@length-adaptive/models';
import { createTaskModel, createTokenizer } from '@length-adaptive/models';

/** A BERT of 3 layers, 32 wide, whose weights are large enough for attention to choose. */
export const tinyConfig: ModelConfig = {
  model_type: 'bert',
  vocab_size: 40,
  hidden_size: 32,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  intermediate_size: 64,
  max_position_embeddings: 32,
  type_vocab_size: 2,
  initializer_range: 0.3,
  id2label: { 0: 'bad', 1: 'fair', 2: 'good' },
};

/** A model of random weights. */
export const tinyModel = (
  changes: ModelConfig = {},
  seed = 1,
  { task, reducer }: { readonly task?: Task; readonly reducer?: Reducer } = {},
): TaskModel => {
  const model = createTaskModel({ ...tinyConfig, ...changes }, new Map(), { fresh: true, seed, task, reducer });
  model.markTrained(); // as if it had been trained
  return model;
};

const words =
  'good great fine nice love bad poor awful sad hate the a phone case works breaks and it is very , .'.split(' ');
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...words];

export const tinyTexts: readonly string[] = [
  'the phone works',
  'good',
  'it is a very good phone and the case is nice, great and fine.',
  'awful case: it breaks and it is very poor',
];

/** What a search would have found. */
const lengthAdaptive: LengthAdaptiveFile = {
  format: 'length-adaptive',
  version: 2,
  paretoSet: [
    { point: { lengths: [0.5, 0.4, 0.3] }, score: 0.8, cost: 0.4 },
    { point: { lengths: [0.9, 0.7, 0.5] }, score: 0.9, cost: 0.7 },
  ],
};

/** A model of random weights that reads text and was searched. */
export const tinyTextModel = (reducer?: Reducer): TextModel => {
  const tokenizerFiles = { 'vocab.txt': new TextEncoder().encode(vocabulary.join('\n')) };
  return {
    model: tinyModel({}, 1, { ...(reducer && { reducer }) }),
    tokenizerFiles,
    tokenizer: createTokenizer(tokenizerFiles),
    lengthAdaptive,
  };
};
