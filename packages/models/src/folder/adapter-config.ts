import { ModelError } from '../errors.js';
import { decodeJson } from '../sources/file-source.js';
import type { FileSource } from '../sources/file-source.js';
import { isRecord } from '../sources/json-record.js';

/** Its name in a folder of an adapter. */
export const adapterConfigName = 'adapter_config.json';

/** What an adapter says of itself. */
export interface AdapterConfig {
  /** What messages call it. */
  readonly name: string;
  /** The model that it was trained on, as its author named it. */
  readonly base: string;
  readonly alpha: number;
  /** Of modules that have another than `alpha`: what their names match, the first of which counts. */
  readonly alphas: readonly (readonly [module: RegExp, alpha: number])[];
  /** Whether a product is scaled by alpha / sqrt(rank), not alpha / rank. */
  readonly isRankStabilised: boolean;
  /** Whether the matrices of the base are stored [in, out]. */
  readonly isInOut: boolean;
  /** The names of the modules that it changes, as its author gave them. */
  readonly targets: string;
  /** What the whole is for (`SEQ_CLS`, `TOKEN_CLS`, `QUESTION_ANS`). */
  readonly taskType: string | undefined;
}

/** Options that change what a product means, and that are not merged. */
const unsupported = [
  'use_dora',
  'lora_bias',
  'layer_replication',
  'trainable_token_indices',
  'target_parameters',
  'use_qalora',
  'corda_config',
];

const isSet = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== false;

/**
 * Reads the configuration of an adapter.
 *
 * @throws ModelError `CONFIG_INVALID` for adapters that are no LoRA, or of a kind that is not merged; `FILE_NOT_FOUND`, `FILE_INVALID`
 */
export const readAdapterConfig = async (source: FileSource): Promise<AdapterConfig> => {
  const name = `${source.name}/${adapterConfigName}`;
  const config = decodeJson(await source.read(adapterConfigName), name);
  const fail = (problem: string): never => {
    throw new ModelError(
      'CONFIG_INVALID',
      `${name}: ${problem}. Plain LoRA is merged, rank-stabilised too; merge this one with the library that trained it (merge_and_unload) and open the result.`,
    );
  };
  if (config['peft_type'] !== 'LORA') fail(`peft_type is ${JSON.stringify(config['peft_type'])}, expected "LORA"`);
  const other = unsupported.find((key) => isSet(config[key]));
  if (other !== undefined) fail(`"${other}" is ${JSON.stringify(config[other])}, which is not supported`);
  const { lora_alpha: alpha, alpha_pattern: alphas, target_modules: targets, base_model_name_or_path: base } = config;
  if (typeof alpha !== 'number' || !Number.isFinite(alpha))
    fail(`"lora_alpha" is ${JSON.stringify(alpha)}, expected a number`);
  const alphaOf = ([pattern, own]: readonly [string, unknown]): AdapterConfig['alphas'][number] => {
    if (typeof own !== 'number' || !Number.isFinite(own))
      return fail(`"alpha_pattern" has ${JSON.stringify(own)} for "${pattern}", expected a number`);
    try {
      return [new RegExp(`^(?:.*\\.)?(?:${pattern})$`), own];
    } catch {
      return fail(`"alpha_pattern" has "${pattern}", which is no pattern that is known here`);
    }
  };
  return {
    name: source.name,
    base: typeof base === 'string' ? base : 'unknown',
    alpha: Number(alpha),
    alphas: isRecord(alphas) ? Object.entries(alphas).map(alphaOf) : [],
    isRankStabilised: config['use_rslora'] === true,
    isInOut: config['fan_in_fan_out'] === true,
    targets: Array.isArray(targets) ? targets.join(', ') : typeof targets === 'string' ? targets : '',
    taskType: typeof config['task_type'] === 'string' ? config['task_type'] : undefined,
  };
};
