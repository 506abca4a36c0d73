import { ModelError } from '../errors.js';
import { sigmoid } from '../tasks/softmax.js';
import type { Task } from '../tasks/task.js';
import type { CreateRerankerOptions } from './reranking.js';

/** How relevant a document is, as the model's outputs say it. */
export interface Relevance {
  readonly score: number;
  readonly logit: number;
}

/**
 * What reads the relevance of a document out of a model's outputs: its one number, or the probability of a label.
 *
 * @throws ModelError `OPTION_INVALID` for a model that reads no pairs, or that gives labels and nobody says which
 */
export const relevanceOf = (
  { name, labels, answer, pair, readout }: Task,
  { label, scale }: Pick<CreateRerankerOptions, 'label' | 'scale'>,
): ((logits: Float32Array) => Relevance) => {
  const invalid = (message: string): never => {
    throw new ModelError('OPTION_INVALID', message);
  };
  if (!answer || pair === 'none' || readout.pool !== 'first')
    return invalid(
      `This model does ${name}, which says nothing of a query with a document; a reranker is a sequence classifier that reads pairs.`,
    );
  const oneNumber = readout.outputs === 1 && labels.length <= 1;
  if (oneNumber && label === undefined)
    return (logits) => {
      const logit = logits[0] ?? Number.NaN;
      if (scale === undefined) return { score: answer(logits).score, logit };
      return { score: scale === 'raw' ? logit : sigmoid(logit), logit };
    };
  const at = label === undefined ? -1 : labels.indexOf(label);
  if (at < 0)
    return invalid(
      label === undefined
        ? `This model gives labels (${labels.join(', ')}); say which of them a relevant document has (label).`
        : `The label ${JSON.stringify(label)} is not one of this model's labels: ${labels.join(', ') || 'it has none'}.`,
    );
  const named = labels[at] ?? '';
  return (logits) => {
    const logit = logits[at] ?? Number.NaN;
    return { score: scale === 'raw' ? logit : (answer(logits).probabilities?.[named] ?? Number.NaN), logit };
  };
};
