import type { Architecture, Dimensions } from './architecture.js';
import { bertBlock, bertConfig, bertDimensions, bertEmbeddings, pooledHead } from './bert-specs.js';
import { denseAt, layerNormAt } from './dense-specs.js';
import { distanceRows } from './distance-rows.js';
import type { ModelConfig } from './model-config.js';
import { configExactly, configNumber, configSize } from './model-config.js';
import { ModelError } from '../errors.js';

const root = 'deberta.';

/** What is compared beside contents: contents of queries with positions of keys (c2p), contents of keys with positions of queries (p2c). */
const comparisons = (config: ModelConfig): readonly string[] => {
  const given = config['pos_att_type'] ?? [];
  const kinds = (typeof given === 'string' ? given.toLowerCase().split('|') : given) as readonly unknown[];
  const names = Array.isArray(kinds) ? kinds.map((kind) => String(kind).trim()).filter((kind) => kind !== '') : ['?'];
  if (names.every((name) => name === 'c2p' || name === 'p2c')) return names;
  throw new ModelError(
    'CONFIG_INVALID',
    `config.json: "pos_att_type" is ${JSON.stringify(given)}; supported: c2p, p2c, or both with | between them.`,
  );
};

/** Rows of the table on either side, and the distance whose row is the last. */
const reach = (
  config: ModelConfig,
): { readonly span: number; readonly most: number; readonly logarithmic: boolean } => {
  const relative = configNumber(config, 'max_relative_positions', -1);
  const most = relative < 1 ? configSize(config, 'max_position_embeddings') : relative;
  const buckets = configNumber(config, 'position_buckets', -1);
  return { span: buckets > 0 ? buckets : most, most, logarithmic: buckets > 0 };
};

/** The row of a distance from a key to a query: near ones have their own, far ones share them by their logarithms. */
const rowOf = (distance: number, { span, most, logarithmic }: ReturnType<typeof reach>): number => {
  const [middle, far] = [Math.trunc(span / 2), Math.abs(distance)];
  const bucket =
    !logarithmic || far <= middle
      ? distance
      : Math.sign(distance) *
        (Math.ceil((Math.log(far / middle) / Math.log((most - 1) / middle)) * (middle - 1)) + middle);
  return Math.min(2 * span - 1, Math.max(0, bucket + span));
};

const normalisesVectors = ({ norm_rel_ebd: given }: ModelConfig): boolean =>
  typeof given === 'string' &&
  given
    .toLowerCase()
    .split('|')
    .some((name) => name.trim() === 'layer_norm');

const dimensions = (config: ModelConfig): Dimensions => {
  configExactly(config, 'relative_attention', true, false);
  configExactly(config, 'conv_kernel_size', 0);
  configExactly(config, 'pooler_hidden_act', 'gelu');
  const sizes = bertDimensions({ layer_norm_eps: 1e-7, ...config, type_vocab_size: 1 });
  configExactly(config, 'embedding_size', sizes.hiddenSize);
  const kinds = comparisons(config);
  const rows = 2 * reach(config).span;
  return {
    ...sizes,
    types: configSize(config, 'type_vocab_size', { fallback: 0, least: 0 }),
    ...(kinds.length > 0 && {
      distanceVectors: { queries: kinds.includes('c2p') ? rows : 0, keys: kinds.includes('p2c') ? rows : 0 },
    }),
    own: Object.fromEntries(
      Object.entries({
        relative_attention: true,
        position_biased_input: true,
        position_buckets: -1,
        max_relative_positions: -1,
        share_att_key: false,
        norm_rel_ebd: 'none',
        pos_att_type: [],
      }).map(([key, usual]) => [key, config[key] ?? usual]),
    ),
  };
};

/**
 * DeBERTa-v2 and -v3 (He et al. 2021): attention also compares contents with vectors of distances, and in most checkpoints nothing else says
 * where a token stands.
 */
export const deberta: Architecture = {
  modelType: 'deberta-v2',
  classPrefix: 'DebertaV2',
  prefix: root,
  headPrefixes: ['pooler.', 'classifier.', 'qa_outputs.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'gelu',

  dimensions,
  config: (sizes) => ({ ...bertConfig('deberta-v2', sizes), ...sizes.own }),

  encoder: (sizes) => {
    const { layers, hiddenSize: d, heads, positions, layerNormEpsilon, activation, own = {} } = sizes;
    const kinds = comparisons(own);
    const { position, ...embeddings } = bertEmbeddings(root, sizes);
    const where = reach({ ...own, max_position_embeddings: positions });
    const rows = distanceRows(positions, (distance) => rowOf(-distance, where));
    return {
      embeddings: {
        ...embeddings,
        ...(own['position_biased_input'] === true ? { position } : { mostTokens: positions }),
      },
      blocks: Array.from({ length: layers }, (_, layer) => {
        const at = `${root}encoder.layer.${layer}`;
        const { attention, feedForward } = bertBlock(at, sizes, {
          query: 'attention.self.query_proj',
          key: 'attention.self.key_proj',
          value: 'attention.self.value_proj',
        });
        const shared = own['share_att_key'] === true;
        const vectors = {
          table: { name: `${root}encoder.rel_embeddings.weight`, shape: [2 * where.span, d] },
          ...(normalisesVectors(own) && { norm: layerNormAt(`${root}encoder.LayerNorm`, d) }),
          ...(kinds.includes('c2p') && {
            key: shared ? attention.key : denseAt(`${at}.attention.self.pos_key_proj`, d, d),
          }),
          ...(kinds.includes('p2c') && {
            query: shared ? attention.query : denseAt(`${at}.attention.self.pos_query_proj`, d, d),
          }),
        };
        return {
          attention: kinds.length === 0 ? attention : { ...attention, relative: { rows, vectors } },
          feedForward,
        };
      }),
      heads,
      layerNormEpsilon,
      activation,
    };
  },

  head: pooledHead('pooler.dense'),
  headDropout: (config, { layer }) => {
    if (layer === 'qa_outputs') return 0;
    return configNumber(config, 'cls_dropout', configNumber(config, 'hidden_dropout_prob', 0.1));
  },
};
