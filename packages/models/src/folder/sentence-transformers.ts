/** The files in which a checkpoint of sentence-transformers says how it makes vectors: read into config.json's settings, and written from them. */
import type { ModelConfig } from '../architectures/model-config.js';
import { architectureOf } from '../architectures/registry.js';
import { ModelError } from '../errors.js';
import type { FileSource } from '../sources/file-source.js';
import { decodeJson, decodeJsonValue, readIfThere } from '../sources/file-source.js';
import { isRecord } from '../sources/json-record.js';
import type { JsonRecord } from '../sources/json-record.js';
import { checkpointClass } from '../architectures/checkpoint-class.js';
import type { EmbeddingPooling, EmbeddingSettings } from '../tasks/embedding-settings.js';
import {
  digestIn,
  readSettings,
  settingsKey,
  usualSettings,
  withDigest,
  writeSettings,
} from '../tasks/embedding-settings.js';

/** A step of the way from a text to its vector: `modules.json` lists them. */
interface Module {
  readonly type: string;
  readonly path: string;
}

const modulesFile = 'modules.json';
const promptsFile = 'config_sentence_transformers.json';
const lengthFile = 'sentence_bert_config.json';
const poolingFolder = '1_Pooling';

/** The file that makes a folder one of sentence-transformers. */
export const sentenceTransformersMark = modulesFile;

/** What `sentenceTransformersFiles` writes. */
export const sentenceTransformersNames: readonly string[] = [
  modulesFile,
  `${poolingFolder}/config.json`,
  promptsFile,
  lengthFile,
];

const fail = (message: string): never => {
  throw new ModelError('CONFIG_INVALID', message);
};

const record = (value: unknown, name: string): JsonRecord =>
  isRecord(value) ? value : fail(`${name}: expected an object, got ${JSON.stringify(value)}.`);

/** A JSON object of a source; empty where it has none of that name. */
const readRecord = async (source: FileSource, path: string): Promise<JsonRecord> => {
  const bytes = await readIfThere(source, path);
  const name = `${source.name}/${path}`;
  return bytes === undefined ? {} : decodeJson(bytes, name);
};

const readModules = (value: unknown, name: string): readonly Module[] => {
  if (!Array.isArray(value)) return fail(`${name}: expected a list of modules, got ${JSON.stringify(value)}.`);
  return value.map((entry: unknown) => {
    const { type, path } = record(entry, name);
    if (typeof type !== 'string' || typeof path !== 'string')
      return fail(`${name}: the module ${JSON.stringify(entry)} has no type and path.`);
    return { type: type.split('.').at(-1) ?? type, path };
  });
};

/** What sentence-transformers calls the poolings that are known here; those of others are refused by name. */
const poolingKeys: Readonly<Record<string, EmbeddingPooling>> = {
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_cls_token: 'first',
  pooling_mode_weightedmean_tokens: 'weighted-mean',
};
const poolingNames: Readonly<Record<string, EmbeddingPooling>> = {
  mean: 'mean',
  cls: 'first',
  weightedmean: 'weighted-mean',
};

const supported = 'supported are the mean, the weighted mean and the first token (cls), one of them';

/** @throws ModelError `CONFIG_INVALID` for a pooling that is not one of those known, or for several side by side */
const readPooling = (config: JsonRecord, name: string): EmbeddingPooling => {
  if (config['include_prompt'] === false)
    return fail(`${name}: include_prompt is false, and prompts are always pooled with their text here.`);
  const named = config['pooling_mode'];
  if (named !== undefined) {
    const found = typeof named === 'string' && Object.hasOwn(poolingNames, named) ? poolingNames[named] : undefined;
    return found ?? fail(`${name}: the pooling is ${JSON.stringify(named)}; ${supported}.`);
  }
  const chosen = Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true);
  const [only = ''] = chosen;
  const found = chosen.length === 1 && Object.hasOwn(poolingKeys, only) ? poolingKeys[only] : undefined;
  return found ?? fail(`${name}: the pooling is ${chosen.join(' and ') || 'none'}; ${supported}.`);
};

/** Whether a checkpoint may be one of sentence-transformers: an encoder whose head, if it has one, is that of its pretraining. */
const mayMakeVectors = (config: ModelConfig): boolean =>
  config[settingsKey] !== undefined || /^$|Model$|ForMaskedLM$|ForPreTraining$/.test(checkpointClass(config));

