/**
 * Embeddings of MiniLM and gte-small at half the MACs: SciFact and Cranfield by which documents a query finds, STS-B by how alike two sentences are,
 * before and after adaptation; texts a second beside transformers.js; memory. Adapting takes about half an hour on a core for either,
 * and goes on where it was stopped; so do vectors.
 *
 * `BENCH_PARTS` names some of quality, throughput and memory (default all), `BENCH_MODELS` some of minilm and gte, `BENCH_SETS` some of scifact, cranfield and stsb,
 * `BENCH_OTHER_DOCUMENTS` how many documents that no query is judged on are taken, `BENCH_ADAPTED=0` leaves out what is adapted.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readBeir } from '@length-adaptive/models';
import { dataFolder } from './accuracy/accuracy-rows.js';
import { fidelityRows } from './embeddings/fidelity-rows.js';
import { memoryRows } from './embeddings/memory-rows.js';
import { adaptModel, embedders } from './embeddings/recipe.js';
import { readSets } from './embeddings/sets.js';
import { throughputRows } from './embeddings/throughput-rows.js';
import type { Row } from './harness.js';
import { report, rowsLeftOut } from './harness.js';

const parts = process.env['BENCH_PARTS']?.split(',') ?? ['quality', 'throughput', 'memory'];
const hasScifact = existsSync(path.join(dataFolder, 'scifact'));

/** Whether everything is measured: then nothing of an earlier run stays. */
const isWhole = ['BENCH_PARTS', 'BENCH_MODELS', 'BENCH_SETS'].every((name) => process.env[name] === undefined);

const rows: Row[] = [];
if (parts.includes('quality')) {
  const sets = await readSets();
  for (const embedder of embedders) {
    const adapted = hasScifact && process.env['BENCH_ADAPTED'] !== '0' ? await adaptModel(embedder) : undefined;
    for (const set of sets) rows.push(...(await fidelityRows(embedder, set, adapted)));
  }
}
if (parts.includes('throughput') && hasScifact) {
  const { documents } = await readBeir(path.join(dataFolder, 'scifact'));
  rows.push(...(await throughputRows(documents.map(({ text }) => text).filter((text) => text !== ''))));
}
if (parts.includes('memory')) rows.push(...memoryRows());
if (rows.length > 0)
  report('embeddings', [...(isWhole ? [] : rowsLeftOut('embeddings', rows, ({ id }) => id)), ...rows]);
else
  console.log(
    `embeddings is left out: there is no stsb, cranfield or scifact in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`,
  );
