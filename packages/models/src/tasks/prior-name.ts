/**
 * What an input says of its tokens beforehand, which is added to what a reducer scores them by:
 *
 * - `none`: nothing; the reducer ranks alone;
 * - `question-overlap`: in the first layers, where attention does not yet know where an answer is, nearness to the words of the
 *   question; the reducer alone after that. For questions with their contexts and queries with their documents;
 * - `first-text`: the first of two texts and the special tokens always stay, and the reducer ranks the second. What rerankers do;
 * - `second-text`: the second of two texts and the special tokens always stay, and the reducer ranks the first: a premise with its hypothesis;
 * - `given`: what the caller says of each token of a text (`predict(texts, { prior })`), and nothing by itself. With the others a caller may say it
 *   too, and it is added.
 */
export type PriorName = 'none' | 'question-overlap' | 'first-text' | 'second-text' | 'given';
