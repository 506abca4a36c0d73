import type { TaskName } from '@length-adaptive/models';

/** Tasks by the name that the user calls them. */
export const taskNames = ['classification', 'multi-label-classification', 'regression', 'question-answering', 'token-classification'] as const;
export type TaskChoice = (typeof taskNames)[number];

/** What the user calls a task. */
export const taskChoiceOf = (name: TaskName): TaskChoice => (name === 'sequence-classification' ? 'classification' : name);
