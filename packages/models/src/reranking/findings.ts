import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { isFullPoint } from '@length-adaptive/core/lengths';
import { checkFinite } from '../model/predict-logits.js';
import type { TextError } from '../predictor/read-each.js';
import { readOne } from '../predictor/read-each.js';
import { fuseOrders } from './fuse-orders.js';
import type { DocumentWindow } from './read-request.js';
import type { Relevance } from './relevance.js';
import type { ScoredWindow } from './stages.js';

/** What a document was given: of several windows by the best one, of several stages by the last. */
export interface Finding extends Relevance {
  readonly window: DocumentWindow;
  readonly point: OperatingPoint;
  /** Number of the stage. */
  readonly stage: number;
}

/** What the stages of one ranking found of its documents. */
export interface Findings {
  /** Takes what a stage gave. Outputs that are no finite numbers say nothing of a document. */
  add(scored: readonly ScoredWindow[], point: OperatingPoint): void;
  /** Those that were seen, the best first: what a later stage saw before the others, which stay in the order of the first. */
  ranked(): readonly Finding[];
  /** Documents of which no output says anything, and why; not those that were not seen. */
  broken(): readonly { readonly index: number; readonly error: TextError }[];
}

const byArrival = (a: Finding, b: Finding): number => a.window.document - b.window.document;

const byRelevance = (a: Finding, b: Finding): number => b.score - a.score || b.logit - a.logit || byArrival(a, b);

export interface FindingsOptions {
  readonly relevance: (logits: Float32Array) => Relevance;
  /** Whether documents came in the order of a first search, which counts where they are not read at the full length. */
  readonly fuses: boolean;
}

export const createFindings = ({ relevance, fuses }: FindingsOptions): Findings => {
  const stages: Map<number, Finding>[] = [];
  const broken = new Map<number, TextError>();
  const orderOf = (found: ReadonlyMap<number, Finding>): readonly Finding[] => {
    const ranked = [...found.values()].sort(byRelevance);
    return fuses && !ranked.every(({ point }) => isFullPoint(point))
      ? fuseOrders([ranked, [...ranked].sort(byArrival)])
      : ranked;
  };
  return {
    add: (scored, point) => {
      const found = new Map<number, Finding>();
      for (const { logits, ...window } of scored) {
        const { document } = window;
        const { error } = readOne(true, () => checkFinite(logits, `document ${document}`));
        if (error) {
          broken.set(document, error);
          continue;
        }
        const here: Finding = { ...relevance(logits), window, point, stage: stages.length };
        if (here.score > (found.get(document)?.score ?? -Infinity)) found.set(document, here);
      }
      stages.push(found);
    },
    ranked: () => {
      const seen = new Set<number>();
      return [...stages].reverse().flatMap((found) => {
        const own = orderOf(found).filter(({ window }) => !seen.has(window.document));
        own.forEach(({ window }) => seen.add(window.document));
        return own;
      });
    },
    broken: () =>
      [...broken].flatMap(([index, error]) => (stages.some((found) => found.has(index)) ? [] : [{ index, error }])),
  };
};
