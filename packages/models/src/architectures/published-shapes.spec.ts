/** config.json of published checkpoints, as their publishers describe them, and the tensors that stand beside it. */
import { architectureOf } from './registry.js';
import { headSpecs } from './head-specs.js';
import type { ModelConfig } from './model-config.js';
import { tensorNames } from './tensor-names-of.js';
import type { ParameterSpec } from './parameter-specs.js';

interface Published {
  readonly name: string;
  readonly config: ModelConfig;
  /** Tensors of the encoder, some of them with what is asked for of a layer. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  /** How many tensors the encoder has. */
  readonly count: number;
  /** Of a classifier with two labels. */
  readonly head: readonly string[];
}

const base = { hidden_size: 768, num_attention_heads: 12, num_hidden_layers: 12, intermediate_size: 3072 };

const published: readonly Published[] = [
  {
    name: 'all-mpnet-base-v2',
    config: {
      ...base,
      model_type: 'mpnet',
      vocab_size: 30_527,
      max_position_embeddings: 514,
      relative_attention_num_buckets: 32,
      layer_norm_eps: 1e-5,
      pad_token_id: 1,
    },
    tensors: {
      'mpnet.embeddings.word_embeddings.weight': [30_527, 768],
      'mpnet.embeddings.position_embeddings.weight': [514, 768],
      'mpnet.encoder.layer.11.attention.attn.q.weight': [768, 768],
      'mpnet.encoder.layer.11.attention.attn.o.bias': [768],
      'mpnet.encoder.layer.11.attention.LayerNorm.weight': [768],
      'mpnet.encoder.layer.11.intermediate.dense.weight': [3072, 768],
      'mpnet.encoder.layer.11.output.LayerNorm.bias': [768],
      'mpnet.encoder.relative_attention_bias.weight': [32, 12],
    },
    count: 4 + 12 * 16 + 1,
    head: [
      'classifier.dense.weight',
      'classifier.dense.bias',
      'classifier.out_proj.weight',
      'classifier.out_proj.bias',
    ],
  },
  {
    name: 'electra-small-discriminator',
    config: {
      model_type: 'electra',
      vocab_size: 30_522,
      embedding_size: 128,
      hidden_size: 256,
      num_attention_heads: 4,
      num_hidden_layers: 12,
      intermediate_size: 1024,
      max_position_embeddings: 512,
      type_vocab_size: 2,
    },
    tensors: {
      'electra.embeddings.word_embeddings.weight': [30_522, 128],
      'electra.embeddings.LayerNorm.weight': [128],
      'electra.embeddings_project.weight': [256, 128],
      'electra.encoder.layer.0.attention.self.query.weight': [256, 256],
    },
    count: 5 + 2 + 12 * 16,
    head: [
      'classifier.dense.weight',
      'classifier.dense.bias',
      'classifier.out_proj.weight',
      'classifier.out_proj.bias',
    ],
  },
  {
    name: 'albert-base-v2',
    config: {
      ...base,
      model_type: 'albert',
      vocab_size: 30_000,
      embedding_size: 128,
      num_hidden_groups: 1,
      inner_group_num: 1,
      hidden_act: 'gelu_new',
      max_position_embeddings: 512,
      type_vocab_size: 2,
    },
    tensors: {
      'albert.embeddings.word_embeddings.weight': [30_000, 128],
      'albert.encoder.embedding_hidden_mapping_in.weight': [768, 128],
      'albert.encoder.albert_layer_groups.0.albert_layers.0.attention.query.weight': [768, 768],
      'albert.encoder.albert_layer_groups.0.albert_layers.0.attention.dense.weight': [768, 768],
      'albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight': [3072, 768],
      'albert.encoder.albert_layer_groups.0.albert_layers.0.ffn_output.weight': [768, 3072],
      'albert.encoder.albert_layer_groups.0.albert_layers.0.full_layer_layer_norm.weight': [768],
    },
    count: 5 + 2 + 16, // one layer, twelve times
    head: ['albert.pooler.weight', 'albert.pooler.bias', 'classifier.weight', 'classifier.bias'],
  },
  {
    name: 'ModernBERT-base',
    config: {
      model_type: 'modernbert',
      vocab_size: 50_368,
      hidden_size: 768,
      num_attention_heads: 12,
      num_hidden_layers: 22,
      intermediate_size: 1152,
      max_position_embeddings: 8192,
      local_attention: 128,
      global_attn_every_n_layers: 3,
      global_rope_theta: 160_000,
      local_rope_theta: 10_000,
      norm_eps: 1e-5,
      classifier_pooling: 'mean',
    },
    tensors: {
      'model.embeddings.tok_embeddings.weight': [50_368, 768],
      'model.embeddings.norm.weight': [768],
      'model.layers.1.attn_norm.weight': [768],
      'model.layers.21.attn.Wqkv.weight': [2304, 768],
      'model.layers.21.attn.Wo.weight': [768, 768],
      'model.layers.21.mlp.Wi.weight': [2304, 768],
      'model.layers.21.mlp.Wo.weight': [768, 1152],
      'model.layers.21.mlp_norm.weight': [768],
      'model.final_norm.weight': [768],
    },
    count: 2 + 22 * 6 - 1 + 1,
    head: ['head.dense.weight', 'head.norm.weight', 'classifier.weight', 'classifier.bias'],
  },
  {
    name: 'deberta-v3-base',
    config: {
      ...base,
      model_type: 'deberta-v2',
      vocab_size: 128_100,
      max_position_embeddings: 512,
      type_vocab_size: 0,
      layer_norm_eps: 1e-7,
      relative_attention: true,
      position_buckets: 256,
      max_relative_positions: -1,
      pos_att_type: 'p2c|c2p',
      share_att_key: true,
      norm_rel_ebd: 'layer_norm',
      position_biased_input: false,
    },
    tensors: {
      'deberta.embeddings.word_embeddings.weight': [128_100, 768],
      'deberta.encoder.rel_embeddings.weight': [512, 768],
      'deberta.encoder.LayerNorm.weight': [768],
      'deberta.encoder.layer.0.attention.self.query_proj.weight': [768, 768],
      'deberta.encoder.layer.0.attention.output.LayerNorm.bias': [768],
      'deberta.encoder.layer.0.output.dense.weight': [768, 3072],
    },
    count: 3 + 3 + 12 * 16,
    head: ['pooler.dense.weight', 'pooler.dense.bias', 'classifier.weight', 'classifier.bias'],
  },
  {
    name: 'nomic-embed-text-v1.5',
    config: {
      model_type: 'nomic_bert',
      vocab_size: 30_528,
      n_embd: 768,
      n_head: 12,
      n_layer: 12,
      n_inner: 3072,
      n_positions: 8192,
      type_vocab_size: 2,
      activation_function: 'swiglu',
      rotary_emb_base: 1000,
      rotary_emb_fraction: 1,
      rotary_emb_interleaved: false,
      qkv_proj_bias: false,
      mlp_fc1_bias: false,
      mlp_fc2_bias: false,
      prenorm: false,
      layer_norm_epsilon: 1e-12,
    },
    tensors: {
      'bert.embeddings.word_embeddings.weight': [30_528, 768],
      'bert.embeddings.token_type_embeddings.weight': [2, 768],
      'bert.emb_ln.bias': [768],
      'bert.encoder.layers.3.attn.Wqkv.weight': [2304, 768],
      'bert.encoder.layers.3.attn.out_proj.weight': [768, 768],
      'bert.encoder.layers.3.mlp.fc11.weight': [3072, 768],
      'bert.encoder.layers.3.mlp.fc2.weight': [768, 3072],
      'bert.encoder.layers.3.norm1.weight': [768],
    },
    count: 4 + 12 * 9,
    head: ['bert.pooler.dense.weight', 'bert.pooler.dense.bias', 'classifier.weight', 'classifier.bias'],
  },
  {
    name: 'gte-large-en-v1.5',
    config: {
      ...base,
      model_type: 'new',
      vocab_size: 30_528,
      hidden_size: 1024,
      num_attention_heads: 16,
      num_hidden_layers: 24,
      intermediate_size: 4096,
      max_position_embeddings: 8192,
      type_vocab_size: 2,
      layer_norm_type: 'layer_norm',
      position_embedding_type: 'rope',
      rope_theta: 160_000,
      rope_scaling: { factor: 2, type: 'ntk' },
      pack_qkv: true,
      logn_attention_scale: false,
    },
    tensors: {
      'new.embeddings.word_embeddings.weight': [30_528, 1024],
      'new.embeddings.token_type_embeddings.weight': [2, 1024],
      'new.embeddings.LayerNorm.bias': [1024],
      'new.encoder.layer.23.attention.qkv_proj.weight': [3072, 1024],
      'new.encoder.layer.23.attention.qkv_proj.bias': [3072],
      'new.encoder.layer.23.attention.o_proj.bias': [1024],
      'new.encoder.layer.23.attn_ln.weight': [1024],
      'new.encoder.layer.23.mlp.up_gate_proj.weight': [8192, 1024],
      'new.encoder.layer.23.mlp.down_proj.weight': [1024, 4096],
      'new.encoder.layer.23.mlp_ln.bias': [1024],
    },
    count: 4 + 24 * 11,
    head: ['new.pooler.dense.weight', 'new.pooler.dense.bias', 'classifier.weight', 'classifier.bias'],
  },
  {
    name: 'gte-multilingual-base',
    config: {
      ...base,
      model_type: 'new',
      vocab_size: 250_048,
      max_position_embeddings: 8192,
      type_vocab_size: 1,
      rope_theta: 20_000,
      rope_scaling: { factor: 8, type: 'ntk' },
    },
    tensors: {
      'new.embeddings.word_embeddings.weight': [250_048, 768],
      'new.embeddings.token_type_embeddings.weight': [1, 768],
    },
    count: 4 + 12 * 11,
    head: ['new.pooler.dense.weight', 'new.pooler.dense.bias', 'classifier.weight', 'classifier.bias'],
  },
  {
    name: 'mobilebert-uncased',
    config: {
      model_type: 'mobilebert',
      vocab_size: 30_522,
      hidden_size: 512,
      num_hidden_layers: 24,
      num_attention_heads: 4,
      intermediate_size: 512,
      intra_bottleneck_size: 128,
      true_hidden_size: 128,
      embedding_size: 128,
      num_feedforward_networks: 4,
      key_query_shared_bottleneck: true,
      use_bottleneck_attention: false,
      use_bottleneck: true,
      trigram_input: true,
      normalization_type: 'no_norm',
      classifier_activation: false,
      hidden_act: 'relu',
      hidden_dropout_prob: 0,
      attention_probs_dropout_prob: 0.1,
      max_position_embeddings: 512,
      type_vocab_size: 2,
    },
    tensors: {
      'mobilebert.embeddings.word_embeddings.weight': [30_522, 128],
      'mobilebert.embeddings.position_embeddings.weight': [512, 512],
      'mobilebert.embeddings.embedding_transformation.weight': [512, 384],
      'mobilebert.embeddings.LayerNorm.weight': [512],
      'mobilebert.encoder.layer.23.attention.self.query.weight': [128, 128],
      'mobilebert.encoder.layer.23.attention.self.value.weight': [128, 512],
      'mobilebert.encoder.layer.23.attention.output.dense.weight': [128, 128],
      'mobilebert.encoder.layer.23.intermediate.dense.weight': [512, 128],
      'mobilebert.encoder.layer.23.output.dense.weight': [128, 512],
      'mobilebert.encoder.layer.23.output.bottleneck.dense.weight': [512, 128],
      'mobilebert.encoder.layer.23.output.bottleneck.LayerNorm.weight': [512],
      'mobilebert.encoder.layer.23.bottleneck.input.dense.weight': [128, 512],
      'mobilebert.encoder.layer.23.bottleneck.attention.LayerNorm.weight': [128],
      'mobilebert.encoder.layer.23.ffn.2.intermediate.dense.weight': [512, 128],
      'mobilebert.encoder.layer.23.ffn.2.output.LayerNorm.weight': [128],
    },
    count: 7 + 24 * (16 + 3 * 6 + 3 * 4), // attention and the last block as BERT's, three more, three maps that lead in and out
    head: ['classifier.weight', 'classifier.bias'],
  },
  {
    name: 'funnel-transformer/small-base',
    config: {
      model_type: 'funnel',
      vocab_size: 30_522,
      block_sizes: [4, 4, 4],
      block_repeats: null,
      num_decoder_layers: 2,
      d_model: 768,
      n_head: 12,
      d_head: 64,
      d_inner: 3072,
      hidden_act: 'gelu_new',
      hidden_dropout: 0.1,
      attention_dropout: 0.1,
      activation_dropout: 0,
      max_position_embeddings: 512,
      type_vocab_size: 3,
      initializer_range: 0.1,
      initializer_std: null,
      layer_norm_eps: 1e-9,
      pooling_type: 'mean',
      attention_type: 'relative_shift',
      separate_cls: true,
      truncate_seq: true,
      pool_q_only: true,
    },
    tensors: {
      'funnel.embeddings.word_embeddings.weight': [30_522, 768],
      'funnel.embeddings.layer_norm.weight': [768],
      'funnel.encoder.blocks.2.3.attention.q_head.weight': [768, 768],
      'funnel.encoder.blocks.2.3.attention.k_head.bias': [768],
      'funnel.encoder.blocks.2.3.attention.post_proj.weight': [768, 768],
      'funnel.encoder.blocks.2.3.attention.r_w_bias': [12, 64],
      'funnel.encoder.blocks.2.3.attention.r_kernel': [768, 12, 64],
      'funnel.encoder.blocks.2.3.attention.seg_embed': [2, 12, 64],
      'funnel.encoder.blocks.2.3.attention.layer_norm.bias': [768],
      'funnel.encoder.blocks.2.3.ffn.linear_1.weight': [3072, 768],
      'funnel.encoder.blocks.2.3.ffn.linear_2.weight': [768, 3072],
      'funnel.encoder.blocks.2.3.ffn.layer_norm.weight': [768],
    },
    count: 3 + 12 * 20,
    head: [
      'classifier.linear_hidden.weight',
      'classifier.linear_hidden.bias',
      'classifier.linear_out.weight',
      'classifier.linear_out.bias',
    ],
  },
];

