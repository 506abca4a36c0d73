/** What cheaper weights cost and save: ranks and lengths together on SST-2, on short inputs, and matrix by matrix. */
import { report } from './harness.js';
import { formatsRows } from './weights/matrix-formats.js';
import { linearAttentionRows } from './weights/linear-attention.js';
import { methodRows, sst2Rows } from './weights/sst2-rows.js';

const parts = { sst2: sst2Rows, methods: methodRows, formats: formatsRows, attention: linearAttentionRows };
/** `BENCH_PARTS=formats,attention` leaves the others out: for trying the benchmark out. */
const asked = process.env['BENCH_PARTS']?.split(',') ?? Object.keys(parts);
const rows = [];
for (const [name, run] of Object.entries(parts)) if (asked.includes(name)) rows.push(...(await run()));
if (rows.length > 0) report('weights', rows);
