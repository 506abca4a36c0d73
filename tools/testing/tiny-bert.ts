/** The first tokens of every vocabulary of BERT. */
export const specialTokens: readonly string[] = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** config.json of a BERT that runs in a moment, 32 wide; fixtures change what their tests are about. */
export const tinyBertConfig = {
  model_type: 'bert',
  vocab_size: 40,
  hidden_size: 32,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  intermediate_size: 64,
  max_position_embeddings: 32,
  type_vocab_size: 2,
  initializer_range: 0.1,
};

/** The files of a tokenizer that knows these tokens, special ones first. */
export const vocabularyFiles = (tokens: readonly string[]): Record<'vocab.txt', Uint8Array> => ({
  'vocab.txt': new TextEncoder().encode(tokens.join('\n')),
});
