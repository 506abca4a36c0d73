/** IMDB: long reviews, full length against searched lengths, with and without LengthDrop. */
import { accuracyRows } from './accuracy/accuracy-rows.js';
import { imdbRecipe } from './accuracy/imdb-recipe.js';
import { report } from './harness.js';

const rows = await accuracyRows(imdbRecipe, 'imdb');
if (rows) report('imdb', rows);
