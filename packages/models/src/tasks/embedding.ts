import { weightedCosineLoss, weightedSimilarityLoss } from '@length-adaptive/core/training';
import type { ModelConfig } from '../architectures/model-config.js';
import { architectureOf } from '../architectures/registry.js';
import type { Example } from '../datasets/dataset.js';
import { isDecimal } from '../datasets/decimal.js';
import { ModelError } from '../errors.js';
import { pearson, spearman } from '../metrics/correlation.js';
import { rowsBy } from '../metrics/rows-by.js';
import { cosine, unit } from '../metrics/vectors.js';
import type { AdaptationLoss } from './adaptation-loss.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { isOfClass } from '../architectures/checkpoint-class.js';
import type { AnswerTensor } from './answer-tensors.js';
import type { Answer } from './answer.js';
import type { EmbeddingSettings } from './embedding-settings.js';
import { promptText, readSettings, settingsKey, usualSettings, writeSettings } from './embedding-settings.js';
import type { LabelledInput } from './labelled-input.js';
import { checkLength, cutFrom } from './sequence-task.js';
import type { PreparedText, PrepareOptions, Task, TextInput } from './task.js';
import type { TaskDefinition } from './task-definition.js';
import { textWindows } from './text-windows.js';

/** A task that makes a vector of a text. */
export interface EmbeddingTask extends Task<Example> {
  readonly embedding: EmbeddingSettings;
}

/** The mean of the vectors of a text's windows, each weighing as many tokens as it has. */
const meanOf = (vectors: readonly ArrayLike<number>[], tokens: readonly number[]): Float32Array => {
  const [first = []] = vectors;
  const all = tokens.reduce((sum, count) => sum + count, 0);
  return Float32Array.from({ length: first.length }, (_, i) =>
    vectors.reduce((sum, vector, window) => sum + ((vector[i] as number) * (tokens[window] as number)) / all, 0),
  );
};

/**
 * The full length stays where the original's vectors are; fewer tokens come there, and find the same among the original's vectors. Lengths of vectors
 * do not count.
 */
const adaptation: AdaptationLoss = {
  compares: 'others',
  usual: { comparison: 0.3, temperature: 0.05 },
  full: (ops, { teacher, student }, { weights }) =>
    weightedCosineLoss(ops, ops.unit(teacher), ops.unit(student), weights),
  reduced: (ops, { teacher, student }, compared, { comparison, temperature }) => {
    const [theirs, own] = [ops.unit(teacher), ops.unit(student)];
    return ops.add(
      weightedCosineLoss(ops, theirs, own, compared.weights),
      ops.scale(weightedSimilarityLoss(ops, theirs, own, compared, { temperature }), comparison),
    );
  },
};

/** What the classes of encoders without a head end with, those with a projection the first. */
const suffixes = ['ModelWithProjection', 'Model'] as const;

const suffixOf = (config: ModelConfig): (typeof suffixes)[number] | undefined =>
  suffixes.find((suffix) => isOfClass(config, suffix));

const oneText = (text: TextInput): string => {
  if (typeof text === 'string') return text;
  throw new ModelError(
    'OPTION_INVALID',
    'A pair of texts came, and a vector is made of one text; give each of the two by itself.',
  );
};

const textVector: AnswerTensor = {
  name: 'embedding',
  datatype: 'FP32',
  width: -1,
  read: ({ embedding: vector = [] }) => [...vector],
};

/** Texts differ in how many tokens they have: a list of lists as JSON. */
const tokenVectors: AnswerTensor = {
  name: 'token_embeddings',
  datatype: 'BYTES',
  read: ({ tokenEmbeddings = [] }) => [JSON.stringify(tokenEmbeddings.map((vector) => [...vector]))],
};

const correlations = { spearman, pearson } as const;

/** Cosines of the pairs whose two vectors are there, with the labels of these pairs. */
const scoredPairs = (
  logits: readonly ArrayLike<number>[],
  examples: readonly LabelledInput[],
): { readonly cosines: readonly number[]; readonly labels: readonly number[] } => {
  const rows = rowsBy(examples.map(({ similarity }) => similarity));
  const pairs = [...rows].filter(([similarity, of]) => similarity && of.length === 2) as [
    { readonly label: number },
    [number, number],
  ][];
  return {
    cosines: pairs.map(([, [a, b]]) => cosine(logits[a] ?? [], logits[b] ?? [])),
    labels: pairs.map(([{ label }]) => label),
  };
};

const similarityLabel = (label: string | number | undefined, name: string): number => {
  const value = typeof label === 'number' || (label !== undefined && isDecimal(label)) ? Number(label) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new ModelError(
    'LABEL_UNKNOWN',
    `${name}: the label ${JSON.stringify(label)} is no number; how alike two texts are is a decimal number.`,
  );
};

/**
 * A vector for a text, to find texts that mean alike by.
 *
 * Its data are texts, or pairs of texts whose label says how alike they are: the vectors of both are made, and scored is how their
 * cosines go with the labels.
 *
 * @param width numbers of a state of the model, or of a vector where states are projected
 * @param suffix what the class of the checkpoint ends with
 */
