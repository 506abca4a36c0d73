import {
  encodeExamples,
  fineTune,
  labelsOf,
  openModel,
  readExamples,
  searchLengths,
  sequenceClassification,
} from '@length-adaptive/models';
import { exportModel, loadOnnx, onnxTrainingEngine } from '@length-adaptive/onnx';

const examples = await readExamples('reviews.tsv');
const text = await openModel('models/pretrained', { task: sequenceClassification(labelsOf(examples)) });
const data = encodeExamples(text.tokenizer, text.model.task, examples);

// Train once, for every length at once: every pass is a compiled graph.
const engine = await onnxTrainingEngine(text.model);
await fineTune(text.model, { train: data }, { epochs: 2, engine });
await fineTune(text.model, { train: data }, { epochs: 2, lengthDrop: { dropRatioBound: 0.2 }, engine });

// Search the length configurations on the same engine.
const { paretoSet } = await searchLengths(engine.runnable, data, { generations: 2, populationSize: 8 });
await engine.release();

// One file, any budget; each file is verified against TensorFlow.js before it is kept.
const lengthAdaptive = { format: 'length-adaptive', version: 2, paretoSet } as const;
for (const { path, bytes, verification } of await exportModel('exported/reviews', { ...text, lengthAdaptive })) {
  console.log(`${path} ${bytes} bytes, off by ${verification?.difference}`);
}

const predictor = await loadOnnx('exported/reviews', { precision: 'int8' });
const [answer] = await predictor.predict(['a great phone'], { budget: { cost: 0.9 } });
console.log(answer?.label, answer?.score, `${answer?.cost} of the full cost`, answer?.keptTokens);
