/** The table of packages/search/README.md, from `results/search.json`: `node --import tsx benchmarks/search/markdown.ts` prints it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from '../harness.js';

const rows = JSON.parse(
  readFileSync(fileURLToPath(new URL('../results/search.json', import.meta.url)), 'utf8'),
) as Row[];
const valueOf = (id: string): number => rows.find((row) => row.id === `search.${id}`)?.value ?? Number.NaN;

const fixed = (id: string, digits: number): string => valueOf(id).toFixed(digits);

/** What is compared: ours, the best peer and whose it is, and what is there to be had. */
interface Comparison {
  readonly name: string;
  /** Our row, and whose operators and algorithm it is. */
  readonly id: string;
  readonly by: string;
  readonly peer: string;
  readonly limit?: string;
  readonly digits?: number;
}

/**
 * Peers as they were measured beside this package with its settings: pagmo2 2.18 of Debian, pymoo 0.6 without its compiled parts; 25,000
 * evaluations, medians of 11 seeds.
 */
const comparisons: readonly Comparison[] = [
  { name: 'ZDT1', id: 'hv.zdt1', by: 'nsga2', peer: '0.8696 pagmo, 0.8696 pymoo', limit: '0.8767' },
  { name: 'ZDT2', id: 'hv.zdt2', by: 'nsga2', peer: '0.5361 pagmo, 0.5364 pymoo', limit: '0.5433' },
  { name: 'ZDT3', id: 'hv.zdt3', by: 'nsga2', peer: '1.3275 pagmo, 1.3276 pymoo', limit: '1.3318' },
  { name: 'ZDT4', id: 'hv.zdt4', by: 'nsga2', peer: '0.8650 pagmo, 0.8684 pymoo', limit: '0.8767' },
  { name: 'ZDT5, bits, to (32, 11)', id: 'hv.zdt5', by: 'nsga2', peer: '290.6 best peer', digits: 1 },
  { name: 'ZDT6', id: 'hv.zdt6', by: 'nsga2', peer: '0.4964 pagmo, 0.4950 pymoo', limit: '0.5079' },
  { name: 'DTLZ2, 3 objectives', id: 'hv.dtlz2', by: 'nsga2', peer: '0.7012 pagmo, 0.7031 pymoo', limit: '0.8074' },
  { name: 'DTLZ2', id: 'hv.dtlz2.nsga3', by: 'nsga3', peer: '', limit: '0.8074' },
  { name: 'DTLZ2', id: 'hv.dtlz2.sms', by: 'smsEmoa', peer: '', limit: '0.8074' },
  { name: 'DTLZ3', id: 'hv.dtlz3.moead', by: 'moead', peer: '0.397 MOEA/D-DE', limit: '0.8074' },
  {
    name: 'DTLZ6',
    id: 'hv.dtlz6.de',
    by: "nsga2, differential({ outside: 'at' })",
    peer: '0.434 NSPSO of pagmo',
    limit: '0.4425',
  },
  { name: 'WFG1, 2 objectives, to (2.2, 4.4)', id: 'hv.wfg1', by: 'nsga2', peer: '' },
  { name: 'WFG1', id: 'hv.wfg1.moead', by: 'moead', peer: '' },
  { name: 'WFG4, 2 objectives, to (2.2, 4.4)', id: 'hv.wfg4', by: 'nsga2', peer: '', limit: '3.3968' },
  { name: 'MW1, constrained', id: 'hv.mw1', by: 'nsga2', peer: '0.530 pymoo', limit: '0.5940' },
  { name: 'MW1', id: 'hv.mw1.moead', by: 'moead', peer: '', limit: '0.5940' },
  { name: 'MW1', id: 'hv.mw1.ctaea', by: 'ctaea', peer: '', limit: '0.5940' },
  { name: 'MW11, constrained, to (2.1, 2.1)', id: 'hv.mw11', by: 'nsga2', peer: '1.01 pymoo', limit: '1.9009' },
  { name: 'MW11', id: 'hv.mw11.moead', by: 'moead', peer: '', limit: '1.9009' },
  { name: 'MW11', id: 'hv.mw11.ctaea', by: 'ctaea', peer: '1.64 C-TAEA of pymoo', limit: '1.9009' },
  { name: 'tour of 50 towns, 2 lengths', id: 'hv.tour50', by: 'nsga2', peer: '', digits: 1 },
  { name: 'the same, order crossover and swap', id: 'hv.tour50.ox', by: 'nsga2', peer: '', digits: 1 },
  { name: '`descendingVector`, 24 genes', id: 'hv.shares24', by: 'nsga2', peer: '' },
  { name: "the same, the paper's operators", id: 'hv.shares24.paper', by: 'nsga2', peer: '' },
];

/** Beside pagmo in the same run, on a busy machine. */
const times: readonly (readonly [name: string, id: string])[] = [
  ['hypervolume, 3 objectives, 1,000 points', 'hypervolume.ms.3x1000'],
  ['hypervolume, 4 objectives, 1,000 points', 'hypervolume.ms.4x1000'],
  ['hypervolume, 5 objectives, 200 points', 'hypervolume.ms.5x200'],
  ['hypervolume, 6 objectives, 100 points', 'hypervolume.ms.6x100'],
  ['hypervolume, 7 objectives, 60 points', 'hypervolume.ms.7x60'],
  ['sort of one front, 3 objectives, 1,000 points', 'sort.front.ms.3x1000'],
  ['sort of one front, 3 objectives, 10,000 points', 'sort.front.ms.3x10000'],
];

/** What pagmo reached in the same run; nothing where it was not asked. */
const byPagmo = (id: string, digits: number): string =>
  Number.isNaN(valueOf(`${id}.pagmo`)) ? '' : fixed(`${id}.pagmo`, digits);

const significant = (value: number): string => (value < 10 ? value.toPrecision(2) : String(Math.round(value)));

const lines = [
  '| hypervolume | this package | with | pagmo, same run | peers, measured before | true front |',
  '|---|---|---|---|---|---|',
  ...comparisons.map(
    ({ name, id, by, peer, limit = '', digits = 4 }) =>
      `| ${name} | ${fixed(id, digits)} | ${by} | ${byPagmo(id, digits)} | ${peer} | ${limit} |`,
  ),
  '',
  '| beside pagmo, in turn | ours, ms | pagmo, ms | ours / pagmo |',
  '|---|---|---|---|',
  ...times.map(
    ([name, id]) =>
      `| ${name} | ${significant(valueOf(id))} | ${significant(valueOf(`${id}.pagmo`))} | ${significant(valueOf(`${id}.ratio`))} |`,
  ),
  '',
  '| | |',
  '|---|---|',
  `| evaluations a second, ZDT1, one thread | ${Math.round(valueOf('evals_per_s.zdt1') / 1000)},000 |`,
  `| non-dominated sort of 1,000 points, 2 objectives | ${fixed('sort.ms.2x1000', 2)} ms |`,
  `| non-dominated sort of 1,000 points, 3 objectives | ${fixed('sort.ms.3x1000', 2)} ms |`,
  `| size of \`minimize\` and \`nsga2\`, brotli | ${fixed('size_kb', 1)} kB |`,
];
console.log(lines.join('\n'));
