/** Writes the tables of the README from the clauses and their tests; runs in the folder of the package. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withTables } from './conformance-tables.js';

writeFileSync('README.md', withTables(readFileSync('README.md', 'utf8'), 'src'));