export const embedding = (
  width: number,
  given: Partial<EmbeddingSettings> = {},
  suffix: (typeof suffixes)[number] = 'Model',
): EmbeddingTask => {
  const settings: EmbeddingSettings = { ...usualSettings, ...given };
  const { pooling, averaged, normalize, maxLength = Infinity, dimensions = width, lowerCase } = settings;
  const written = (text: string, prompt: string): string =>
    lowerCase ? `${prompt}${text}`.toLowerCase() : `${prompt}${text}`;
  const vectorAt = (logits: Float32Array, from = 0): Float32Array => {
    const vector = logits.subarray(from, from + dimensions);
    return normalize ? unit(vector) : vector;
  };
  const ofTokens = pooling === 'none';
  const answer = (logits: ArrayLike<number>): Answer => {
    const numbers = Float32Array.from(logits);
    const whole = { label: '', score: 1 };
    if (!ofTokens) return { ...whole, embedding: vectorAt(numbers) };
    const tokens = Array.from({ length: numbers.length / width }, (_, token) => token);
    return { ...whole, tokenEmbeddings: tokens.map((token) => vectorAt(numbers, token * width)) };
  };
  return {
    name: 'embedding',
    embedding: settings,
    data: 'texts',
    labelKind: 'regression',
    usualLength: settings.maxLength ?? 512,
    longTexts: 'cut',
    pair: 'none',
    readout: { pool: pooling, outputs: width, layer: 'none', normalize, ...(averaged === 'kept' && { averaged }) },
    distribution: 'none',
    adaptation,
    labels: [],
    defaultMetric: 'spearman',
    answers: 'vectors',
    answerTensors: [ofTokens ? tokenVectors : textVector],
    checkpoint: { classSuffix: suffix, config: { [settingsKey]: writeSettings(settings) } },
    answer,

    encode: (tokenizer, examples, { maxLength: asked = settings.maxLength ?? 512 } = {}) =>
      examples.flatMap(({ text, pair, label, id }, index) => {
        const name = `Example ${id ?? index + 1}`;
        const of = (written: string) => {
          const { ids, typeIds } = tokenizer.encode(written, undefined, { maxLength: asked });
          return { ids, typeIds };
        };
        const prompt = promptText(settings);
        try {
          const input = of(written(text, prompt));
          if (pair === undefined) return [{ input }];
          const similarity = label === undefined ? undefined : { label: similarityLabel(label, name) };
          return [input, of(written(pair, prompt))].map((side) => ({ input: side, ...(similarity && { similarity }) }));
        } catch (error) {
          if (error instanceof ModelError && !error.message.startsWith(name))
            throw new ModelError(error.code, `${name}: ${error.message}`, { cause: error });
          throw error;
        }
      }),

    prepare: (
      tokenizer: Tokenizer,
      text: TextInput,
      { positions, truncate, prompt, inWindows = false }: PrepareOptions,
    ): PreparedText => {
      const whole = written(oneText(text), promptText(settings, prompt));
      const most = Math.min(positions, maxLength);
      if (inWindows && !ofTokens) {
        const inputs = textWindows(tokenizer.encode(whole), most);
        const tokens = inputs.map(({ ids }) => ids.length);
        return { inputs, answer: (vectors) => answer(meanOf(vectors, tokens)) };
      }
      const encoding = tokenizer.encode(whole, undefined, { ...(truncate && { maxLength: most }) });
      checkLength(encoding.ids.length, most);
      return {
        inputs: [encoding],
        ...cutFrom(encoding, () => tokenizer.encode(whole)),
        answer: ([vector]) => answer(vector ?? []),
      };
    },

    score: (metric, logits, examples) => {
      if (ofTokens)
        throw new ModelError(
          'OPTION_INVALID',
          'The pooling is none, and how alike two texts are is told by one vector each; choose mean, weighted-mean or first.',
        );
      const correlation = Object.hasOwn(correlations, metric)
        ? correlations[metric as keyof typeof correlations]
        : undefined;
      if (!correlation)
        throw new ModelError(
          'OPTION_INVALID',
          `Vectors are not scored by "${metric}"; choose ${Object.keys(correlations).join(' or ')} (of pairs with a label), or fidelity.`,
        );
      const { cosines, labels } = scoredPairs(logits, examples);
      if (cosines.length === 0 && examples.length > 1)
        throw new ModelError(
          'DATA_INVALID',
          `"${metric}" needs pairs of texts with a number that says how alike they are, and none came; without labels choose fidelity.`,
        );
      return cosines.length === 0 ? 0 : correlation(cosines, labels);
    },
    divergence: (full, reduced) => 1 - cosine(full, reduced),
    nearness: cosine,
    targets: () => {
      throw new ModelError(
        'OPTION_INVALID',
        'The model makes vectors of texts, and has no labels to be trained on; name a task with labels, such as classification.',
      );
    },
  };
};

/** The width of a model's vectors; 0 for a configuration of no family that is known. */
const widthOf = (config: ModelConfig, { pooling }: EmbeddingSettings): number => {
  const { dimensions, readout } = architectureOf(config);
  const outputs = dimensions(config).hiddenSize;
  return readout?.(config, { pool: pooling, outputs, layer: 'none' }).outputs ?? outputs;
};

/** What else config.json says of a head: a checkpoint that says so is none of vectors, whatever its class. */
const headKeys = ['num_labels', 'id2label', 'problem_type'] as const;

/** How embedding is found: by its settings in config.json, or by the class of an encoder without a head. */
export const embeddingDefinition: TaskDefinition<Example> = {
  name: 'embedding',
  aliases: ['embeddings', 'feature-extraction'],
  fits: (config) =>
    config[settingsKey] !== undefined ||
    (suffixOf(config) !== undefined && headKeys.every((key) => (config[key] ?? undefined) === undefined)),
  make: (_, config) => {
    if (!config) return embedding(0);
    const settings = readSettings(config);
    return embedding(widthOf(config, settings), settings, suffixOf(config));
  },
};
