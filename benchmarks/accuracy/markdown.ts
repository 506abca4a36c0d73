/** The accuracy table of benchmarks/README.md, from the results that are there: `npx tsx benchmarks/accuracy/markdown.ts` prints it. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Row } from '../harness.js';
import { percent } from '../harness.js';

const names = ['sst2', 'squad', 'wnut17', 'imdb'] as const;

const rowsOf = (name: string): Row[] => {
  const file = fileURLToPath(new URL(`../results/${name}.json`, import.meta.url));
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Row[]) : [];
};

/** MACs of a row, from its note. */
const macs = ({ note }: Row): string => /at ([\d.]+)x MACs/.exec(note)?.[1] ?? '1';

const kinds = [
  ['LengthDrop', 'full', 'adaptive', 'best_at_half'],
  ['LengthDrop, ranked by attention', 'attention.full', 'attention', 'attention.at_half'],
  ['none', 'untrained_full', 'plain', 'untrained_at_half'],
] as const;

const lines = names.flatMap((name) => {
  const rows = rowsOf(name);
  return kinds.flatMap(([training, full, kind, half]) => {
    const all = rows.filter(({ id }) => id.startsWith(`${name}.${kind}.`) && id !== `${name}.${full}`);
    const points = all.length > 0 ? all : rows.filter(({ id }) => id === `${name}.${half}`);
    const fullRow = rows.find(({ id }) => id === `${name}.${full}`);
    if (!fullRow) return [];
    const cells = [...points].reverse().map((row) => `${percent(row.value)} at ${macs(row)}x`);
    return [`| ${name} | ${training} | ${percent(fullRow.value)} | ${cells.join(', ')} |`];
  });
});
console.log(lines.join('\n'));
