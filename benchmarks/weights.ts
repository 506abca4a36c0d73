/** What cheaper weights cost and save: ranks and lengths together on SST-2, on short inputs, and matrix by matrix. */
import { existsSync, readFileSync } from 'node:fs';
import type { Row } from './harness.js';
import { report } from './harness.js';
import { frontRows } from './weights/front-rows.js';
import { latencyRows } from './weights/latency-rows.js';
import { formatsRows } from './weights/matrix-formats.js';
import { linearAttentionRows } from './weights/linear-attention.js';
import { methodRows, shortRows, sst2Rows } from './weights/sst2-rows.js';

const parts = {
  sst2: sst2Rows,
  short: shortRows,
  methods: methodRows,
  fronts: frontRows,
  latency: latencyRows,
  formats: formatsRows,
  attention: linearAttentionRows,
};

/** `BENCH_PARTS=formats,attention` leaves the others out, whose rows stay as they were. */
const asked = process.env['BENCH_PARTS']?.split(',') ?? Object.keys(parts);
const results = new URL('results/weights.json', import.meta.url);
const before =
  asked.length < Object.keys(parts).length && existsSync(results)
    ? (JSON.parse(readFileSync(results, 'utf8')) as readonly Row[])
    : [];
const rows: Row[] = [];
for (const [name, run] of Object.entries(parts)) if (asked.includes(name)) rows.push(...(await run()));
const ids = new Set(rows.map(({ id }) => id));
if (rows.length > 0) report('weights', [...rows, ...before.filter(({ id }) => !ids.has(id))]);
