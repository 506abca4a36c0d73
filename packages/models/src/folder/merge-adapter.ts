import type { Architecture } from '../architectures/architecture.js';
import { findArchitecture } from '../architectures/registry.js';
import type { ModelConfig } from '../architectures/model-config.js';
import { namesInFile } from '../architectures/tensor-names-of.js';
import { ModelError } from '../errors.js';
import type { FileSource } from '../sources/file-source.js';
import { readModelWeights } from '../weights/read-weights.js';
import type { TensorData } from '../weights/safetensors.js';
import type { AdapterConfig } from './adapter-config.js';
import { readAdapterConfig } from './adapter-config.js';

type Tensors = ReadonlyMap<string, TensorData>;

/** Files that the weights of an adapter are in. */
const weightFiles = ['adapter_model.safetensors', 'adapter_model.bin'] as const;

/** What is learned of one matrix. */
interface Factors {
  /** [rank, in] */
  down?: TensorData;
  /** [out, rank] */
  up?: TensorData;
  /** Factors of a table, whose rows are looked up: the product stands for it with rows as columns. */
  isTable: boolean;
}

/** The names that training puts before and into those of tensors, taken out. */
const plainName = (name: string): string =>
  name
    .replace(/^base_model\.model\./, '')
    .replace(/\.modules_to_save(\.default)?(?=\.)/, '')
    .replace(/\.base_layer(?=\.)/, '');

/** Products of factors by module, and tensors that take the place of the base's by name. */
const sorted = (
  tensors: Tensors,
): { readonly products: Map<string, Factors>; readonly whole: Map<string, TensorData> } => {
  const products = new Map<string, Factors>();
  const whole = new Map<string, TensorData>();
  for (const [stored, tensor] of tensors) {
    if (stored.includes('.original_module.')) continue;
    const name = plainName(stored);
    const [, module, table, side] = /^(.+)\.lora_(embedding_)?([AB])(?:\.default)?(?:\.weight)?$/.exec(name) ?? [];
    if (module === undefined) {
      whole.set(name, tensor);
      continue;
    }
    const factors = products.get(module) ?? { isTable: table !== undefined };
    factors[side === 'A' ? 'down' : 'up'] = tensor;
    products.set(module, factors);
  }
  return { products, whole };
};

/** A matrix [rows, columns] with the scaled product of two factors added: [rows, rank] x [rank, columns], or that product with rows as columns. */
const added = (
  matrix: TensorData,
  {
    down,
    up,
    scale,
    isTurned,
  }: { readonly down: TensorData; readonly up: TensorData; readonly scale: number; readonly isTurned: boolean },
): TensorData => {
  const [rows = 0, columns = 0] = matrix.shape;
  const [rank = 0, inputs = 0] = down.shape;
  const data = Float32Array.from(matrix.data);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      const [out, input] = isTurned ? [column, row] : [row, column];
      let sum = 0;
      for (let k = 0; k < rank; k += 1)
        sum += (up.data[out * rank + k] as number) * (down.data[k * inputs + input] as number);
      data[row * columns + column] = (data[row * columns + column] as number) + scale * sum;
    }
  return { shape: matrix.shape, data, dtype: 'F32' };
};

/** The alpha of a module: its own where one is given for it, by a pattern of its whole name or of the end of it, as PEFT reads them. */
const alphaOf = (module: string, { alpha, alphas }: AdapterConfig): number =>
  alphas.find(([pattern]) => pattern.test(module))?.[1] ?? alpha;

/** The base's name of a tensor: with the prefix of its family, or without. */
const nameIn = (tensors: Tensors, name: string, family: Architecture | undefined): string | undefined => {
  const forms = family ? [...namesInFile(name, family), `${family.prefix}${name}`] : [name];
  return forms.find((form) => tensors.has(form));
};

/**
 * To be called for a folder without a model.
 *
 * @throws ModelError `FILE_NOT_FOUND`, with the base that its adapter needs; what `readAdapterConfig` throws
 */
export const refuseAlone = async (source: FileSource): Promise<never> => {
  const { base } = await readAdapterConfig(source);
  throw new ModelError(
    'FILE_NOT_FOUND',
    `${source.name} is an adapter, and no model of its own: open the model that it was trained on (${JSON.stringify(base)}) with the option adapter: ${JSON.stringify(source.name)}.`,
  );
};

/** Classes of what a whole is for. */
const suffixes: Readonly<Record<string, string>> = {
  SEQ_CLS: 'ForSequenceClassification',
  TOKEN_CLS: 'ForTokenClassification',
  QUESTION_ANS: 'ForQuestionAnswering',
};

