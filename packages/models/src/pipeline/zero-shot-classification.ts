import type { Predictor } from '../predictor/predictor.js';
import { hypothesesOf, labelProbabilities, nliOutputsOf } from '../zero-shot/hypotheses.js';
import type { PipelineDefaults } from './pipeline-options.js';
import { spending } from './pipeline-options.js';

/** How probable labels are for a text. */
export interface ZeroShotClassification {
  readonly sequence: string;
  /** The most probable first. */
  readonly labels: string[];
  /** In the order of the labels. */
  readonly scores: number[];
}

export interface ZeroShotClassificationOptions extends PipelineDefaults {
  /** The hypothesis of a label, which takes the place of `{}`. Default `This example is {}.` */
  readonly hypothesis_template?: string | undefined;
  /** Whether several labels may be true: each has a probability of its own. Default: one is, and all of them sum to 1. */
  readonly multi_label?: boolean | undefined;
}

/** What comes of one text; of several a list. */
export interface ZeroShotClassificationPipeline {
  (
    text: string,
    labels: string | readonly string[],
    options?: ZeroShotClassificationOptions,
  ): Promise<ZeroShotClassification>;
  (
    texts: readonly string[],
    labels: string | readonly string[],
    options?: ZeroShotClassificationOptions,
  ): Promise<ZeroShotClassification[]>;
}

/** @throws ModelError `OPTION_INVALID` for a model that was not trained on natural language inference */
export const zeroShotClassification = (
  predictor: Predictor,
  defaults: PipelineDefaults,
): ZeroShotClassificationPipeline => {
  const outputs = nliOutputsOf(predictor.labels);
  const classify = async (
    texts: string | readonly string[],
    asked: string | readonly string[],
    { hypothesis_template: template, multi_label: multiLabel = false, ...own }: ZeroShotClassificationOptions = {},
  ): Promise<ZeroShotClassification | readonly ZeroShotClassification[]> => {
    const several = typeof texts !== 'string';
    const list = several ? texts : [texts];
    const labels = typeof asked === 'string' ? [asked] : asked;
    const hypotheses = hypothesesOf(labels, { template });
    const pairs = list.flatMap((premise) => hypotheses.map((hypothesis) => [premise, hypothesis] as const));
    const found = await predictor.predict(pairs, { ...spending(own, defaults), rawScores: true });
    const results = list.map((sequence, at): ZeroShotClassification => {
      const logits = found.slice(at * labels.length, (at + 1) * labels.length).map(({ logits = [] }) => logits);
      const scores = labelProbabilities(logits, outputs, { multiLabel });
      const order = [...labels.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
      return { sequence, labels: order.map((i) => labels[i] ?? ''), scores: order.map((i) => scores[i] ?? 0) };
    });
    return several ? results : (results[0] as ZeroShotClassification);
  };
  return classify as ZeroShotClassificationPipeline;
};
