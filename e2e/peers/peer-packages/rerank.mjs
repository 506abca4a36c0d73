/** Scores documents for a query with transformers.js, offline: `node rerank.mjs '{"folder", "model", "dtype", "query", "documents"}'` prints the logit of each pair. */
import { AutoModelForSequenceClassification, AutoTokenizer, env } from '@huggingface/transformers';

const { folder, model, dtype, query, documents } = JSON.parse(process.argv[2] ?? '');
env.allowRemoteModels = false;
env.localModelPath = folder;
env.useFSCache = false;

const tokenizer = await AutoTokenizer.from_pretrained(model);
const encoder = await AutoModelForSequenceClassification.from_pretrained(model, { dtype });
const inputs = tokenizer(new Array(documents.length).fill(query), {
  text_pair: documents,
  padding: true,
  truncation: true,
});
const { logits } = await encoder(inputs);
console.log(JSON.stringify(logits.tolist().flat()));
