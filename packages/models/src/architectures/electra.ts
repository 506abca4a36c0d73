import type { Architecture } from './architecture.js';
import {
  bertBlock,
  bertConfig,
  bertDimensions,
  bertEmbeddings,
  bertHeadDropout,
  classifierHead,
} from './bert-specs.js';
import { denseAt } from './dense-specs.js';
import { configSize } from './model-config.js';

const root = 'electra.';

/** ELECTRA (Clark et al. 2020), its discriminators: BERT with embeddings that may be narrower than its states. */
export const electra: Architecture = {
  modelType: 'electra',
  classPrefix: 'Electra',
  prefix: root,
  headPrefixes: ['classifier.', 'qa_outputs.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'gelu',

  dimensions: (config) => {
    const sizes = bertDimensions(config);
    const embeddingSize = configSize(config, 'embedding_size', { fallback: 128 });
    return embeddingSize === sizes.hiddenSize ? sizes : { ...sizes, embeddingSize };
  },
  config: (sizes) => ({ ...bertConfig('electra', sizes), embedding_size: sizes.embeddingSize ?? sizes.hiddenSize }),

  encoder: (sizes) => {
    const { layers, hiddenSize, embeddingSize, heads, layerNormEpsilon, activation } = sizes;
    return {
      embeddings: {
        ...bertEmbeddings(root, sizes),
        ...(embeddingSize !== undefined && {
          projection: denseAt(`${root}embeddings_project`, embeddingSize, hiddenSize),
        }),
      },
      blocks: Array.from({ length: layers }, (_, layer) => bertBlock(`${root}encoder.layer.${layer}`, sizes)),
      heads,
      layerNormEpsilon,
      activation,
    };
  },

  head: classifierHead,
  headDropout: (config, { layer }) => bertHeadDropout(config, layer),
};
