import type { HeadCost } from '@length-adaptive/core';
import { classificationHeadCost, tokenHeadCost } from '@length-adaptive/core/lengths';
import type { Dimensions } from '../architectures/architecture.js';
import type { Task } from '../tasks/task.js';

/** MACs of a task's head. */
export const headCostOf = (
  { hiddenSize }: Pick<Dimensions, 'hiddenSize'>,
  { reads, outputs }: Pick<Task, 'reads' | 'outputs'>,
): HeadCost => (reads === 'first' ? classificationHeadCost(hiddenSize, outputs) : tokenHeadCost(hiddenSize, outputs));
