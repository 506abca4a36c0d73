/**
 * `npm run record` once the model of the guide's "First model" stands in `runs/reviews`: what it does with one sentence, and what its search found, into `recorded/`.
 * The figures are drawn from these files, so that the site builds without a model.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode, lengthsOf } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { createPredictor, openTrainedModel } from '@length-adaptive/models';
import type { RecordedExample, RecordedSearch } from './recorded.js';
import { recordedFile } from './recorded.js';
import { workspaceFolder } from './workspace.js';

const sentence = 'The case feels cheap, but the sound is excellent and I love it.';
const model = path.join(workspaceFolder, 'runs/reviews/model');
const rounded = (value: number, digits = 4): number => Number(value.toFixed(digits));
const write = (name: string, value: RecordedExample | RecordedSearch): void =>
  writeFileSync(recordedFile(name), `${JSON.stringify(value, null, 2)}\n`);

await useWasm();
const text = await openTrainedModel(model);
const predictor = createPredictor(text);
const { prediction, encoding, layers } = await predictor.inspect(sentence, { budget: { cost: 0.45 } });
const lengths = lengthsOf(prediction.point, text.model.dimensions.layers);
const { trace = [] } = encode(text.model.encoder, [{ ids: encoding.ids }], {
  config: lengths,
  trace: true,
});
const { hiddenSize, intermediateSize, layers: depth } = text.model.dimensions;

write('example', {
  sentence,
  tokens: encoding.tokens.map((token, i) => {
    const offset = encoding.offsets[i];
    return offset ? sentence.slice(...offset) : token;
  }),
  layers: layers.map((positions) => [...positions]),
  significance: await Promise.all(
    trace.map(async ({ scores }) => Array.from(await scores.data(), (score) => rounded(score))),
  ),
  label: prediction.label,
  score: rounded(prediction.score),
  cost: rounded(prediction.cost),
  lengthConfig: lengths.map((ratio) => rounded(ratio)),
  encoder: { layers: depth, hiddenSize, intermediateSize },
});
interface SearchResult {
  readonly baselines: RecordedSearch['baselines'];
  readonly paretoSet: readonly {
    readonly cost: number;
    readonly score: number;
    readonly heldOutScore: number;
    readonly point: { readonly lengths: readonly number[] };
  }[];
}
const { paretoSet, baselines } = JSON.parse(
  readFileSync(path.join(model, 'search/result.json'), 'utf8'),
) as SearchResult;
write('search', {
  baselines: baselines.map(({ padding, tokens, ratio }) => ({
    padding,
    tokens: rounded(tokens),
    ratio: rounded(ratio),
  })),
  points: paretoSet.map(({ cost, score, heldOutScore, point: { lengths } }) => ({
    cost: rounded(cost),
    score: rounded(score),
    heldOutScore: rounded(heldOutScore),
    lengthConfig: lengths.map((ratio) => rounded(ratio)),
  })),
});
predictor.dispose();
