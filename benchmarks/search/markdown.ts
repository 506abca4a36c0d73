/** The table of packages/search/README.md, from `results/search.json`: `node --import tsx benchmarks/search/markdown.ts` prints it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from '../harness.js';

const rows = JSON.parse(
  readFileSync(fileURLToPath(new URL('../results/search.json', import.meta.url)), 'utf8'),
) as Row[];
const valueOf = (id: string): number => rows.find((row) => row.id === `search.${id}`)?.value ?? Number.NaN;

/** pagmo2 2.18 (C++) and pymoo 0.6.1 (NumPy) with the same settings and 11 seeds, and the hypervolume of the true front. */
const peers: readonly (readonly [name: string, id: string, pagmo: string, pymoo: string, limit: string])[] = [
  ['ZDT1', 'hv.zdt1', '0.8696', '0.8696', '0.8767'],
  ['ZDT2', 'hv.zdt2', '0.5361', '0.5364', '0.5433'],
  ['ZDT3', 'hv.zdt3', '1.3275', '1.3276', '1.3318'],
  ['ZDT4', 'hv.zdt4', '0.8650', '0.8684', '0.8767'],
  ['ZDT6', 'hv.zdt6', '0.4964', '0.4950', '0.5079'],
  ['DTLZ2, 3 objectives', 'hv.dtlz2', '0.7012', '0.7031', '0.8074'],
  ['DTLZ2, `nsga3()`', 'hv.dtlz2.nsga3', '', '', '0.8074'],
];

const lines = [
  '| hypervolume at 1.1 | this package | pagmo2 | pymoo | true front |',
  '|---|---|---|---|---|',
  ...peers.map(
    ([name, id, pagmo, pymoo, limit]) => `| ${name} | **${valueOf(id).toFixed(4)}** | ${pagmo} | ${pymoo} | ${limit} |`,
  ),
  '',
  '| | |',
  '|---|---|',
  `| evaluations a second, ZDT1, one thread | ${Math.round(valueOf('evals_per_s.zdt1') / 1000)},000 |`,
  `| non-dominated sort of 1,000 points, 2 objectives | ${valueOf('sort.ms.2x1000').toFixed(2)} ms |`,
  `| non-dominated sort of 1,000 points, 3 objectives | ${valueOf('sort.ms.3x1000').toFixed(2)} ms |`,
  `| size of \`minimize\` and \`nsga2\`, brotli | ${valueOf('size_kb').toFixed(1)} kB |`,
];
console.log(lines.join('\n'));
