import type { Answer } from '@length-adaptive/models';

/** An answer for people: what it is, and how sure the model is of it; a regression's number stands alone. */
export const answerText = ({ label, score, probabilities, answers, entities }: Answer): { readonly name: string; readonly confidence: string | undefined } => {
  if (!probabilities && !answers && !entities) return { name: score.toFixed(4), confidence: undefined };
  return { name: label === '' ? '-' : label, confidence: `${(100 * score).toFixed(1)}%` };
};
