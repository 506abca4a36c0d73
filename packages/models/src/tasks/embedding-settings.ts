import type { ModelConfig } from '../architectures/model-config.js';
import { ModelError } from '../errors.js';
import { isRecord } from '../sources/json-record.js';

/**
 * What becomes the vector of a text: the mean of its tokens' last states, one in which a token weighs as much as its place, or the state of the first.
 * With `none` a text has a vector for every token, special ones included.
 */
export type EmbeddingPooling = 'mean' | 'weighted-mean' | 'first' | 'none';

const poolings: readonly EmbeddingPooling[] = ['mean', 'weighted-mean', 'first', 'none'];

/** How a model makes vectors of texts. */
export interface EmbeddingSettings {
  readonly pooling: EmbeddingPooling;
  /**
   * Of a mean, at fewer tokens: over all tokens, those that left with the last state they had, or over those that are kept, which is nearer to
   * the full vector where tokens are dropped. At the full length, and where tokens merge, it is the same. Absent: all.
   */
  readonly averaged?: 'all' | 'kept' | undefined;
  /** Whether vectors have length 1, so that their scalar product is their cosine. */
  readonly normalize: boolean;
  /** What is put before a text, by name: `{ query: 'query: ', document: 'passage: ' }`. */
  readonly prompts: Readonly<Record<string, string>>;
  /** Name of the prompt that is put before texts where nobody names one. Absent: none. */
  readonly defaultPrompt?: string | undefined;
  /** Tokens that a text may have, special ones included. Absent: as many as the model has positions. */
  readonly maxLength?: number | undefined;
  /** Leading numbers of each vector that are given (Matryoshka). Absent: all. */
  readonly dimensions?: number | undefined;
  /** Whether texts are put in lower case before they are cut into tokens. Absent: no; most tokenizers that want it do it themselves. */
  readonly lowerCase?: boolean | undefined;
}

/** What a model does whose files say nothing. */
export const usualSettings: EmbeddingSettings = { pooling: 'mean', normalize: true, prompts: {} };

/** Where config.json has them: what a folder's other files said is in there once it was read. */
export const settingsKey = 'length_adaptive_embedding';

/** The settings as config.json has them. */
export const writeSettings = ({
  pooling,
  averaged,
  normalize,
  prompts,
  defaultPrompt,
  maxLength,
  dimensions,
  lowerCase,
}: EmbeddingSettings): Readonly<Record<string, unknown>> => ({
  pooling,
  ...(averaged === 'kept' && { averaged }),
  normalize,
  prompts,
  ...(defaultPrompt !== undefined && { default_prompt: defaultPrompt }),
  ...(maxLength !== undefined && { max_length: maxLength }),
  ...(dimensions !== undefined && { dimensions }),
  ...(lowerCase !== undefined && { lower_case: lowerCase }),
});

const fail = (message: string): never => {
  throw new ModelError('CONFIG_INVALID', message);
};

const isPrompts = (value: unknown): value is Readonly<Record<string, string>> =>
  isRecord(value) && Object.values(value).every((text) => typeof text === 'string');

const isSize = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1;

/** @throws ModelError `CONFIG_INVALID` for a mean of kept tokens that is none, or whose length would count */
const checkAveraged = (
  averaged: unknown,
  { pooling, normalize }: Pick<EmbeddingSettings, 'pooling' | 'normalize'>,
  where: string,
): 'kept' | undefined => {
  if (averaged === undefined || averaged === 'all') return undefined;
  if (averaged !== 'kept')
    return fail(`${where}.averaged is ${JSON.stringify(averaged)}; expected "all" or "kept" tokens.`);
  if (pooling === 'first' || !normalize)
    return fail(
      `${where}.averaged is "kept" and ${pooling === 'first' ? 'the pooling is that of the first token' : 'vectors are not brought to length 1'}; the mean of kept tokens is for a mean whose length does not count.`,
    );
  return averaged;
};

/** @throws ModelError `CONFIG_INVALID` */
const checkPooling = (pooling: unknown, where: string): EmbeddingPooling =>
  poolings.find((known) => known === pooling) ??
  fail(`${where}: the pooling is ${JSON.stringify(pooling)}; supported: ${poolings.join(', ')}.`);

