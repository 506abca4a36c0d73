import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { isFullPoint } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import { sum } from '../metrics/sum.js';
import type { RunnableTextModel } from '../model/runnable-model.js';
import type { FailedPrediction, OnError, Outcomes, Prediction, PredictOptions } from '../predictor/prediction.js';
import { eachOrOne } from '../predictor/each-or-one.js';
import { createPredictor } from '../predictor/predictor.js';
import type { Predictor } from '../predictor/predictor.js';
import type { Unread } from '../predictor/read-each.js';
import type { LabelAnswer } from '../tasks/answer.js';
import type { HypothesisOptions } from './hypotheses.js';
import { hypothesesOf, labelProbabilities, nliOutputsOf, rankedLabels } from './hypotheses.js';

export interface ZeroShotOptions
  extends HypothesisOptions, Pick<PredictOptions, 'budget' | 'point' | 'signal' | 'onError'> {}

/** What a text is about. */
export interface ZeroShotAnswer {
  /** All labels, the most probable first. */
  readonly labels: readonly LabelAnswer[];
  /** The operating point that the text ran at with the dearest of its labels. */
  readonly point: OperatingPoint;
  /** MACs that were spent on the text with all labels, as a share of what the full length would have spent. */
  readonly cost: number;
  /** Tokens of the text with all labels together. */
  readonly tokens: number;
  readonly error?: undefined;
}

/** Stands in the place of a text that could not be read. */
export type FailedZeroShot = Unread<ZeroShotAnswer>;

/** Gives texts labels that nobody trained it on. */
export interface ZeroShotClassifier {
  /** What runs the model: `tfjs`, `onnxruntime`. */
  readonly engine: string;
  /** Points to choose from, the cheapest first. */
  readonly paretoSet: readonly ParetoPoint[];
  /**
   * How probable each label is for each text, in their order, or for a single text given as a string. All texts with all labels run together, in batches of like length; a text that is too long for the
   * model is cut.
   *
   * @throws ModelError `OPTION_INVALID` for labels or a template that are none; `OPTION_INVALID` for a point or a budget under which hypotheses would lose
   * tokens; and what `predict` throws
   * @example
   * const { labels } = await classifier.classify('The match ended in a draw.', ['sport', 'politics']);
   */
  classify<const Texts extends string | readonly string[], Mode extends OnError | undefined = undefined>(
    texts: Texts,
    labels: readonly string[],
    options?: ZeroShotOptions & { readonly onError?: Mode },
  ): Promise<Outcomes<Texts, Mode, ZeroShotAnswer, FailedZeroShot>>;
  /** Frees the model, once the calls under way are done. May be called again. */
  dispose(): void;
}

/** @throws ModelError `OPTION_INVALID` where hypotheses would lose tokens */
const checkProtected = ({ prior }: Predictor, { budget, point }: ZeroShotOptions): void => {
  const reduces = point ? !isFullPoint({ lengths: point.lengths }) : budget !== undefined;
  if (!reduces || prior?.name === 'second-text') return;
  throw new ModelError(
    'OPTION_INVALID',
    `A ${point ? 'point' : 'budget'} came, and hypotheses would lose tokens with the text: open the model with { prior: 'second-text' }.`,
  );
};

/**
 * Labels texts by a predictor.
 *
 * @throws ModelError `OPTION_INVALID` for a model with other labels; calls, for a point or a budget under which hypotheses would lose tokens
 */
export const zeroShotOver = (
  predictor: Predictor,
): ((
  texts: readonly string[],
  labels: readonly string[],
  options?: ZeroShotOptions,
) => Promise<(ZeroShotAnswer | FailedZeroShot)[]>) => {
  const outputs = nliOutputsOf(predictor.labels);

  const together = (
    pairs: readonly (Prediction | FailedPrediction)[],
    labels: readonly string[],
    options: ZeroShotOptions,
  ): ZeroShotAnswer | FailedZeroShot => {
    const failed = pairs.find((pair) => pair.error);
    if (failed?.error) return { error: failed.error };
    const read = pairs as readonly Prediction[];
    const scores = labelProbabilities(
      read.map(({ logits }) => logits ?? []),
      outputs,
      options,
    );
    const whole = read.map(({ tokens }) => predictor.macs(tokens));
    const dearest = read.reduce((most, pair) => (pair.cost > most.cost ? pair : most), read[0] as Prediction);
    return {
      labels: rankedLabels(labels, scores),
      point: dearest.point,
      cost: sum(read.map(({ cost }, i) => cost * (whole[i] ?? 0))) / sum(whole),
      tokens: sum(read.map(({ tokens }) => tokens)),
    };
  };

  return async (texts, labels, options = {}) => {
    checkProtected(predictor, options);
    const hypotheses = hypothesesOf(labels, options);
    const { budget, point, signal, onError = texts.length === 1 ? 'throw' : 'answer' } = options;
    const pairs = texts.flatMap((premise) => hypotheses.map((hypothesis) => [premise, hypothesis] as const));
    const found = await predictor.predict(pairs, { budget, point, signal, onError, truncate: true, rawScores: true });
    return texts.map((_, at) => together(found.slice(at * labels.length, (at + 1) * labels.length), labels, options));
  };
};

/**
 * A zero-shot classifier over a model that is already open: one that was trained on natural language inference, whose labels are entailment and contradiction.
 * A text is the premise and is what loses tokens under a budget, each label a hypothesis that stays whole: for that the model is opened with the prior
 * `second-text`. Disposing of it disposes of the model.
 *
 * @throws ModelError `OPTION_INVALID` for a model with other labels
 * @example
 * const classifier = createZeroShotClassifier(await openTrainedModel('models/nli', { prior: 'second-text' }));
 * const { labels } = await classifier.classify('The match ended in a draw.', ['sport', 'politics'], { budget: { cost: 0.5 } });
 */
export const createZeroShotClassifier = (text: RunnableTextModel): ZeroShotClassifier => {
  const predictor = createPredictor(text);
  const classify = zeroShotOver(predictor);
  return {
    engine: predictor.engine,
    paretoSet: predictor.paretoSet,
    classify: ((texts: string | readonly string[], labels: readonly string[], options: ZeroShotOptions = {}) =>
      eachOrOne((some: readonly string[]) => classify(some, labels, options))(texts)) as ZeroShotClassifier['classify'],
    dispose: () => predictor.dispose(),
  };
};
