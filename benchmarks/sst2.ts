/** SST-2: short sentences, full length against searched lengths, with and without LengthDrop. */
import { accuracyRows } from './accuracy/accuracy-rows.js';
import { sst2Recipe } from './accuracy/sst2-recipe.js';
import { report } from './harness.js';

const rows = await accuracyRows(sst2Recipe, 'sst2');
if (rows) report('sst2', rows);
