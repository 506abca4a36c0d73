import { eachOrOne } from '../predictor/each-or-one.js';
import type { Predictor } from '../predictor/predictor.js';
import { zeroShotOver } from '../zero-shot/zero-shot.js';
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

/** @throws ModelError `OPTION_INVALID` for a model that was not trained on natural language inference; calls, for a budget or a point under which hypotheses would lose tokens */
export const zeroShotClassification = (
  predictor: Predictor,
  defaults: PipelineDefaults,
): ZeroShotClassificationPipeline => {
  const classify = zeroShotOver(predictor);
  const call = (
    texts: string | readonly string[],
    asked: string | readonly string[],
    { hypothesis_template: template, multi_label: multiLabel, ...own }: ZeroShotClassificationOptions = {},
  ) =>
    eachOrOne(async (list: readonly string[]): Promise<ZeroShotClassification[]> => {
      const labels = typeof asked === 'string' ? [asked] : asked;
      const found = await classify(list, labels, { ...spending(own, defaults), template, multiLabel });
      return found.map(({ labels: ranked = [] }, i) => ({
        sequence: list[i] ?? '',
        labels: ranked.map(({ label }) => label),
        scores: ranked.map(({ score }) => score),
      }));
    })(texts);
  return call as ZeroShotClassificationPipeline;
};
