import { useWasm } from '@length-adaptive/core/wasm';
import {
  createPredictor,
  encodeExamples,
  fineTune,
  labelsOf,
  openModel,
  readExamples,
  saveModel,
  searchLengths,
  sequenceClassification,
} from '@length-adaptive/models';

await useWasm();

// A pretrained encoder: a folder, npm:package, a web address, or a Hugging Face Hub repository.
const examples = await readExamples('reviews.tsv');
const text = await openModel('models/pretrained', { task: sequenceClassification(labelsOf(examples)) });
const data = encodeExamples(text.tokenizer, text.model.task, examples);
const train = data.filter((_, i) => i % 5 !== 0);
const dev = data.filter((_, i) => i % 5 === 0);

// Train once, for every length at once.
await fineTune(text.model, { train }, { epochs: 2 });
await fineTune(text.model, { train }, { epochs: 2, lengthDrop: { dropRatioBound: 0.2 } });

// Search the length configurations.
const { paretoSet } = await searchLengths(text.model, dev, { generations: 2, populationSize: 8 });
const lengthAdaptive = { format: 'length-adaptive', version: 2, paretoSet } as const;
await saveModel('models/reviews', { ...text, lengthAdaptive });

// Use any of them at run time. Later: const predictor = await load('models/reviews').
const predictor = createPredictor({ ...text, lengthAdaptive });
const [answer] = await predictor.predict(['a great phone'], { budget: { cost: 0.9 } });
console.log(answer?.label, answer?.score, `${answer?.cost} of the full cost`, answer?.keptTokens);
