import type { Architecture } from './architecture.js';
import { bertConfig, bertDimensions, bertEncoder, bertHeadDropout, pooledHead } from './bert-specs.js';

const root = 'bert.';

/** BERT (Devlin et al. 2019), and with it every encoder of the same shape: MiniLM, TinyBERT, BERT-tiny to -large, bge, gte. */
export const bert: Architecture = {
  modelType: 'bert',
  classPrefix: 'Bert',
  prefix: root,
  headPrefixes: ['classifier.', 'qa_outputs.'],
  layersKey: 'num_hidden_layers',
  poolerActivation: 'tanh',

  dimensions: bertDimensions,
  config: (dimensions) => bertConfig('bert', dimensions),
  encoder: (dimensions) => bertEncoder(root, dimensions),

  head: pooledHead(`${root}pooler.dense`),

  headDropout: (config, { layer }) => bertHeadDropout(config, layer),
};