/** Shapes in the file, by names there. */
const shapesOf = (specs: unknown): Map<string, readonly number[]> => {
  const found = new Map<string, readonly number[]>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (!('shape' in node)) return Object.values(node).forEach(visit);
    const { name, shape, storedAs = shape, part } = node as ParameterSpec;
    const [rows = 0, ...rest] = storedAs;
    found.set(part?.of ?? name, [rows * (part?.count ?? 1), ...rest]);
  };
  visit(specs);
  return found;
};

test('behind the decoder of funnel-transformer/small', () => {
  const { config } = published.find(({ name }) => name === 'funnel-transformer/small-base') ?? {};
  const architecture = architectureOf(config ?? {});
  const dimensions = architecture.dimensions(config ?? {}, { pool: 'none', outputs: 9 });
  const shapes = shapesOf(architecture.encoder(dimensions));
  expect(shapes.size).toBe(3 + (12 + 2) * 20);
  expect(shapes.get('funnel.decoder.layers.1.attention.r_kernel')).toEqual([768, 12, 64]);
  expect(shapes.get('funnel.decoder.layers.0.ffn.linear_1.weight')).toEqual([3072, 768]);
  expect(tensorNames(headSpecs(architecture, dimensions, { pool: 'none', outputs: 9 }))).toEqual([
    'classifier.weight',
    'classifier.bias',
  ]);
});

