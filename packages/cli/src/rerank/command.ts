import { defineCommand } from '../context/command.js';

export const rerankCommand = defineCommand({
  name: 'rerank',
  summary: 'Order documents by how relevant they are to a query, under a budget or a deadline',
  argument: { name: '[documents...]', description: 'documents to order' },
  help: `Prints a line a document, the best first: score, its place among the documents, share of its tokens
that the last layer kept, text. With --json a JSON object a query: results, unseen (no time was left),
failed (cannot be read), stages (how many documents were seen at which length), cost, milliseconds. Of several
queries, one that cannot be read has its error in its place, and the command ends with 3.

Examples:
  lat rerank --model runs/reranker/model --query 'who wrote it' --documents passages.txt --top-k 5
  lat rerank --model runs/reranker/model --candidates bm25.jsonl --deadline 150 --json
  lat rerank --model runs/reranker/model --candidates bm25.jsonl --search-cascades`,
  options: async () => (await import('./options.js')).rerankOptions,
  run: async (settings, context) => (await import('./rerank.js')).rerank(settings, context),
});
