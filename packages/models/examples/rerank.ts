import { useWasm } from '@length-adaptive/core/wasm';
import { createReranker, encodeExamples, fineTune, openModel, readExamples, rerank } from '@length-adaptive/models';

await useWasm();

// A cross-encoder from labelled pairs: {"text": query, "pair": document, "label": 1}. One that is ready opens without all this.
const text = await openModel('models/pretrained', { task: rerank() });
const train = encodeExamples(text.tokenizer, text.model.task, await readExamples('pairs.jsonl'));
await fineTune(text.model, { train }, { epochs: 2 });
await fineTune(text.model, { train }, { epochs: 1, lengthDrop: { dropRatioBound: 0.2 } });

const passages = ['the phone works and it is great', 'a sad case', 'the case is very nice'];
const reranker = createReranker(text);
await reranker.calibrate(); // two seconds, for deadlines

// All passages at a short length, the best two of them again at the full one.
const cascade = { point: { lengths: [1, 0.6, 0.4] }, keep: 2 };
const { results, cost } = await reranker.rerank('good phone', passages, { cascade, topK: 2 });
for (const { index, score } of results) console.log(passages[index], score);

// Or as much as there is time for.
const { stages, unseen } = await reranker.rerank('good phone', passages, { deadlineMs: 150 });
console.log(`${cost} of the full cost`, stages, unseen);
