import type { Architecture, Dimensions } from './architecture.js';
import {
  bertBlock,
  bertConfig,
  bertDimensions,
  bertEmbeddings,
  bertHeadDropout,
  classifierHead,
} from './bert-specs.js';
import { distanceRows } from './distance-rows.js';
import type { ModelConfig } from './model-config.js';
import { configExactly, configSize } from './model-config.js';
import { firstPosition } from './roberta.js';

const root = 'mpnet.';

/** Rows of the table of distances, whatever a checkpoint says: half of them for keys before the query, half for those behind. */
const buckets = 32;

/** Distances below a quarter of the buckets have their own, those up to 128 share the others by their logarithms. */
const bucketOf = (distance: number): number => {
  const [side, exact] = [buckets / 2, buckets / 4];
  const far = Math.abs(distance);
  const along = exact + Math.trunc((Math.log(far / exact) / Math.log(128 / exact)) * (side - exact));
  return (distance > 0 ? side : 0) + (far < exact ? far : Math.min(side - 1, along));
};

const dimensions = (config: ModelConfig): Dimensions => {
  configExactly(config, 'relative_attention_num_buckets', buckets);
  const first = firstPosition(config);
  const rows = configSize(config, 'max_position_embeddings', { least: first + 1 });
  return { ...bertDimensions(config), types: 0, positions: rows - first, firstPosition: first };
};

/**
 * MPNet (Song et al. 2020): positions as RoBERTa has them, and beside them a number a head that attention adds by the distance of two
 * tokens, the same in all layers.
 */
export const mpnet: Architecture = {
  modelType: 'mpnet',
  classPrefix: 'MPNet',
  prefix: root,
  headPrefixes: ['classifier.', 'qa_outputs.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions,

  config: ({ firstPosition: first = 2, ...sizes }) => {
    const { type_vocab_size: _, ...config } = bertConfig('mpnet', { ...sizes, positions: sizes.positions + first });
    return { ...config, relative_attention_num_buckets: buckets, pad_token_id: first - 1 };
  },

  encoder: (sizes) => {
    const { layers, heads, positions, firstPosition: first = 2, layerNormEpsilon, activation } = sizes;
    const relative = {
      rows: distanceRows(positions, bucketOf),
      bias: { name: `${root}encoder.relative_attention_bias.weight`, shape: [buckets, heads] },
    };
    return {
      embeddings: { ...bertEmbeddings(root, { ...sizes, positions: positions + first }), firstPosition: first },
      blocks: Array.from({ length: layers }, (_, layer) => {
        const { attention, feedForward } = bertBlock(`${root}encoder.layer.${layer}`, sizes, {
          query: 'attention.attn.q',
          key: 'attention.attn.k',
          value: 'attention.attn.v',
          output: 'attention.attn.o',
          attentionNorm: 'attention.LayerNorm',
        });
        return { attention: { ...attention, relative }, feedForward };
      }),
      heads,
      layerNormEpsilon,
      activation,
    };
  },

  head: classifierHead,
  headDropout: (config, { layer }) => bertHeadDropout(config, layer),
};
