import { constantRatioConfig } from '@length-adaptive/core';
import type { DepartedAnswer, LabelledInput, ScoreName, Task } from '@length-adaptive/models';
import { departedAnswers, evaluate, scoreNameFor } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import type { OpenedModel } from '../engine/opened-model.js';

/** Examples that are enough to tell which is better. */
const enough = 500;

/** What a layer leaves out of the tokens that reach it, where the answers are compared. */
const dropped = [0.1, 0.2];

export interface LearnDepartedOptions {
  readonly metric?: ScoreName | undefined;
  /** Opens the model with tokens that answer so once they have left. */
  readonly open: (departed: DepartedAnswer) => Promise<OpenedModel>;
  /** What it is where both are as good. */
  readonly usual: DepartedAnswer;
  readonly context: Pick<Context, 'note' | 'signal'>;
}

/** Whether there is anything to learn: the task knows an answer of the majority, and there are examples to compare on. */
export const canLearnDeparted = ({ majority }: Pick<Task, 'majority'>, examples: readonly LabelledInput[]): boolean =>
  majority !== undefined && examples.length > 0;

/** What tokens that left shall answer: what scores best on examples, with a tenth and with a fifth of the tokens left out by each layer. */
export const learnDeparted = async (
  examples: readonly LabelledInput[],
  { metric, open, usual, context: { note, signal } }: LearnDepartedOptions,
): Promise<DepartedAnswer> => {
  const scores = new Map<DepartedAnswer, number>();
  let name = '';
  for (const departed of departedAnswers) {
    const { model } = await open(departed);
    try {
      name = scoreNameFor(model.task, metric);
      let sum = 0;
      for (const share of dropped) {
        const point = { lengths: constantRatioConfig(model.dimensions.layers, 1 - share) };
        sum += await evaluate(model, examples.slice(0, enough), { metric, point, signal });
      }
      scores.set(departed, sum / dropped.length);
    } finally {
      model.dispose();
    }
  }
  const of = (departed: DepartedAnswer): number => scores.get(departed) ?? Number.NaN;
  const other = usual === 'majority' ? 'state' : 'majority';
  const best = of(other) > of(usual) ? other : usual;
  note(
    `Tokens that left answer by ${best === 'majority' ? 'what most tokens answer' : 'their last state'}: ${name} ${of(best).toFixed(4)} on ${Math.min(enough, examples.length)} examples at shorter lengths, ${of(best === 'majority' ? 'state' : 'majority').toFixed(4)} the other way (--departed).`,
  );
  return best;
};
