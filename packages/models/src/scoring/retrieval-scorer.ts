/** Vectors of documents scored by what queries find with them. */
import { ModelError } from '../errors.js';
import type { RetrievalMetricName } from '../metrics/retrieval.js';
import { retrievalMetrics } from '../metrics/retrieval.js';
import type { PredictLogitsOptions } from '../model/predict-logits.js';
import { predictLogits } from '../model/predict-logits.js';
import type { RunnableModel } from '../model/runnable-model.js';
import type { LabelledInput, SearchedDocument } from '../tasks/labelled-input.js';
import { scoreRetrieval } from './retrieval.js';

/** Whether a score is one of what queries find. */
export const isRetrievalMetric = (score: string): score is RetrievalMetricName =>
  Object.hasOwn(retrievalMetrics, score);

/** @throws ModelError `DATA_INVALID` for examples that are no documents with queries */
export const searchedDocuments = (
  metric: RetrievalMetricName,
  examples: readonly LabelledInput[],
): readonly SearchedDocument[] => {
  const documents = examples.flatMap(({ document }) => (document ? [document] : []));
  if (documents.length === examples.length) return documents;
  throw new ModelError(
    'DATA_INVALID',
    `"${metric}" needs documents with queries and judgements, as a BEIR folder has them (corpus.jsonl, queries.jsonl, qrels/); for texts alone choose fidelity.`,
  );
};

/** Scores vectors of documents; queries run once, here, at the full length. */
export const retrievalScorer = async (
  model: RunnableModel,
  examples: readonly LabelledInput[],
  metric: RetrievalMetricName,
  options: PredictLogitsOptions = {},
): Promise<(vectors: readonly Float32Array[]) => number> => {
  const documents = searchedDocuments(metric, examples);
  const { queries, judgements } = (documents[0] as SearchedDocument).search;
  const inputs = queries.map(({ input }) => input);
  const found = await predictLogits(model, inputs, { ...options, point: undefined });
  const asked = new Map(queries.map(({ id }, i) => [id, found[i] ?? new Float32Array()]));
  return (vectors) => {
    const byId = new Map(documents.map(({ id }, i) => [id, vectors[i] ?? new Float32Array()]));
    return scoreRetrieval(byId, asked, { judgements })[metric];
  };
};
