import { ModelError } from '../errors.js';
import type { Task } from './task.js';

/**
 * What a token that left answers, in tasks whose tokens answer each for itself: what the head makes of the last state that it had (`state`), or
 * what most tokens answer (`majority`).
 */
export type DepartedAnswer = 'state' | 'majority';

/** All of them; the first is meant where nobody says which. */
export const departedAnswers: readonly DepartedAnswer[] = ['state', 'majority'];

/** What a token that left answers in a task. */
export const departedAnswerOf = ({ readout }: Pick<Task, 'readout'>): DepartedAnswer =>
  readout.departed === undefined ? 'state' : 'majority';

/** How sure the answer of the majority is. */
const certainty = 0.99;

/** Logits of a token that has the answer of the majority; undefined where there is nothing else to answer. */
export const majorityLogits = (outputs: number, answer: number): readonly number[] | undefined => {
  if (outputs < 2 || answer < 0) return undefined;
  const logit = Math.log((certainty * (outputs - 1)) / (1 - certainty));
  return Array.from({ length: outputs }, (_, output) => (output === answer ? logit : 0));
};

/**
 * A task whose tokens answer so once they have left.
 *
 * @throws ModelError `OPTION_INVALID` for a task that knows no answer of the majority
 */
export const withDeparted = (task: Task, asked: DepartedAnswer | undefined): Task => {
  if (asked === undefined || asked === departedAnswerOf(task)) return task;
  const { departed: _, ...readout } = task.readout;
  if (asked === 'state') return { ...task, readout };
  if (task.majority) return { ...task, readout: { ...readout, departed: task.majority } };
  throw new ModelError(
    'OPTION_INVALID',
    `Tokens that left are to answer as the majority does, and ${task.name} has no such answer${task.readout.pool === 'none' ? ` (its labels have no "O")` : ', for its tokens do not answer for themselves'}; choose "state".`,
  );
};
