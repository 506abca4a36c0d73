import type { Activation } from '@length-adaptive/core';
import type { ModelConfig } from './model-config.js';
import { configChoice } from './model-config.js';

/** Activations by the names that Hugging Face transformers has for them: several that differ by rounding alone are one here. */
const activations: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['gelu', 'gelu'],
  ['gelu_python', 'gelu'],
  ['gelu_new', 'gelu_new'],
  ['gelu_fast', 'gelu_new'],
  ['gelu_pytorch_tanh', 'gelu_new'],
  ['gelu_accurate', 'gelu_new'],
  ['relu', 'relu'],
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['quick_gelu', 'quick_gelu'],
]);

/**
 * The activation of config.json.
 *
 * @throws ModelError `CONFIG_INVALID` for one that is not implemented
 */
export const configActivation = (config: ModelConfig, key: string, fallback = 'gelu'): Activation =>
  activations.get(configChoice(config, key, [...activations.keys()], fallback)) ?? 'gelu';
