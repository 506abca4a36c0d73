/** `quantization_config` of config.json, as the compressed-tensors format names it: what Hugging Face transformers reads it by. */
import { ModelError } from '../errors.js';
import type { ModelConfig } from '../architectures/model-config.js';
import { isRecord } from '../sources/json-record.js';

const key = 'quantization_config';

/** What says that matrices are 8-bit integers with a scale a row, and that nothing else is quantised. */
const int8Config = {
  quant_method: 'compressed-tensors',
  format: 'int-quantized',
  quantization_status: 'compressed',
  config_groups: {
    group_0: {
      targets: ['Linear', 'Embedding'],
      weights: { num_bits: 8, type: 'int', symmetric: true, strategy: 'channel', dynamic: false },
      input_activations: null,
      output_activations: null,
    },
  },
  ignore: [],
} as const;

/** What is wrong with the weights of one group; undefined when they can be read. */
const weightsProblem = (weights: unknown): string | undefined => {
  if (weights === undefined || weights === null) return undefined;
  if (!isRecord(weights)) return 'weights that are not an object';
  const { num_bits: bits, type = 'int', symmetric = true, strategy = 'tensor' } = weights;
  if (bits !== 8 || type !== 'int') return `weights of ${JSON.stringify(bits)} bits of type ${JSON.stringify(type)}`;
  if (symmetric !== true) return 'weights that are not symmetric';
  return strategy === 'channel' || strategy === 'tensor'
    ? undefined
    : `weights with a scale by ${JSON.stringify(strategy)}`;
};

const problemOf = (quantization: unknown): string | undefined => {
  if (!isRecord(quantization)) return JSON.stringify(quantization);
  const { quant_method: method, format, config_groups: groups } = quantization;
  if (method !== 'compressed-tensors') return `quant_method ${JSON.stringify(method)}`;
  if (format !== 'int-quantized' && format !== 'naive-quantized') return `format ${JSON.stringify(format)}`;
  if (!isRecord(groups)) return 'no config_groups';
  return Object.values(groups)
    .map((group) => (isRecord(group) ? weightsProblem(group['weights']) : 'a group that is not an object'))
    .find((problem) => problem !== undefined);
};

/** A config.json of weights that are not quantised. */
export const withoutQuantization = ({ [key]: _, ...config }: ModelConfig): ModelConfig => config;

/** A config.json of weights as `toInt8Weights` makes them. */
export const withInt8Quantization = (config: ModelConfig): ModelConfig => ({
  ...withoutQuantization(config),
  [key]: int8Config,
});

/**
 * Checks that weights quantised in this way can be read, and returns the config.json of what they are once they are read: not quantised.
 *
 * @param name of the file, for messages
 * @throws ModelError `CONFIG_INVALID` for any other way
 */
export const readQuantization = (config: ModelConfig, name: string): ModelConfig => {
  const quantization = config[key];
  if (quantization === undefined || quantization === null) return config;
  const problem = problemOf(quantization);
  if (problem === undefined) return withoutQuantization(config);
  throw new ModelError(
    'CONFIG_INVALID',
    `${name}: "${key}" has ${problem}; only compressed-tensors "int-quantized" is read: symmetric 8-bit integers with a scale a row or a tensor. Save the model without quantisation.`,
  );
};
