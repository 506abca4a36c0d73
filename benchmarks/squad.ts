/** SQuAD 1.1: answers in paragraphs by Drop-and-Restore, with and without LengthDrop. */
import { accuracyRows } from './accuracy/accuracy-rows.js';
import { squadRecipe } from './accuracy/squad-recipe.js';
import { report } from './harness.js';

const rows = await accuracyRows(squadRecipe, 'squad11');
if (rows) report('squad', rows);
