import type { ModelConfig } from '../architectures/model-config.js';
import type { TowerName } from '../architectures/architecture.js';
import { findArchitecture } from '../architectures/registry.js';
import { ModelError } from '../errors.js';

/**
 * The configuration of one tower of a model that has two. Without a tower that is named it is the one that the family opens.
 *
 * @throws ModelError `OPTION_INVALID` where the model has no such tower
 */
export const atTower = (config: ModelConfig, tower: TowerName | undefined): ModelConfig => {
  if (tower === undefined) return config;
  const family = findArchitecture(config);
  const { reads = 'texts', towers } = family ?? {};
  const towerConfig = towers?.[tower];
  if (towerConfig) return towerConfig(config);
  if (family && reads === tower) return config;
  throw new ModelError(
    'OPTION_INVALID',
    `The tower for ${tower} is asked for, and the model (${JSON.stringify(config['model_type'])}) ${family ? `reads ${reads}` : 'is of no family that is known'}; ` +
      'only models of two towers, such as clip, have one to choose. Leave the option out.',
  );
};
