import { ModelError } from './errors.js';
import type { LabelledInput } from './labelled-input.js';
import type { Task } from './tasks/task.js';

/** How many answers are others than those of the full length. */
export interface Flips {
  readonly flipped: number;
  /** Answers compared: texts, or questions, which may have several windows. */
  readonly answers: number;
}

/**
 * Counts the answers that change when tokens are dropped: another label, another answer to a question, any other entity of a sentence.
 * Gold labels do not matter. Undefined for regression, whose numbers change with any change of the lengths.
 *
 * @param full logits of each input at full length
 * @param reduced logits of the same inputs at a configuration
 * @throws ModelError `SHAPE_MISMATCH` unless there are logits of every input at both
 */
export const countFlips = (task: Task, full: readonly ArrayLike<number>[], reduced: readonly ArrayLike<number>[], examples: readonly LabelledInput[]): Flips | undefined => {
  if (full.length !== examples.length || reduced.length !== examples.length) {
    throw new ModelError('SHAPE_MISMATCH', `Logits of ${full.length} inputs at full length and of ${reduced.length} at a configuration came for ${examples.length} examples; expected one list each.`);
  }
  const [before, after] = [task.answerKeys?.(full, examples), task.answerKeys?.(reduced, examples)];
  if (!before || !after) return undefined;
  return { flipped: before.filter((key, i) => key !== after[i]).length, answers: before.length };
};

/** {@link countFlips} as a share, 0 to 1; undefined for regression and without examples. */
export const flipShare = (...given: Parameters<typeof countFlips>): number | undefined => {
  const { flipped, answers } = countFlips(...given) ?? { flipped: 0, answers: 0 };
  return answers === 0 ? undefined : flipped / answers;
};
