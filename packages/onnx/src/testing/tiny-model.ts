import type { Reducer } from '@length-adaptive/core';
import type { LengthAdaptiveFile, ModelConfig, Task, TaskModel, TextModel } from '@length-adaptive/models';
import { createTaskModel, createTokenizer } from '@length-adaptive/models';
import { specialTokens, tinyBertConfig, vocabularyFiles } from '@length-adaptive/tools/testing/tiny-bert';

/** A BERT of 3 layers, 32 wide, whose weights are large enough for attention to choose. */
export const tinyConfig: ModelConfig = {
  ...tinyBertConfig,
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
const vocabulary = [...specialTokens, ...words];

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
  const tokenizerFiles = vocabularyFiles(vocabulary);
  return {
    model: tinyModel({}, 1, { ...(reducer && { reducer }) }),
    tokenizerFiles,
    tokenizer: createTokenizer(tokenizerFiles),
    lengthAdaptive,
  };
};
