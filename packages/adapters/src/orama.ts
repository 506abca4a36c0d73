/** Orama: a plugin that makes the vectors of documents and of what is searched for. */
import type { OramaPluginSync, Vector } from '@orama/orama';
import { ModelError } from '@length-adaptive/models/predict';
import type { Predictor } from '@length-adaptive/models/predict';
import { vectorMaker } from './vectors.js';
import type { Embedder, EmbeddingOptions } from './vectors.js';

export type { Embedder, EmbeddingOptions } from './vectors.js';

export interface EmbeddingsPluginOptions extends EmbeddingOptions {
  /** Names of the properties whose texts are put together, with dots for what is inside of others. */
  readonly properties: readonly string[];
  /** Property that holds the vector: `vector[N]` in the schema. Default `embeddings`. */
  readonly vectorProperty?: string | undefined;
}

/** The type of the property that holds a model's vectors, for the schema of a database. */
export const vectorType = (
  { embedding, dimensions }: Pick<Predictor, 'embedding' | 'dimensions'>,
  options: Pick<EmbeddingOptions, 'dimensions'> = {},
): Vector => `vector[${options.dimensions ?? embedding?.dimensions ?? dimensions.hiddenSize}]`;

/** A document of a database. */
type Row = Record<string, unknown>;

/** `a.b` of `{ a: { b: 'text' } }`, of several texts (`string[]`) all of them; undefined where there is no such text. */
const textAt = (document: Row, name: string): string | undefined => {
  const found = name
    .split('.')
    .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], document);
  if (Array.isArray(found) && found.length > 0 && found.every((each) => typeof each === 'string'))
    return found.join(', ');
  return typeof found === 'string' ? found : undefined;
};

/**
 * A plugin of Orama: documents that are inserted without a vector are given one, and searches in the modes `vector` and `hybrid` that have a `term` and no
 * vector are given that of the term.
 *
 * @param embedder a predictor of a model that makes vectors
 * @example
 * const db = create({
 *   schema: { text: 'string', embeddings: vectorType(embedder) },
 *   plugins: [createEmbeddingsPlugin(embedder, { properties: ['text'] })],
 * });
 */
export const createEmbeddingsPlugin = (
  embedder: Embedder,
  { properties, vectorProperty = 'embeddings', ...options }: EmbeddingsPluginOptions,
): OramaPluginSync => {
  const vectors = vectorMaker(embedder, options);
  /** Gives those a vector that have none, all of them at once. */
  const complete = async (documents: readonly Row[]): Promise<void> => {
    const waiting = documents.filter((document) => document[vectorProperty] === undefined);
    const texts = waiting.map((document) => properties.flatMap((name) => textAt(document, name) ?? []).join('. '));
    const empty = texts.findIndex((text) => text.trim() === '');
    if (empty >= 0)
      throw new ModelError(
        'TEXT_EMPTY',
        `A document has no text in ${properties.join(', ')}: ${JSON.stringify(waiting[empty]).slice(0, 80)}; expected words to make a vector of.`,
      );
    const { rows } = await vectors('document', texts);
    waiting.forEach((document, i) => (document[vectorProperty] = rows[i]));
  };
  return {
    name: 'length-adaptive-embeddings',
    beforeInsert: async (_, __, document) => complete([document as Row]),
    beforeInsertMultiple: async (_, documents) => complete(documents as Row[]),
    beforeSearch: async (_, params) => {
      const {
        mode = 'fulltext',
        term,
        vector,
      } = params as { mode?: string; term?: string; vector?: { value?: unknown; property?: string } };
      if (mode === 'fulltext' || vector?.value !== undefined || term === undefined) return;
      const { rows } = await vectors('query', [term]);
      Object.assign(params, { vector: { property: vectorProperty, ...vector, value: rows[0] } });
    },
  };
};
