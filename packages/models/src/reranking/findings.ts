import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { isFullPoint } from '@length-adaptive/core/lengths';
import { checkFinite } from '../model/predict-logits.js';
import type { TextError } from '../predictor/read-each.js';
import { readOne } from '../predictor/read-each.js';
import { laterFirst, rankStage } from './rank-stages.js';
import type { StageOrder } from './rank-stages.js';
import type { DocumentWindow } from './read-request.js';
import type { Relevance } from './relevance.js';
import type { ScoredWindow } from './stages.js';

/** What a document was given: of several windows by the best one, of several stages by the last. */
export interface Finding extends Relevance {
  readonly window: DocumentWindow;
  readonly point: OperatingPoint;
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

const order: StageOrder<Finding> = {
  place: ({ window }) => window.document,
  compare: (a, b) => b.score - a.score || b.logit - a.logit,
};

export interface FindingsOptions {
  readonly relevance: (logits: Float32Array) => Relevance;
  /** Whether documents came in the order of a first search, which counts where they are not read at the full length. */
  readonly fuses: boolean;
}

export const createFindings = ({ relevance, fuses }: FindingsOptions): Findings => {
  const stages: Map<number, Finding>[] = [];
  const broken = new Map<number, TextError>();
  const orderOf = (stage: ReadonlyMap<number, Finding>): Finding[] => {
    const found = [...stage.values()];
    return rankStage(found, order, fuses && !found.every(({ point }) => isFullPoint(point)));
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
        const here: Finding = { ...relevance(logits), window, point };
        if (here.score > (found.get(document)?.score ?? -Infinity)) found.set(document, here);
      }
      stages.push(found);
    },
    ranked: () => laterFirst(stages.map(orderOf), order),
    broken: () =>
      [...broken].flatMap(([index, error]) => (stages.some((found) => found.has(index)) ? [] : [{ index, error }])),
  };
};