/**
 * The settings in a config.json; those that are usual where it has none.
 *
 * @throws ModelError `CONFIG_INVALID`
 */
export const readSettings = (config: ModelConfig): EmbeddingSettings => {
  const given = config[settingsKey] ?? {};
  const where = `config.json: "${settingsKey}"`;
  if (!isRecord(given)) return fail(`${where} is ${JSON.stringify(given)}; expected an object.`);
  const { normalize = usualSettings.normalize, prompts = usualSettings.prompts, ...rest } = given;
  const { default_prompt: defaultPrompt, max_length: maxLength, dimensions, lower_case: lowerCase } = rest;
  if (typeof normalize !== 'boolean') return fail(`${where}.normalize is no boolean.`);
  if (!isPrompts(prompts)) return fail(`${where}.prompts is no object of texts.`);
  if (defaultPrompt !== undefined && (typeof defaultPrompt !== 'string' || !Object.hasOwn(prompts, defaultPrompt)))
    return fail(
      `${where}.default_prompt is ${JSON.stringify(defaultPrompt)}; expected the name of one of its prompts.`,
    );
  for (const [name, value] of Object.entries({ max_length: maxLength, dimensions }))
    if (value !== undefined && !isSize(value))
      return fail(`${where}.${name} is ${JSON.stringify(value)}; expected a whole number from 1.`);
  const pooling = checkPooling(given['pooling'] ?? usualSettings.pooling, where);
  const averaged = checkAveraged(rest['averaged'], { pooling, normalize }, where);
  return {
    pooling,
    ...(averaged && { averaged }),
    normalize,
    prompts,
    defaultPrompt: defaultPrompt,
    maxLength: maxLength as number | undefined,
    dimensions: dimensions as number | undefined,
    lowerCase: lowerCase === true ? true : undefined,
  };
};

/** The digest of the weights that config.json of an exported folder tells, where they can no longer be read. */
export const digestIn = (config: ModelConfig): string | undefined => {
  const given = config[settingsKey];
  const digest = isRecord(given) ? given['digest'] : undefined;
  return typeof digest === 'string' ? digest : undefined;
};

/** A config.json that tells the digest of the weights; one of a model of another task is left as it is. */
export const withDigest = (config: ModelConfig, digest: string | undefined): ModelConfig => {
  const given = config[settingsKey];
  return isRecord(given) && digest !== undefined ? { ...config, [settingsKey]: { ...given, digest } } : config;
};

/** What is put before a text: a prompt by its name among the model's, a text of the caller's, or nothing. */
export type PromptChoice = string | { readonly text: string } | null;

/**
 * What is put before a text.
 *
 * @param choice default: the model's default prompt
 * @throws ModelError `OPTION_INVALID` for a name that the model has no prompt of
 */
export const promptText = (
  { prompts, defaultPrompt }: Pick<EmbeddingSettings, 'prompts' | 'defaultPrompt'>,
  choice: PromptChoice | undefined = defaultPrompt ?? null,
): string => {
  if (choice === null) return '';
  if (typeof choice === 'object') return choice.text;
  const found = Object.hasOwn(prompts, choice) ? prompts[choice] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(prompts);
  const known = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none';
  throw new ModelError(
    'OPTION_INVALID',
    `The model has no prompt called ${JSON.stringify(choice)}; ${known}. A text of your own is { text: "..." }.`,
  );
};

/** What a text is to an index: in it, or searched for. */
export type TextRole = 'document' | 'query';

const rolePrompts: Readonly<Record<TextRole, readonly string[]>> = {
  document: ['document', 'passage', 'corpus'],
  query: ['query'],
};

/**
 * The name of the prompt that a model has for documents or for queries, as models call them; undefined where it has none.
 *
 * @param settings absent of a model that makes no vectors
 */
export const promptNameFor = (
  settings: Pick<EmbeddingSettings, 'prompts'> | undefined,
  role: TextRole,
): string | undefined => rolePrompts[role].find((name) => Object.hasOwn(settings?.prompts ?? {}, name));
