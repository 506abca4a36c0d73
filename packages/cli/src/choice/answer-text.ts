import type { Answer } from '@length-adaptive/models';
import { percent } from '../chart/percent.js';

/** An answer for people: what it is, and how sure the model is of it, of several labels of each; a regression's number stands alone. */
export const answerText = ({
  label,
  score,
  labels,
  probabilities,
  answers,
  entities,
}: Answer): { readonly name: string; readonly confidence: string | undefined } => {
  if (labels)
    return {
      name: labels.map((each) => each.label).join(', ') || '-',
      confidence: labels.map((each) => percent(each.score)).join(', ') || '-',
    };
  if (!probabilities && !answers && !entities) return { name: score.toFixed(4), confidence: undefined };
  return { name: label === '' ? '-' : label, confidence: percent(score) };
};
