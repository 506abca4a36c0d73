import type { Architecture, Dimensions } from './architecture.js';
import { bertConfig, bertDimensions, bertEncoder, bertHeadDropout, classifierHead } from './bert-specs.js';
import type { ModelConfig } from './model-config.js';
import { configSize } from './model-config.js';

const root = 'roberta.';

/** Positions are counted from the row after that of the padding token. */
export const firstPosition = (config: ModelConfig): number =>
  1 + configSize(config, 'pad_token_id', { fallback: 1, least: 0 });

const dimensions = (config: ModelConfig): Dimensions => {
  const first = firstPosition(config);
  const rows = configSize(config, 'max_position_embeddings', { least: first + 1 });
  const { types: typeRows, ...sizes } = bertDimensions(config);
  return { ...sizes, types: 0, typeRows, positions: rows - first, firstPosition: first };
};

/** Sizes of the tables as they are in a file. */
const inFile = ({ firstPosition: first = 2, typeRows = 1, ...sizes }: Dimensions): Dimensions => ({
  ...sizes,
  positions: sizes.positions + first,
  types: typeRows,
});

/**
 * RoBERTa (Liu et al. 2019): BERT whose positions begin behind the padding token's, whose tokens are all of one type, and whose classifier
 * has a layer of its own in the place of the pooler. All published checkpoints name their tensors `roberta.`, whatever the family is called.
 */
const robertaNamed = (modelType: string, classPrefix: string): Architecture => ({
  modelType,
  classPrefix,
  prefix: root,
  headPrefixes: ['classifier.', 'qa_outputs.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions,

  config: (sizes) => ({
    ...bertConfig(modelType, inFile(sizes)),
    pad_token_id: (sizes.firstPosition ?? 2) - 1,
  }),

  encoder: (sizes) => {
    const { embeddings, ...encoder } = bertEncoder(root, inFile(sizes));
    return { ...encoder, embeddings: { ...embeddings, firstPosition: sizes.firstPosition ?? 2, oneType: true } };
  },

  head: classifierHead,

  headDropout: (config, { layer }) => bertHeadDropout(config, layer),
});

export const roberta = robertaNamed('roberta', 'Roberta');

/** XLM-R (Conneau et al. 2020): RoBERTa for a hundred languages, with a Unigram tokenizer. */
export const xlmRoberta = robertaNamed('xlm-roberta', 'XLMRoberta');

/** CamemBERT (Martin et al. 2020): RoBERTa for French, with a Unigram tokenizer. */
export const camembert = robertaNamed('camembert', 'Camembert');