describe.each(published)('$name', ({ config, tensors, count, head }) => {
  const architecture = architectureOf(config);
  const dimensions = architecture.dimensions(config);

  test('asks for its tensors by their names, and for no other', () => {
    const encoder = architecture.encoder(dimensions);
    const shapes = shapesOf(encoder);
    expect(Object.fromEntries(Object.keys(tensors).map((name) => [name, shapes.get(name)]))).toEqual(tensors);
    expect(shapes.size).toBe(count);
    expect(new Set(tensorNames(encoder))).toEqual(new Set(shapes.keys()));
  });

  test('a classifier stands where the family has it', () => {
    expect(tensorNames(headSpecs(architecture, dimensions, { pool: 'first', outputs: 2 }))).toEqual(head);
  });

  test('what is written of its sizes is what is read of them', () => {
    const written = architecture.config(dimensions);
    expect(architecture.dimensions(written)).toEqual(dimensions);
    expect(written['model_type']).toBe(config['model_type']);
  });
});

test.each<[ModelConfig, RegExp]>([
  [
    { ...published[0]?.config, relative_attention_num_buckets: 64 },
    /"relative_attention_num_buckets" is 64; supported: 32/,
  ],
  [{ ...published[2]?.config, inner_group_num: 2 }, /"inner_group_num" is 2; supported: 1/],
  [{ ...published[3]?.config, attention_bias: true }, /"attention_bias" is true; supported: false/],
  [
    { ...published[3]?.config, rope_parameters: { full_attention: { rope_type: 'yarn', factor: 4 } } },
    /"rope_type" is "yarn"; supported: "default"/,
  ],
  [{ ...published[4]?.config, conv_kernel_size: 3 }, /"conv_kernel_size" is 3; supported: 0/],
  [{ ...published[4]?.config, pos_att_type: 'p2p' }, /"pos_att_type" is "p2p"; supported: c2p, p2c/],
  [{ ...published[4]?.config, relative_attention: false }, /"relative_attention" is false; supported: true/],
  [{ ...published[5]?.config, num_experts: 8 }, /"num_experts" is 8; supported: 0/],
  [{ ...published[5]?.config, rotary_emb_fraction: 0.5 }, /"rotary_emb_fraction" is 0.5; supported: 1/],
  [{ ...published[6]?.config, rope_scaling: { factor: 2, type: 'dynamic' } }, /"type" is "dynamic"; supported: ntk/],
  [
    { ...published[6]?.config, position_embedding_type: 'absolute' },
    /"position_embedding_type" is "absolute"; supported: rope/,
  ],
  [{ ...published[6]?.config, logn_attention_scale: true }, /"logn_attention_scale" is true; supported: false/],
])('what a family has in a form that is not implemented is refused by its key (%#)', (config, message) => {
  expect(() => architectureOf(config).dimensions(config)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
  );
});

test('newer files of ModernBERT say the same as older ones', () => {
  const {
    global_attn_every_n_layers: _,
    global_rope_theta: __,
    local_rope_theta: ___,
    ...config
  } = {
    ...(published[3]?.config as Record<string, unknown>),
  };
  const layers = Array.from({ length: 22 }, (_, i) => (i % 3 === 0 ? 'full_attention' : 'sliding_attention'));
  const newer = {
    ...config,
    layer_types: layers,
    rope_parameters: {
      full_attention: { rope_type: 'default', rope_theta: 160_000 },
      sliding_attention: { rope_type: 'default', rope_theta: 10_000 },
    },
  };
  const { dimensions } = architectureOf(newer);
  expect(dimensions(newer)).toEqual(dimensions(published[3]?.config ?? {}));
});
