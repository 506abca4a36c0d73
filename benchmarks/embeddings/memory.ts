/** A process that makes vectors of a thousand short texts, perhaps with one long one among them, and prints the most memory that it held, in bytes. */
import type { LongTexts } from '@length-adaptive/models';
import { loadOnnx } from '@length-adaptive/onnx';
import { maxLength, miniLm, reducer } from './recipe.js';

const [longTexts] = process.argv.slice(2);
const short = Array.from(
  { length: 1000 },
  (_, i) => `Text ${i} of an index is as short as a sentence that says what a page is about.`,
);
const long = 'An abstract that goes on and on about proteins, cells and what they do to each other. '.repeat(430); // 8,000 tokens and more
const texts = longTexts === undefined ? short : [...short.slice(0, 500), long, ...short.slice(500)];

const predictor = await loadOnnx(miniLm.source(), { threads: 1, reducer, embedding: { maxLength } });
await predictor.embed(texts, {
  onError: 'throw',
  ...(longTexts !== undefined && { longTexts: longTexts as LongTexts }),
});
predictor.dispose();
console.log(process.resourceUsage().maxRSS * 1024);
