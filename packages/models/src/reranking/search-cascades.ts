import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { fullLength, isFullPoint } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import { mean } from '../metrics/mean.js';
import { rankingFidelity } from '../metrics/ranking-fidelity.js';
import type { RunnableTextModel } from '../model/runnable-model.js';
import type { RerankRecord } from './cascade-record.js';
import { createReranker } from './reranker.js';
import type { CreateRerankerOptions, MeasuredCascade, RankedDocument, RerankDocument } from './reranking.js';

/** A query with the documents that a first search found for it; no labels. */
export interface CandidateList {
  readonly query: string;
  readonly documents: readonly RerankDocument[];
}

export interface SearchCascadesOptions extends Pick<
  CreateRerankerOptions,
  'label' | 'scale' | 'windowLength' | 'stride' | 'ordered'
> {
  /** Points for the pass over all documents. Default: those of the model's Pareto set, else some that leave the first third of the layers whole. */
  readonly points?: readonly OperatingPoint[] | undefined;
  /** Numbers of documents to score again. Default: none, and some up to half of the longest list. */
  readonly keeps?: readonly number[] | undefined;
  /** How many of the first documents must be in their places. Default 10. */
  readonly top?: number | undefined;
  readonly onList?: ((done: number, lists: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the full length and each point say of a list. */
interface ScoredList {
  readonly full: ReadonlyMap<number, number>;
  readonly order: readonly number[];
  /** For each point: the order by it, and its cost. */
  readonly passes: readonly { readonly order: readonly number[]; readonly cost: number }[];
}

const orderOf = (results: readonly RankedDocument[]): number[] => results.map(({ index }) => index);

/** The first `keep` of an order, sorted by the full length, then the others as they are. */
const cascaded = (order: readonly number[], keep: number, full: ScoredList['full']): number[] => [
  ...order.slice(0, keep).sort((a, b) => (full.get(b) ?? 0) - (full.get(a) ?? 0) || a - b),
  ...order.slice(keep),
];

/** Those that no other beats in both fidelity and cost, the cheapest first. */
const undominated = (cascades: readonly MeasuredCascade[]): MeasuredCascade[] =>
  [...cascades]
    .sort((a, b) => a.cost - b.cost || b.fidelity - a.fidelity)
    .reduce<MeasuredCascade[]>(
      (kept, next) => (next.fidelity > (kept.at(-1)?.fidelity ?? -1) ? [...kept, next] : kept),
      [],
    );

/**
 * Which cascades are worth running: for every point and number of documents that are scored again, how near the rankings are to those of the full
 * length, on lists of candidates without labels. Every point runs once over every list, whatever the number of cascades.
 *
 * @returns the cascades that no other beats in both fidelity and cost, the cheapest first, for `length_adaptive.json` (`withCascades`)
 * @throws ModelError `DATA_INVALID` without lists, and what `rerank` throws
 * @example
 * const { cascades } = await searchCascades(model, [{ query: 'who wrote it', documents: passages }]);
 */
export const searchCascades = async (
  text: RunnableTextModel,
  lists: readonly CandidateList[],
  { points: asked, keeps, top = 10, onList, signal, ordered = false, ...options }: SearchCascadesOptions = {},
): Promise<RerankRecord> => {
  if (lists.length === 0)
    throw new ModelError('DATA_INVALID', 'There are no lists of candidates to search on; expected at least one.');
  const wrong = keeps?.find((keep) => !(Number.isInteger(keep) && keep >= 0));
  if (wrong !== undefined)
    throw new ModelError(
      'OPTION_INVALID',
      `keeps holds ${wrong}; expected whole numbers of documents that are scored again, from 0.`,
    );
  if (!(Number.isInteger(top) && top >= 1))
    throw new ModelError('OPTION_INVALID', `top is ${top}; expected a whole number of documents from 1.`);
  const reranker = createReranker(text, { ...options, ordered });
  const points = (asked ?? reranker.points.map(({ point }) => point)).filter((point) => !isFullPoint(point));
  const scored: ScoredList[] = [];
  for (const { query, documents } of lists) {
    if (documents.length === 0) continue; // a first search that found nothing
    const { results } = await reranker.rerank(query, documents, { signal });
    if (results.length === 0) continue; // none of its documents can be read: it has no order
    const passes: { order: number[]; cost: number }[] = [];
    for (const point of points) {
      const pass = await reranker.rerank(query, documents, { point, signal });
      passes.push({ order: orderOf(pass.results), cost: pass.cost });
    }
    scored.push({
      full: new Map(results.map(({ index, score }) => [index, score])),
      order: orderOf(results),
      passes,
    });
    onList?.(scored.length, lists.length);
  }
  if (scored.length === 0)
    throw new ModelError(
      'DATA_INVALID',
      'No list of candidates has a document that can be read; expected at least one.',
    );
  const longest = Math.max(...scored.map(({ order }) => order.length));
  const usual = [0, 0.1, 0.2, 0.3, 0.4, 0.5].map((share) => Math.ceil(share * longest));
  const counts = [...new Set(keeps ?? usual)].filter((keep) => keep !== 1); // one alone is in its place already
  const measured = points.flatMap((point, at) =>
    counts.map((keep): MeasuredCascade => {
      const of = scored.map(({ full, order, passes }) => {
        const pass = passes[at] ?? { order, cost: 1 };
        return {
          fidelity: rankingFidelity(order, cascaded(pass.order, keep, full), top),
          cost: Math.min(1, pass.cost + Math.min(keep, order.length) / order.length),
        };
      });
      return {
        point,
        keep,
        fidelity: mean(of.map(({ fidelity }) => fidelity)),
        cost: mean(of.map(({ cost }) => cost)),
      };
    }),
  );
  const whole: MeasuredCascade = {
    point: { lengths: fullLength(text.model.dimensions.layers) },
    keep: 0,
    fidelity: 1,
    cost: 1,
  };
  return {
    cascades: undominated([...measured.filter(({ cost }) => cost < 1), whole]),
    lists: scored.length,
    documents: scored.reduce((sum, { order }) => sum + order.length, 0),
    ...(ordered && { ordered }),
  };
};
