import type { ModelConfig, TaskModel } from '@length-adaptive/models';
import { createTaskModel, sequenceClassification } from '@length-adaptive/models';

const shapes = { 'minilm-l6': [6, 384, 12], 'bert-base': [12, 768, 12] } as const;

export type Shape = keyof typeof shapes;

export const shapeNames = Object.keys(shapes) as Shape[];

const configOf = (shape: Shape): ModelConfig => {
  const [layers, width, heads] = shapes[shape];
  return {
    model_type: 'bert',
    num_hidden_layers: layers,
    hidden_size: width,
    num_attention_heads: heads,
    intermediate_size: 4 * width,
    vocab_size: 30_522,
    max_position_embeddings: 512,
    type_vocab_size: 2,
    hidden_act: 'gelu',
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
    initializer_range: 0.02,
    layer_norm_eps: 1e-12,
    pad_token_id: 0,
  };
};

/** A classifier of two labels with new weights, whose tensors are on the backend that runs. */
export const createModel = (shape: Shape): TaskModel =>
  createTaskModel(configOf(shape), new Map(), { task: sequenceClassification(['no', 'yes']), seed: 1, fresh: true });
