/** What of zero-shot classification is the same whoever runs the model: hypotheses in, probabilities out. */
import { ModelError } from '../errors.js';
import type { LabelAnswer } from '../tasks/answer.js';
import { softmax } from '../tasks/softmax.js';

const invalid = (message: string): never => {
  throw new ModelError('OPTION_INVALID', message);
};

/** How labels become hypotheses, and what becomes of their outputs. */
export interface HypothesisOptions {
  /** The hypothesis of a label, which takes the place of `{}`. Default `This example is {}.` */
  readonly template?: string | undefined;
  /** Whether several labels may be true: each has a probability of its own. Default: one is, and all of them sum to 1. */
  readonly multiLabel?: boolean | undefined;
}

const usualTemplate = 'This example is {}.';

/**
 * The hypotheses of labels, in their order.
 *
 * @throws ModelError `OPTION_INVALID` without a list of labels, for one that is empty or comes twice, for a template without a place for them
 */
export const hypothesesOf = (
  labels: readonly string[],
  { template = usualTemplate }: Pick<HypothesisOptions, 'template'> = {},
): string[] => {
  if (!Array.isArray(labels))
    invalid(
      `The labels are ${typeof labels === 'string' ? 'a string' : `a value of type ${typeof labels}`}; expected a list of them.`,
    );
  if (labels.length === 0) invalid('No label came; expected at least one to choose among.');
  const seen = new Set<string>();
  const wrong = labels.find(
    (label) => typeof label !== 'string' || label.trim() === '' || seen.size === seen.add(label).size,
  );
  if (wrong !== undefined)
    invalid(`The label ${JSON.stringify(wrong)} is empty or comes twice; expected different words.`);
  if (typeof template !== 'string') invalid(`The template is a value of type ${typeof template}; expected a text.`);
  if (!template.includes('{}'))
    invalid(`The template ${JSON.stringify(template)} has no place for a label; write {} where it goes.`);
  return labels.map((label) => template.replace('{}', () => label));
};

/** Which outputs of a model say that a premise entails a hypothesis, and that it does not. */
export interface NliOutputs {
  readonly entailment: number;
  readonly contradiction: number;
}

/** What the opposite of entailment is called, the more decided first. */
const opposites = ['contradiction', 'not_entailment', 'not entailment'] as const;

/**
 * The outputs of a head that was trained on natural language inference.
 *
 * @throws ModelError `OPTION_INVALID` for a model with other labels
 */
export const nliOutputsOf = (labels: readonly string[]): NliOutputs => {
  const names = labels.map((label) => label.toLowerCase());
  const entailment = names.indexOf('entailment');
  const contradiction = opposites.map((name) => names.indexOf(name)).find((at) => at >= 0) ?? -1;
  if (entailment >= 0 && contradiction >= 0) return { entailment, contradiction };
  return invalid(
    `This model gives ${labels.length > 0 ? `the labels ${labels.join(', ')}` : 'no labels'}; zero-shot classification needs one that was trained on natural language inference: entailment, and contradiction or not_entailment.`,
  );
};

/**
 * The probability of each label.
 *
 * @param logits of the premise with the hypothesis of each label
 */
export const labelProbabilities = (
  logits: readonly ArrayLike<number>[],
  { entailment, contradiction }: NliOutputs,
  { multiLabel = false }: Pick<HypothesisOptions, 'multiLabel'> = {},
): number[] => {
  const at = (row: ArrayLike<number>, output: number): number => row[output] ?? Number.NaN;
  // Of one label alone there is no other to weigh it against.
  if (multiLabel || logits.length === 1)
    return logits.map((row) => softmax([at(row, contradiction), at(row, entailment)])[1] ?? Number.NaN);
  return softmax(logits.map((row) => at(row, entailment)));
};

/** Labels with their scores, the likeliest first. */
export const rankedLabels = (labels: readonly string[], scores: ArrayLike<number>): LabelAnswer[] =>
  labels.map((label, i) => ({ label, score: scores[i] ?? Number.NaN })).sort((a, b) => b.score - a.score);
