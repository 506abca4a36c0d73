import { useWasm } from '@length-adaptive/core/wasm';
import {
  createPredictor,
  encodeExamples,
  evaluate,
  fineTune,
  labelsOf,
  multiLabelClassification,
  openModel,
  readExamples,
} from '@length-adaptive/models';

await useWasm();

// Lists of labels, empty ones among them: {"text": "...", "labels": ["praise", "blame"]}
const examples = await readExamples('comments.jsonl');
const { model, ...text } = await openModel('models/pretrained', { task: multiLabelClassification(labelsOf(examples)) });
const data = encodeExamples(text.tokenizer, model.task, examples);
await fineTune(model, { train: data }, { epochs: 2 });
await fineTune(model, { train: data }, { epochs: 1, lengthDrop: { dropRatioBound: 0.2 } });
console.log(await evaluate(model, data, { point: { lengths: [0.8, 0.7, 0.6] }, metric: 'average_precision' }));

// Each label has a probability of its own; those that reach the threshold are given.
const [answer] = await createPredictor({ ...text, model }).predict(['the phone is great'], {
  point: { lengths: [0.8, 0.7, 0.6] },
  threshold: 0.5,
});
console.log(answer?.labels, answer?.probabilities);
