import type { Architecture } from './architecture.js';
import { bertConfig, bertDimensions, bertEncoder, bertHeadDropout } from './bert-specs.js';
import { denseAt } from './dense-specs.js';

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

  head: ({ hiddenSize, initialDeviation }, { pool, outputs, layer = 'classifier' }) => {
    const output = denseAt(layer, hiddenSize, outputs, initialDeviation);
    return pool === 'first'
      ? { pooler: denseAt(`${root}pooler.dense`, hiddenSize, hiddenSize, initialDeviation), output }
      : { output };
  },

  headDropout: (config, { layer }) => bertHeadDropout(config, layer),
};
