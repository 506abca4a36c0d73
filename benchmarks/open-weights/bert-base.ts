import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '@length-adaptive/core/random';
import type { ParameterSpec } from '@length-adaptive/models/engine';
import { describeModel } from '@length-adaptive/models/engine';
import type { TensorData } from '@length-adaptive/models/files';
import { writeModelDirectory } from '@length-adaptive/models/files';

const config = {
  model_type: 'bert',
  architectures: ['BertForSequenceClassification'],
  vocab_size: 30_522,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  hidden_act: 'gelu',
};

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

const specsIn = (node: unknown): ParameterSpec[] => {
  if (typeof node !== 'object' || node === null) return [];
  return 'name' in node && 'shape' in node ? [node as ParameterSpec] : Object.values(node).flatMap(specsIn);
};

/** Writes a classifier of the shape of BERT-base with random weights as a folder of its own. */
export const writeBertBase = async (folder: string): Promise<void> => {
  const random = createRandom(1);
  const tensors = new Map<string, TensorData>();
  for (const { name, shape } of specsIn(describeModel(config).specs)) {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const data = new Float32Array(size);
    for (let i = 0; i < size; i++) data[i] = 0.04 * (random.uniform() - 0.5);
    tensors.set(name, { shape, data, dtype: 'F32' });
  }
  await writeModelDirectory(folder, { config, tensors, tokenizerFiles: {} });
  const words = Array.from({ length: config.vocab_size }, (_, id) => special[id] ?? `word${id}`);
  writeFileSync(path.join(folder, 'vocab.txt'), `${words.join('\n')}\n`);
};
