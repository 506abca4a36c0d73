/** Runs a model that reads every token with transformers.js, offline: `node token-logits.mjs '{"folder", "model", "kind", "texts"}'` prints its outputs, text by text. */
import {
  AutoModelForQuestionAnswering,
  AutoModelForTokenClassification,
  AutoTokenizer,
  env,
} from '@huggingface/transformers';

const { folder, model: name, kind, texts } = JSON.parse(process.argv[2] ?? '');
env.allowRemoteModels = false;
env.localModelPath = folder;
env.useFSCache = false;

const tokenizer = await AutoTokenizer.from_pretrained(name);
const family = {
  'question-answering': AutoModelForQuestionAnswering,
  'token-classification': AutoModelForTokenClassification,
}[kind];
const model = await family.from_pretrained(name, { dtype: 'fp32' });
const results = [];
for (const [text, pair] of texts) {
  const outputs = await model(await tokenizer(text, pair === undefined ? {} : { text_pair: pair }));
  results.push(
    Object.fromEntries(
      Object.entries(outputs).map(([output, { dims, data }]) => [output, { dims, data: Array.from(data) }]),
    ),
  );
}
console.log(JSON.stringify(results));
