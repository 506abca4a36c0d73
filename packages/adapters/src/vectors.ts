import { ModelError, promptNameFor } from '@length-adaptive/models/predict';
import type { Budget, EmbedOptions, Predictor, PromptChoice, TextRole } from '@length-adaptive/models/predict';

export type { TextRole };

/** What vectors are made by: a predictor on either engine, or one in a worker. */
export type Embedder = Pick<Predictor, 'embed' | 'embedding' | 'identity'>;

/** How the vectors of an index and of what is searched in it are made. */
export interface EmbeddingOptions extends Pick<EmbedOptions, 'dimensions' | 'longTexts'> {
  /** What may be spent on a document. Default: the full model. */
  readonly budget?: Budget | undefined;
  /** What may be spent on a query. Default: the full model, for queries are short. */
  readonly queryBudget?: Budget | undefined;
  /** What is put before a document. Default: the model's prompt `document`, `passage` or `corpus` if it has one of these, else its default prompt. */
  readonly documentPrompt?: PromptChoice | undefined;
  /** What is put before a query. Default: the model's prompt `query` if it has one, else its default prompt. */
  readonly queryPrompt?: PromptChoice | undefined;
  /** The identity that was kept with an index: vectors that do not belong into it are refused. Default: not checked. */
  readonly identity?: string | undefined;
}

/** Vectors in the order of their texts, and the tokens of all texts. */
export interface Vectors {
  readonly rows: number[][];
  readonly tokens: number;
}

/** Makes vectors of texts. @throws ModelError what `embed` throws; `OPTION_INVALID` for another role; `INDEX_MISMATCH` for an index of another identity */
export type MakeVectors = (
  role: TextRole,
  texts: readonly string[],
  more?: Pick<EmbedOptions, 'budget' | 'signal'>,
) => Promise<Vectors>;

/** What makes the vectors of all adapters. */
export const vectorMaker = (
  embedder: Embedder,
  { budget, queryBudget, documentPrompt, queryPrompt, identity, ...options }: EmbeddingOptions = {},
): MakeVectors => {
  const { dimensions } = options;
  const prompts = {
    document: documentPrompt === undefined ? promptNameFor(embedder.embedding, 'document') : documentPrompt,
    query: queryPrompt === undefined ? promptNameFor(embedder.embedding, 'query') : queryPrompt,
  };
  const budgets = { document: budget, query: queryBudget };
  const check = async (): Promise<void> => {
    const own = await embedder.identity({ prompt: prompts.document, dimensions });
    if (own === identity) return;
    throw new ModelError(
      'INDEX_MISMATCH',
      `The index was made under the identity ${identity}, and the vectors of this model have ${own}: they cannot be compared. Open the model that the index was made with, or make the index anew.`,
    );
  };
  let checked: Promise<void> | undefined;
  return async (role, texts, more = {}) => {
    if (!Object.hasOwn(prompts, role))
      throw new ModelError('OPTION_INVALID', `role is ${JSON.stringify(role)}; expected "document" or "query".`);
    if (identity !== undefined) await (checked ??= check());
    const made = await embedder.embed(texts, {
      ...options,
      prompt: prompts[role],
      budget: more.budget ?? budgets[role],
      signal: more.signal,
      onError: 'throw',
    });
    return {
      rows: made.map(({ vector }) => Array.from(vector)),
      tokens: made.reduce((sum, { tokens }) => sum + tokens, 0),
    };
  };
};
