/** Tasks by the name that the user calls them. */
export const taskNames = ['classification', 'regression', 'question-answering', 'token-classification'] as const;
export type TaskChoice = (typeof taskNames)[number];
