/**
 * The table of the README, from `results/length-search-synthetic.json`: `node --import tsx
 * benchmarks/length-search/markdown.ts` prints it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from '../harness.js';

const rows = JSON.parse(
  readFileSync(fileURLToPath(new URL('../results/length-search-synthetic.json', import.meta.url)), 'utf8'),
) as Row[];
const valueOf = (id: string): number =>
  rows.find((row) => row.id === `length-search.synthetic.${id}`)?.value ?? Number.NaN;

const layers = [6, 12, 24] as const;
const searches: readonly (readonly [name: string, suffix: string])[] = [
  ['random', '.random'],
  ['`Search`', '.plain'],
  ['`SurrogateSearch`, ridge alone', '.ridge'],
  ['**`SurrogateSearch`**', ''],
];
const share = (value: number): string => value.toFixed(3).replace(/^0/, '');
const volumes = (count: number, suffix: string): string =>
  [50, 100, 200].map((budget) => share(valueOf(`${count}.${budget}${suffix}`))).join(' ');
const each = (name: string, cell: (count: number) => string): string => `| ${name} | ${layers.map(cell).join(' | ')} |`;

const lines = [
  '| after 50, 100, 200 evaluations | 6 layers | 12 layers | 24 layers |',
  '|---|---|---|---|',
  ...searches.map(([name, suffix]) => each(name, (count) => volumes(count, suffix))),
  each("fewer evaluations than `Search`'s 200 for as much", (count) => `${valueOf(`${count}.saved`).toFixed(1)}x`),
  each(
    'measured score of the front above the true one, points',
    (count) => `${valueOf(`${count}.curse.measured`).toFixed(2)}`,
  ),
  each('expected score above the true one, points', (count) => `${valueOf(`${count}.curse.expected`).toFixed(2)}`),
];
console.log(lines.join('\n'));
