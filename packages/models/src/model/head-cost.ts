import type { HeadCost, Wanted } from '@length-adaptive/core';
import { classificationHeadCost, tokenHeadCost } from '@length-adaptive/core/lengths';
import type { Dimensions } from '../architectures/architecture.js';
import type { Task } from '../tasks/task.js';

/** MACs of a task's head. */
export const headCostOf = (
  { hiddenSize }: Pick<Dimensions, 'hiddenSize'>,
  { reads, outputs }: Pick<Task, 'reads' | 'outputs'>,
): HeadCost => (reads === 'first' ? classificationHeadCost(hiddenSize, outputs) : tokenHeadCost(hiddenSize, outputs));

/** What the cost of a model depends on beside its dimensions: its head, and whether that reads the first token alone. */
export const costOptionsOf = (
  dimensions: Pick<Dimensions, 'hiddenSize'>,
  task: Pick<Task, 'reads' | 'outputs'>,
): { readonly head: HeadCost; readonly wanted: Wanted } => ({
  head: headCostOf(dimensions, task),
  wanted: task.reads === 'first' ? 'first' : 'all',
});
