import type { ModelConfig } from '../architectures/model-config.js';
import { configChoice } from '../architectures/model-config.js';

/**
 * What a head on whole texts is for, as config.json says it.
 *
 * @throws ModelError `CONFIG_INVALID`
 */
export const problemOf = (config: ModelConfig): string =>
  configChoice(
    config,
    'problem_type',
    ['single_label_classification', 'multi_label_classification', 'regression'],
    'single_label_classification',
  );
