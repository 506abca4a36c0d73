import { ModelError } from '../errors.js';
import type { ModelConfig } from '../model-config.js';
import type { Architecture } from './architecture.js';
import { bert } from './bert.js';

const known: readonly Architecture[] = [bert];

/**
 * The architecture that a config.json names.
 *
 * @throws ModelError `ARCHITECTURE_UNKNOWN`, listing the known ones
 */
export const architectureOf = (config: ModelConfig): Architecture => {
  const found = known.find(({ modelType }) => modelType === config['model_type']);
  if (!found) {
    throw new ModelError(
      'ARCHITECTURE_UNKNOWN',
      `config.json: model_type ${JSON.stringify(config['model_type'])} is not supported; known: ${known.map(({ modelType }) => modelType).join(', ')}.`,
    );
  }
  return found;
};
