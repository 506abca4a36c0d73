/** What is asked of a reranker, and what comes of it. */
import type { OperatingPoint } from '@length-adaptive/core/lengths';
import type { Budget } from '../predictor/budget.js';
import type { TextError } from '../predictor/read-each.js';
import type { RelevanceScale } from '../tasks/rerank.js';

/** A document: its text, or an object that holds it, whatever else is in it. */
export type RerankDocument = string | { readonly text: string };

/** All documents at one point, then the best of them again at the full length, with the same weights. */
export interface Cascade {
  /** What all documents are scored at. */
  readonly point: OperatingPoint;
  /** How many of the best are scored again at the full length; 0 for none. */
  readonly keep: number;
}

/** A cascade with what it was measured to give and to cost. */
export interface MeasuredCascade extends Cascade {
  /** How near its rankings are to those of the full length, 0 to 1: {@link rankingFidelity}, the mean over lists of candidates. */
  readonly fidelity: number;
  /** Share of the multiply-accumulates of the full length for all documents, in (0, 1]. */
  readonly cost: number;
}

export interface RerankOptions {
  /** Most documents to give. Default: all of them. */
  readonly topK?: number | undefined;
  /** What may be spent on all documents together: `{ cost }`, a share of what the full length takes, or `{ minScore }`. */
  readonly budget?: Exclude<Budget, { readonly latencyMs: number }> | undefined;
  /** Run exactly this point instead. */
  readonly point?: OperatingPoint | undefined;
  /** Run exactly this cascade instead. */
  readonly cascade?: Cascade | undefined;
  /** Milliseconds from the call in which the answer comes, with what was scored best until then. Default: no bound. */
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CreateRerankerOptions {
  /** The label whose probability says how relevant a document is: for models that give labels. */
  readonly label?: string | undefined;
  /** What becomes of a model's one logit. Default: what its task says. */
  readonly scale?: RelevanceScale | undefined;
  /** Tokens of a query with its document, or with a part of it: longer documents are read in windows, and their best window counts. Default: the model's positions. */
  readonly windowLength?: number | undefined;
  /** Tokens of a document that neighbouring windows share. Default: a third of a window, at most 128. */
  readonly stride?: number | undefined;
  /**
   * Documents come in the order of a first search, the best first: where they are not scored at the full length, that order and the model's are
   * fused ({@link fuseOrders}). Default: whether the model's cascades were searched so, else false. Cascades that were searched otherwise are left out.
   */
  readonly ordered?: boolean | undefined;
  /** Milliseconds now. Default `performance.now`. */
  readonly now?: (() => number) | undefined;
}

/** A document with its place in the ranking. */
export interface RankedDocument {
  /** Its place among the documents that came, from 0. */
  readonly index: number;
  /** How relevant it is: of two documents that were scored at one point, the higher is the better. */
  readonly score: number;
  /** The model's output that the score is made of. */
  readonly logit: number;
  /** The operating point that its score is of. */
  readonly point: OperatingPoint;
  /** Of a document that was read in windows: where the best one begins and ends in its text, in UTF-16 units, end excluded. */
  readonly window?: { readonly start: number; readonly end: number };
}

/** How many documents were seen at which length. */
export interface RerankStage {
  readonly point: OperatingPoint;
  readonly documents: number;
  /** Inputs that were run: more than documents where some were read in windows. */
  readonly inputs: number;
}

export interface Reranking {
  /** The best first. Documents that were scored again at the full length come before those that were not. */
  readonly results: readonly RankedDocument[];
  /** Documents for which no time was left, in their order. */
  readonly unseen: readonly number[];
  /** Documents that cannot be read. */
  readonly failed: readonly { readonly index: number; readonly error: TextError }[];
  /** What ran, in its order. */
  readonly stages: readonly RerankStage[];
  /** MACs that were spent, as a share of what the full length would have spent on all documents. */
  readonly cost: number;
  /** What the call took. */
  readonly milliseconds: number;
}
