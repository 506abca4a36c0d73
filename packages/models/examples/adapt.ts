import { readFile } from 'node:fs/promises';
import { useWasm } from '@length-adaptive/core/wasm';
import { adapt, createPredictor, openModel } from '@length-adaptive/models';

await useWasm();
const original = await openModel('models/encoder');
const { model, tokenizer } = await openModel('models/encoder', { reducer: 'tome' });

const texts = (await readFile('corpus.txt', 'utf8')).trim().split('\n');
const inputs = model.task.encode(
  tokenizer,
  texts.map((text) => ({ text })),
);
const data = { train: inputs.slice(10), dev: inputs.slice(0, 10) };
const { best } = await adapt(model, original.model, data, { batchSize: 16, seed: 42 });

const { full = 0, reduced = 0 } = best?.evaluation ?? {};
console.log(`cosine to the original ${full.toFixed(3)}, at the smallest lengths ${reduced.toFixed(3)}`);

const predictor = createPredictor({ model, tokenizer });
const { vector, cost } = await predictor.embed(texts[0] ?? '', { point: { lengths: [0.8, 0.6, 0.5] } });
console.log(vector.length, cost.toFixed(2));