/** What a checkpoint's own files say, undefined where it has none. */
const readOwn = async (source: FileSource): Promise<EmbeddingSettings | undefined> => {
  const bytes = await readIfThere(source, modulesFile);
  if (bytes === undefined) return undefined;
  const name = `${source.name}/${modulesFile}`;
  const modules = readModules(decodeJsonValue(bytes, name), name);
  const unknown = modules.find(({ type }) => !['Transformer', 'Pooling', 'Normalize'].includes(type));
  if (unknown)
    return fail(`${name}: the module ${unknown.type} is not supported; known: Transformer, Pooling, Normalize.`);
  const [transformer, pooling] = ['Transformer', 'Pooling'].map((type) => modules.find((found) => found.type === type));
  if (transformer && transformer.path !== '' && transformer.path !== '.')
    return fail(`${name}: the transformer is in "${transformer.path}"; open that folder, or move its files up.`);
  if (!pooling) return fail(`${name}: there is no Pooling, so that the model makes no vector of a text.`);
  const poolingPath = `${pooling.path}/config.json`;
  const [how, more, lengths] = await Promise.all([
    readRecord(source, poolingPath),
    readRecord(source, promptsFile),
    readRecord(source, lengthFile),
  ]);
  const { prompts, default_prompt_name: defaultPrompt } = more;
  const { max_seq_length: maxLength, do_lower_case: lowerCase } = lengths;
  return readSettings({
    [settingsKey]: {
      pooling: readPooling(how, `${source.name}/${poolingPath}`),
      normalize: modules.some(({ type }) => type === 'Normalize'),
      prompts: prompts ?? {},
      ...(typeof defaultPrompt === 'string' && { default_prompt: defaultPrompt }),
      ...(maxLength !== undefined && maxLength !== null && { max_length: maxLength }),
      ...(lowerCase === true && { lower_case: true }),
      ...(typeof more['truncate_dim'] === 'number' && { dimensions: more['truncate_dim'] }),
    },
  });
};

/**
 * A config.json with how its model makes vectors of texts: as the caller wants, else as the checkpoint's files say (`modules.json` and what it
 * names), else as config.json itself says. A checkpoint of another task is left as it is.
 *
 * @throws ModelError `CONFIG_INVALID` for a module or a pooling that is not supported; `FILE_INVALID`
 */
export const withEmbeddingSettings = async (
  config: ModelConfig,
  source: FileSource,
  asked?: Partial<EmbeddingSettings>,
): Promise<ModelConfig> => {
  if (!asked && !mayMakeVectors(config)) return config;
  const own = await readOwn(source);
  if (!own && !asked) return config;
  const said = readSettings(config);
  const { averaged, dimensions } = said; // for the first of which sentence-transformers has no word
  const known = own && { ...own, ...(averaged && { averaged }), dimensions: own.dimensions ?? dimensions };
  const settings = { ...usualSettings, ...(known ?? said), ...asked };
  const whole = { ...config, [settingsKey]: writeSettings(settings) };
  readSettings(whole); // what a caller without types asks for
  return withDigest(whole, digestIn(config));
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The files beside config.json by which sentence-transformers opens a model that makes vectors; none for another model. */
export const sentenceTransformersFiles = (config: ModelConfig): Readonly<Record<string, string>> => {
  if (config[settingsKey] === undefined) return {};
  const { hiddenSize, positions } = architectureOf(config).dimensions(config);
  const { pooling, normalize, prompts, defaultPrompt, maxLength, dimensions, lowerCase = false } = readSettings(config);
  if (pooling === 'none') return {}; // these files speak of one vector a text
  const module = (idx: number, path: string, type: string) => ({
    idx,
    name: String(idx),
    path,
    type: `sentence_transformers.models.${type}`,
  });
  const steps = [module(0, '', 'Transformer'), module(1, poolingFolder, 'Pooling')];
  const modes = Object.fromEntries(Object.entries(poolingKeys).map(([key, of]) => [key, of === pooling]));
  return {
    [modulesFile]: json(normalize ? [...steps, module(2, '2_Normalize', 'Normalize')] : steps),
    [`${poolingFolder}/config.json`]: json({
      word_embedding_dimension: hiddenSize,
      pooling_mode_max_tokens: false,
      pooling_mode_mean_sqrt_len_tokens: false,
      ...modes,
    }),
    [promptsFile]: json({
      prompts,
      default_prompt_name: defaultPrompt ?? null,
      similarity_fn_name: 'cosine',
      ...(dimensions !== undefined && { truncate_dim: dimensions }),
    }),
    [lengthFile]: json({ max_seq_length: maxLength ?? positions, do_lower_case: lowerCase }),
  };
};