/** The base's configuration with the head that an adapter brings along: its class, and as many labels as it has rows. */
const withHead = (
  config: ModelConfig,
  whole: ReadonlyMap<string, TensorData>,
  { taskType = '' }: AdapterConfig,
  family: Architecture | undefined,
): ModelConfig => {
  const suffix = suffixes[taskType];
  const heads = [...whole].filter(([name]) => family?.headPrefixes.some((prefix) => name.startsWith(prefix)) === true);
  const [output] = heads
    .filter(([name]) => /(^|\.)(classifier|out_proj|qa_outputs|score)\.weight$/.test(name))
    .slice(-1);
  if (suffix === undefined || family === undefined || output === undefined) return config;
  const [labels = 0] = output[1].shape;
  const { id2label: known, label2id: ids, num_labels: _, ...rest } = config;
  const isKnown = typeof known === 'object' && known !== null && Object.keys(known).length === labels;
  return {
    ...rest,
    architectures: [`${family.classPrefix}${suffix}`],
    ...(isKnown
      ? { id2label: known, label2id: ids }
      : taskType !== 'QUESTION_ANS' && {
          id2label: Object.fromEntries(Array.from({ length: labels }, (__, i) => [i, `LABEL_${i}`])),
        }),
  };
};

/** An adapter as its folder has it. */
const readAdapter = async (
  source: FileSource,
): Promise<{ readonly adapter: AdapterConfig } & ReturnType<typeof sorted>> => {
  const adapter = await readAdapterConfig(source);
  const [safe, pickled] = weightFiles;
  const isPickled = !(await source.exists(safe)) && (await source.exists(pickled));
  const { tensors } = await readModelWeights(source, isPickled ? pickled : safe);
  return { adapter, ...sorted(tensors) };
};

/**
 * The configuration of a base with an adapter: with the head that the adapter brings along.
 *
 * @throws ModelError what `readAdapterConfig` throws
 */
export const adaptedConfig = async (config: ModelConfig, source: FileSource): Promise<ModelConfig> => {
  const { adapter, whole } = await readAdapter(source);
  return withHead(config, whole, adapter, findArchitecture(config));
};

/**
 * The weights of a base with an adapter merged into them: to each matrix that it changes, the product of its factors is added, scaled; heads and
 * biases that it was trained with take the place of the base's.
 *
 * @throws ModelError `TENSOR_MISSING` for modules that the base does not have, and for a factor without the other, `SHAPE_MISMATCH` for an
 * adapter of another base; what `readAdapterConfig` throws
 */
export const mergeAdapter = async (
  config: ModelConfig,
  base: Tensors,
  source: FileSource,
): Promise<Map<string, TensorData>> => {
  const { adapter, products, whole } = await readAdapter(source);
  const family = findArchitecture(config);
  const tensors = new Map(base);
  const missing = (problem: string): ModelError =>
    new ModelError(
      'TENSOR_MISSING',
      `${adapter.name}: ${problem} It was trained on ${adapter.base}; open that one with it.`,
    );
  for (const [module, { down, up, isTable }] of products) {
    const name = nameIn(tensors, `${module}.weight`, family);
    const matrix = name === undefined ? undefined : tensors.get(name);
    if (name === undefined || !matrix)
      throw missing(
        `the adapter changes "${module}" (target modules: ${adapter.targets}), and the model has no tensor "${module}.weight".`,
      );
    if (!down || !up) throw missing(`of the two factors of "${module}" one is not there. Fetch the adapter again.`);
    const isTurned = isTable || adapter.isInOut;
    const expected = isTurned ? [down.shape[1], up.shape[0]] : [up.shape[0], down.shape[1]];
    const [rank = 1] = down.shape;
    if (matrix.shape.join() !== expected.join() || up.shape[1] !== rank)
      throw new ModelError(
        'SHAPE_MISMATCH',
        `${adapter.name}: the adapter changes "${module}" by factors [${up.shape.join(', ')}] and [${down.shape.join(', ')}], and the model's tensor is [${matrix.shape.join(', ')}]. ` +
          `It was trained on ${adapter.base}; open that one with it.`,
      );
    const scale = alphaOf(module, adapter) / (adapter.isRankStabilised ? Math.sqrt(rank) : rank);
    tensors.set(name, added(matrix, { down, up, scale, isTurned }));
  }
  for (const [name, tensor] of whole) tensors.set(nameIn(tensors, name, family) ?? name, tensor);
  return tensors;
};
