import type { Predictor } from '../predictor/predictor.js';
import type { LabelAnswer } from '../tasks/answer.js';
import type { PipelineDefaults } from './pipeline-options.js';
import { spending } from './pipeline-options.js';

export interface TextClassificationOptions extends PipelineDefaults {
  /** Labels to give, most probable first; `null` for all. Default 1. */
  readonly top_k?: number | null | undefined;
}

/** A list with one label a text; where `top_k` is another than 1, of one text the list of its labels and of several a list for each. */
export interface TextClassificationPipeline {
  (text: string, options?: TextClassificationOptions): Promise<LabelAnswer[]>;
  (
    texts: readonly string[],
    options?: TextClassificationOptions & { readonly top_k?: 1 | undefined },
  ): Promise<LabelAnswer[]>;
  (texts: readonly string[], options: TextClassificationOptions): Promise<LabelAnswer[][]>;
}

export const textClassification = (predictor: Predictor, defaults: PipelineDefaults): TextClassificationPipeline => {
  const classify = async (
    texts: string | readonly string[],
    { top_k: count = 1, ...own }: TextClassificationOptions = {},
  ): Promise<LabelAnswer[] | LabelAnswer[][]> => {
    const several = typeof texts !== 'string';
    const answers = await predictor.predict(several ? texts : [texts], spending(own, defaults));
    const labels = answers.map(({ probabilities = {} }) =>
      Object.entries(probabilities)
        .map(([label, score]) => ({ label, score }))
        .sort((a, b) => b.score - a.score)
        .slice(0, count ?? Infinity),
    );
    return several && count !== 1 ? labels : labels.flat();
  };
  return classify as TextClassificationPipeline;
};
