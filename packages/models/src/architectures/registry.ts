import { ModelError } from '../errors.js';
import type { ModelConfig } from '../model-config.js';
import type { Architecture } from './architecture.js';
import { bert } from './bert.js';
import { distilbert } from './distilbert.js';
import { tinybert } from './tinybert.js';

const known: readonly Architecture[] = [bert, distilbert, tinybert];

/** Early checkpoints of BERT and TinyBERT do not name their family; these keys are theirs. */
const bertKeys = ['hidden_size', 'num_hidden_layers', 'num_attention_heads', 'intermediate_size'];

/** The architecture that a config.json names, undefined when it is none of those that are known. */
export const findArchitecture = (config: ModelConfig): Architecture | undefined => {
  const name = config['model_type'];
  if (name === undefined && bertKeys.every((key) => key in config)) return 'emb_size' in config || 'cell' in config ? tinybert : bert;
  return known.find(({ modelType }) => modelType === name);
};

/**
 * The architecture that a config.json names.
 *
 * @throws ModelError `ARCHITECTURE_UNKNOWN`, listing the known ones
 */
export const architectureOf = (config: ModelConfig): Architecture => {
  const found = findArchitecture(config);
  if (found) return found;
  const name = config['model_type'];
  const problem = name === undefined ? `no "model_type", and not all of a BERT's ${bertKeys.join(', ')}` : `model_type ${JSON.stringify(name)} is not supported`;
  throw new ModelError(
    'ARCHITECTURE_UNKNOWN',
    `config.json: ${problem}; known: ${known.map(({ modelType }) => modelType).join(', ')}. Take a model of one of these families; if this one has their tensors under their names, set "model_type" in its config.json to that family.`,
  );
};
