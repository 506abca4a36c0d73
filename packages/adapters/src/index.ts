/** What all adapters are made of: for a library that has none here. */
export { everyDocument, rankDocuments } from './ranking.js';
export type { DocumentReranker, Ranked, RankingOptions } from './ranking.js';
export { vectorMaker } from './vectors.js';
export type { Embedder, EmbeddingOptions, MakeVectors, TextRole, Vectors } from './vectors.js';
