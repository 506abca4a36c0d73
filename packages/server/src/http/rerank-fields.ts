/** What requests for a ranking have in common, whatever their protocol. */
import { pointText } from '@length-adaptive/models/predict';
import { Type } from 'typebox';
import { invalidRequest, ServerError } from '../errors.js';
import type { Ranking } from '../reranking/rank-texts.js';
import type { Found, LongDocuments } from './inference.js';
import type { RerankFields } from './request-fields.js';

/** What answers say of how many documents were seen at which length. */
export const stageSchema = Type.Array(
  Type.Object(
    { length_config: Type.String(), documents: Type.Integer() },
    { description: 'In the order in which they ran.' },
  ),
);

export const stagesOf = ({ stages }: Ranking) =>
  stages.map(({ point, texts }) => ({ length_config: pointText(point), documents: texts }));

/** Documents that are too long are read in windows, as the library does; a client that asks for it has them cut, or refused. */
export const longDocuments = (truncate: boolean | undefined): LongDocuments => ({
  truncate: truncate === true,
  inWindows: truncate === undefined,
});

/** The probability that a logit stands for. */
export const probabilityOf = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** @throws ServerError `TASK_MISMATCH` for a model that gives labels, `TEXT_EMPTY`, `REQUEST_INVALID` */
export const checkRanking = (
  { model, status }: Found,
  {
    query,
    documents,
    fields,
  }: { readonly query: string; readonly documents: readonly string[]; readonly fields: RerankFields },
): void => {
  if (status.labels.length > 1)
    throw new ServerError(
      'TASK_MISMATCH',
      `Model "${model.name}" does ${status.task} and gives labels; reranking is for models that give one number.`,
    );
  if (query.trim() === '')
    throw new ServerError('TEXT_EMPTY', 'The query is empty; expected the words that documents are searched for.');
  if (documents.length === 0) throw invalidRequest('There are no documents to rank; expected a list of at least one.');
  const { deadline_ms, budget_cost, budget_latency_ms, min_score, length_config } = fields;
  if (deadline_ms === undefined) return;
  const other = Object.entries({ budget_cost, budget_latency_ms, min_score, length_config }).find(
    ([, value]) => value !== undefined,
  );
  if (other) throw invalidRequest(`deadline_ms came with ${other[0]}; give one of them.`);
};
