import { useWasm } from '@length-adaptive/core/wasm';
import {
  createZeroShotClassifier,
  encodeExamples,
  fineTune,
  openModel,
  readExamples,
  sequenceClassification,
} from '@length-adaptive/models';

await useWasm();

// A head on natural language inference from labelled pairs: {"text": premise, "pair": hypothesis, "label": "entailment"}.
// A checkpoint that is ready opens without all this, and with the same prior.
const task = sequenceClassification(['contradiction', 'neutral', 'entailment']);
const text = await openModel('models/pretrained', { task, prior: 'second-text' });
const train = encodeExamples(text.tokenizer, text.model.task, await readExamples('nli.jsonl'));
await fineTune(text.model, { train }, { epochs: 1, lengthDrop: { dropRatioBound: 0.2 } });

const classifier = createZeroShotClassifier(text);
const texts = ['the phone works and it is great', 'a sad case breaks and it is very bad'];
const point = { lengths: [1, 0.6, 0.4] }; // or a budget, once the model is searched
for (const { labels, error } of await classifier.classify(texts, ['good', 'bad'], { template: 'it is {}', point }))
  console.log(error?.message ?? labels);
