import { ModelError } from '../errors.js';
import type { Encoding } from '../tokenizer/tokenizer.js';
import { checkLength, checkThreshold } from './sequence-task.js';
import type { PreparedText, PrepareOptions, Task, TokenInput } from './task.js';

const checkRange = (values: readonly number[], size: number, what: string): void => {
  const at = values.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value < size));
  if (at >= 0)
    throw new ModelError('OPTION_INVALID', `Token ${at} has ${what} ${values[at]}; this model has 0 to ${size - 1}.`);
};

/** How many rows a model's embedding tables have. */
interface TableSizes {
  readonly positions: number;
  readonly vocabulary: number;
  /** Segments; 0 for a model without. */
  readonly types: number;
}

/**
 * What the caller has cut into tokens, ready to run. Only tasks on whole texts answer it: the others quote the text.
 *
 * @throws ModelError `OPTION_INVALID`, `TEXT_EMPTY`, `TEXT_TOO_LONG`
 */
export const prepareTokens = (
  task: Task,
  { ids, typeIds = ids.map(() => 0) }: TokenInput,
  { positions, vocabulary, types }: TableSizes,
  { threshold }: Pick<PrepareOptions, 'threshold'> = {},
): PreparedText => {
  if (!task.answer)
    throw new ModelError(
      'OPTION_INVALID',
      `${task.name} answers in words of the text, and token ids came; give the text.`,
    );
  const read = task.answer;
  if (ids.length === 0) throw new ModelError('TEXT_EMPTY', 'There are no token ids; expected at least one.');
  checkLength(ids.length, positions);
  checkRange(ids, vocabulary, 'id');
  if (typeIds.length !== ids.length)
    throw new ModelError(
      'OPTION_INVALID',
      `${ids.length} token ids came with ${typeIds.length} segment ids; expected one each.`,
    );
  checkRange(typeIds, Math.max(1, types), 'segment id');
  checkThreshold(threshold);
  const encoding: Encoding = {
    ids: [...ids],
    typeIds: [...typeIds],
    tokens: ids.map(() => ''),
    offsets: ids.map(() => null),
    sequenceIds: typeIds.map((type) => (type === 0 ? 0 : 1)),
    truncated: false,
  };
  return { inputs: [encoding], answer: ([logits]) => read(logits ?? [], threshold) };
};
