import { ModelError } from '../errors.js';

/** For each text, for each label: whether the text has it. */
export type LabelRows = readonly (readonly (number | boolean)[])[];

/** What one label is predicted like. */
export interface LabelScores {
  /** 0 where both precision and recall are undefined. */
  readonly f1: number;
  /** Undefined where no text has the label. */
  readonly averagePrecision: number | undefined;
  /** Texts that have the label. */
  readonly positives: number;
  /** Texts that are given it. */
  readonly predicted: number;
}

/** @throws ModelError `DATA_INVALID` when the two lists are empty or not equally long, or their rows are not */
const checkRows = (predictions: readonly ArrayLike<unknown>[], targets: LabelRows): number => {
  const width = targets[0]?.length ?? 0;
  const fits = predictions.length === targets.length && width > 0 && [...predictions, ...targets].every(({ length }) => length === width);
  if (fits) return width;
  throw new ModelError('DATA_INVALID', `${predictions.length} predictions for ${targets.length} texts, the first of which has ${width} labels: expected a row of predictions for each text and one for each label in it, and at least one.`);
};

interface Counts {
  readonly hits: number;
  readonly predicted: number;
  readonly positives: number;
}

const countsOf = (predictions: LabelRows, targets: LabelRows, label: number): Counts => {
  const counts = { hits: 0, predicted: 0, positives: 0 };
  targets.forEach((row, i) => {
    const [is, has] = [Boolean(predictions[i]?.[label]), Boolean(row[label])];
    if (is) counts.predicted += 1;
    if (has) counts.positives += 1;
    if (is && has) counts.hits += 1;
  });
  return counts;
};

/** F1 of counts; 0 where nothing is predicted and nothing is there. */
const f1Of = ({ hits, predicted, positives }: Counts): number => (predicted + positives === 0 ? 0 : (2 * hits) / (predicted + positives));

/**
 * F1 of texts with any number of labels, 0 to 1, as scikit-learn defines it. `'micro'`: of all pairs of a text and a label together.
 * `'macro'`: the plain mean over all labels, those that occur nowhere counting as 0.
 *
 * @param predictions whether each text is given each label: [texts][labels]
 * @throws ModelError `DATA_INVALID`
 * @example
 * multiLabelF1([[1, 0], [1, 1]], [[1, 0], [0, 1]], { average: 'micro' }); // 0.8
 */
export const multiLabelF1 = (predictions: LabelRows, targets: LabelRows, { average }: { readonly average: 'micro' | 'macro' }): number => {
  const width = checkRows(predictions, targets);
  const counts = Array.from({ length: width }, (_, label) => countsOf(predictions, targets, label));
  if (average === 'macro') return counts.reduce((sum, each) => sum + f1Of(each), 0) / width;
  const total = (key: keyof Counts): number => counts.reduce((sum, each) => sum + each[key], 0);
  return f1Of({ hits: total('hits'), predicted: total('predicted'), positives: total('positives') });
};

/**
 * Share of texts that are given exactly the labels that they have, 0 to 1.
 *
 * @throws ModelError `DATA_INVALID`
 */
export const exactLabels = (predictions: LabelRows, targets: LabelRows): number => {
  checkRows(predictions, targets);
  return targets.filter((row, i) => row.every((has, label) => Boolean(has) === Boolean(predictions[i]?.[label]))).length / targets.length;
};

/** Average precision of one label: the sum over its distinct scores of (gain of recall) times precision, as scikit-learn defines it. */
const averagePrecisionOf = (scores: readonly number[], has: readonly boolean[]): number | undefined => {
  const positives = has.filter(Boolean).length;
  if (positives === 0) return undefined;
  const order = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));
  let [hits, sum] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let end = start;
    const before = hits;
    while (end < order.length && scores[order[end] as number] === scores[order[start] as number]) if (has[order[end++] as number]) hits += 1; // equal scores stand at one threshold
    sum += ((hits - before) / positives) * (hits / end);
    start = end;
  }
  return sum;
};

/**
 * The scores of each label, in their order.
 *
 * @param logits of each text, one a label; a label of 0 or more is predicted: [texts][labels]
 * @throws ModelError `DATA_INVALID`
 */
export const labelScores = (logits: readonly ArrayLike<number>[], targets: LabelRows): LabelScores[] => {
  const width = checkRows(logits, targets);
  const given = logits.map((row) => Array.from(row, (logit) => logit >= 0));
  return Array.from({ length: width }, (_, label) => {
    const counts = countsOf(given, targets, label);
    const ranked = averagePrecisionOf(logits.map((row) => row[label] as number), targets.map((row) => Boolean(row[label])));
    return { f1: f1Of(counts), averagePrecision: ranked, positives: counts.positives, predicted: counts.predicted };
  });
};

/**
 * Mean average precision over the labels that at least one text has, 0 to 1: how well each label's scores rank the texts, whatever the
 * threshold. Step by step, without interpolation, equal scores at one threshold, as scikit-learn's `average_precision_score`. 0 where
 * no text has any label.
 *
 * @param logits or probabilities of each text, one a label: [texts][labels]
 * @throws ModelError `DATA_INVALID`
 * @example
 * averagePrecision([[0.9], [0.8], [0.1]], [[1], [0], [1]]); // 0.8333
 */
export const averagePrecision = (logits: readonly ArrayLike<number>[], targets: LabelRows): number => {
  const known = labelScores(logits, targets).flatMap((each) => each.averagePrecision ?? []);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
};
