import { ModelError } from '../errors.js';
import { unit } from '../metrics/vectors.js';
import type { EmbeddingSettings } from '../tasks/embedding-settings.js';
import { promptText } from '../tasks/embedding-settings.js';
import type { TaskName } from '../tasks/task.js';
import type { Embedding, EmbedOptions, FailedEmbedding, VectorFormat } from './embedding.js';
import type { FailedPrediction, Prediction, PredictOptions } from './prediction.js';
import { inFormat } from './vector-format.js';

/** Texts that are cut into tokens at once: what they take in memory does not grow with how many come. */
const textsAtOnce = 1024;

const formats: readonly VectorFormat[] = ['float32', 'int8', 'binary'];

/** What of a predictor vectors are made with. */
export interface VectorMaker {
  readonly task: TaskName;
  /** How its model makes vectors; undefined for a model of another task. */
  readonly embedding: EmbeddingSettings | undefined;
  /** Numbers of a state of the model. */
  readonly width: number;
  predict(texts: readonly string[], options: PredictOptions): Promise<readonly (Prediction | FailedPrediction)[]>;
}

/** @throws ModelError `OPTION_INVALID` */
const checkOptions = (texts: readonly string[], { dimensions, format }: EmbedOptions, most: number): void => {
  const fail = (message: string): never => {
    throw new ModelError('OPTION_INVALID', message);
  };
  const other = texts.findIndex((text) => typeof text !== 'string');
  if (other >= 0) fail(`Text ${other + 1} is of type ${typeof texts[other]}; expected a string.`);
  if (dimensions !== undefined && !(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= most))
    fail(`dimensions is ${dimensions}; this model's vectors have ${most}: expected a whole number from 1 to ${most}.`);
  if (format !== undefined && !formats.includes(format))
    fail(`The format is ${JSON.stringify(format)}; expected one of ${formats.join(', ')}.`);
};

/** How a model makes vectors. @throws ModelError `OPTION_INVALID` for a model of another task */
const embeddingOf = ({ task, embedding }: Pick<VectorMaker, 'task' | 'embedding'>): EmbeddingSettings => {
  if (embedding && embedding.pooling !== 'none') return embedding;
  if (embedding)
    throw new ModelError(
      'OPTION_INVALID',
      'The pooling of this model is none: it has a vector for every token (tokenEmbeddings of predict) and none for a text; open it with the pooling mean, weighted-mean or first.',
    );
  throw new ModelError(
    'OPTION_INVALID',
    `This model does ${task} and makes no vectors; open an encoder without a head, such as a checkpoint of sentence-transformers.`,
  );
};

/** Numbers of a vector that a model gives where nobody asks for fewer. */
const vectorSize = ({ embedding, width }: Pick<VectorMaker, 'embedding' | 'width'>): number =>
  embedding?.dimensions ?? width;

/** What of an index's identity its model alone does not say. */
export interface IdentityOptions extends Pick<EmbedOptions, 'prompt' | 'dimensions'> {
  readonly digest: string | undefined;
  readonly precision: string | undefined;
}

/** One line that two indexes share whose vectors can be compared. @throws ModelError `OPTION_INVALID` */
export const identityOf = (
  maker: Pick<VectorMaker, 'task' | 'embedding' | 'width'>,
  { prompt, dimensions = vectorSize(maker), digest = 'unknown', precision = 'fp32' }: IdentityOptions,
): string => {
  const settings = embeddingOf(maker);
  const { pooling, normalize, lowerCase = false } = settings;
  return [
    `weights=${digest}`,
    `precision=${precision}`,
    `pooling=${pooling}`,
    `normalize=${normalize}`,
    `dimensions=${dimensions}`,
    ...(lowerCase ? ['lower_case=true'] : []),
    `prompt=${JSON.stringify(promptText(settings, prompt))}`,
  ].join(';');
};

/**
 * The vectors of texts, in their order, whatever runs the model.
 *
 * @throws ModelError `OPTION_INVALID` for a model of another task, for more dimensions than it has, for a prompt that it does not have; and what
 * `predict` throws
 */
export const embedTexts = async (
  maker: VectorMaker,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<(Embedding | FailedEmbedding)[]> => {
  const settings = embeddingOf(maker);
  const most = vectorSize(maker);
  checkOptions(texts, options, most);
  promptText(settings, options.prompt);
  const { dimensions = most, format, longTexts = 'cut', onError, ...rest } = options;
  const cutDown = (whole: Float32Array): Float32Array => {
    if (dimensions === whole.length) return whole;
    return settings.normalize ? unit(whole.subarray(0, dimensions)) : whole.slice(0, dimensions);
  };
  const asked: PredictOptions = {
    ...rest,
    truncate: longTexts === 'cut',
    inWindows: longTexts === 'windows',
    onError: onError ?? (texts.length === 1 ? 'throw' : 'answer'),
  };
  const results: (Embedding | FailedEmbedding)[] = [];
  for (let from = 0; from < texts.length; from += textsAtOnce) {
    for (const found of await maker.predict(texts.slice(from, from + textsAtOnce), asked)) {
      if (found.error) {
        results.push({ error: found.error });
        continue;
      }
      const { embedding = new Float32Array(), point, cost, overBudget, tokens, cutTokens, keptTokens } = found;
      results.push({
        ...inFormat(cutDown(embedding), format),
        ...{ point, cost, tokens, keptTokens },
        ...(overBudget && { overBudget }),
        ...(cutTokens !== undefined && { cutTokens }),
      });
    }
  }
  return results;
};
