/** A BERT whose compiled step is compared with that of TensorFlow.js. */
export const trainedConfig = {
  model_type: 'bert',
  vocab_size: 60,
  hidden_size: 24,
  num_hidden_layers: 3,
  num_attention_heads: 2,
  intermediate_size: 40,
  max_position_embeddings: 24,
  initializer_range: 0.15,
};
