import type { EncoderInput } from '@length-adaptive/core/encoder';
import type { Example } from '../datasets/dataset.js';
import { ModelError } from '../errors.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import type { LabelledInput } from './labelled-input.js';

/**
 * The one label of an example.
 *
 * @throws ModelError `DATA_INVALID` for a list of labels
 */
export const oneLabel = (task: string, { label, labels }: Example): string | number => {
  if (label !== undefined) return label;
  throw new ModelError(
    'DATA_INVALID',
    `a list of labels came (${JSON.stringify(labels)}), and ${task} takes one; several labels a text are multi-label-classification.`,
  );
};

/**
 * Texts and pairs of texts as one input each.
 *
 * @throws ModelError `DATA_INVALID` for an example without a label, `TEXT_EMPTY`, `LABEL_UNKNOWN`: the message names the example
 */
export const encodeTexts = (
  tokenizer: Tokenizer,
  examples: readonly Example[],
  {
    maxLength,
    targetOf,
  }: { readonly maxLength: number; readonly targetOf: (example: Example) => LabelledInput['target'] },
): LabelledInput[] =>
  examples.map((example, index) => {
    const { text, pair, label, labels, id } = example;
    const name = `Example ${id ?? index + 1}`;
    if (label === undefined && labels === undefined)
      throw new ModelError('DATA_INVALID', `${name} has no label; training and scoring need one.`);
    try {
      const { ids, typeIds } = tokenizer.encode(text, pair, { maxLength });
      const input: EncoderInput = { ids, typeIds };
      return { input, target: targetOf(example) };
    } catch (error) {
      if (error instanceof ModelError) throw new ModelError(error.code, `${name}: ${error.message}`, { cause: error });
      throw error;
    }
  });
