import { greatestPrior } from '@length-adaptive/core/encoder';
import { ModelError } from '../errors.js';
import type { PreparedText } from '../tasks/task.js';
import type { ModelPrior } from './prior-settings.js';

/** What a caller knows of the worth of each token of a text, from 0 to 1e6; the special tokens count too. */
export type GivenPrior = ArrayLike<number>;

const fail = (problem: string): never => {
  throw new ModelError('OPTION_INVALID', problem);
};

/**
 * A text whose tokens are ranked by what the caller says of them, too.
 *
 * @throws ModelError `OPTION_INVALID` for a prior of another length than the text has tokens, one with numbers that are none from 0 to 1e6, a text
 * that is read in windows, and a model that takes none
 */
export const withGivenPrior = (
  text: PreparedText,
  given: GivenPrior | undefined,
  prior: ModelPrior | undefined,
): PreparedText => {
  if (given === undefined) return text;
  if (prior === undefined)
    return fail(
      'A text came with a prior, and the model was opened without any: open it with prior: "given" (an exported file must have been exported with it).',
    );
  const [input, ...more] = text.inputs;
  if (input === undefined || more.length > 0)
    return fail(
      `A text came with a prior of ${given.length} numbers, and it is read in ${text.inputs.length} windows; give one that fits a window, or leave the prior out.`,
    );
  const count = input.ids.length;
  if (given.length !== count)
    return fail(
      `A text of ${count} tokens, special ones included, came with a prior of ${given.length} numbers; give one a token, in the order that inspect shows.`,
    );
  const values = Array.from(given);
  const wrong = values.findIndex((value) => !(value >= 0 && value <= greatestPrior));
  if (wrong >= 0) return fail(`The prior of token ${wrong} is ${values[wrong]}; expected numbers from 0 to 1e6.`);
  return { ...text, inputs: [{ ...input, prior: values }] };
};
