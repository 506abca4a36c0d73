import { createRandom, shuffled } from '@length-adaptive/core';
import type { EncoderInput } from '@length-adaptive/core/encoder';
import type { BeirData, BeirText } from '../datasets/beir.js';
import { ModelError } from '../errors.js';
import type { TextRole } from '../tasks/embedding-settings.js';
import { promptNameFor } from '../tasks/embedding-settings.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import type { Task } from '../tasks/task.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';

export interface EncodeDocumentsOptions {
  /** Tokens that documents and queries are cut to. */
  readonly maxLength: number;
  /** Documents at most: all that are judged, and a random sample of the others. Default: all. */
  readonly limit?: number | undefined;
  /** Of the sample. Default 42. */
  readonly seed?: number | undefined;
}

/** Documents in their order, so many of them. */
const chosen = (
  { documents, judgements }: Pick<BeirData, 'documents' | 'judgements'>,
  { limit = Infinity, seed = 42 }: EncodeDocumentsOptions,
): readonly BeirText[] => {
  const written = documents.filter(({ text }) => text.trim() !== '');
  if (written.length <= limit) return written;
  const judged = new Set([...judgements.values()].flatMap((of) => [...of.keys()]));
  const others = shuffled(
    written.filter(({ id }) => !judged.has(id)),
    createRandom(seed),
  );
  const kept = new Set(others.slice(0, Math.max(0, limit - (written.length - others.length))).map(({ id }) => id));
  return written.filter(({ id }) => judged.has(id) || kept.has(id));
};

/**
 * Documents as inputs with all that they are searched by: the queries, as inputs of the full length, and the judgements. Each comes after the prompt
 * that the model has for its kind.
 *
 * @throws ModelError `OPTION_INVALID` for a task that makes no vectors
 */
export const encodeDocuments = (
  task: Task,
  tokenizer: Tokenizer,
  data: BeirData,
  options: EncodeDocumentsOptions,
): LabelledInput[] => {
  const { embedding } = task;
  if (!embedding)
    throw new ModelError(
      'OPTION_INVALID',
      `The model does ${task.name} and makes no vectors that documents could be found by; give it examples of its own task.`,
    );
  const encode = (text: string, role: TextRole): EncoderInput => {
    const prompt = promptNameFor(embedding, role);
    const { inputs } = task.prepare(tokenizer, text, { positions: options.maxLength, truncate: true, prompt });
    const [{ ids, typeIds } = { ids: [] }] = inputs;
    return { ids, typeIds };
  };
  const search = {
    queries: data.queries.map(({ id, text }) => ({ id, input: encode(text, 'query') })),
    judgements: data.judgements,
  };
  return chosen(data, options).map(({ id, text }) => ({
    input: encode(text, 'document'),
    document: { id, search },
  }));
};
