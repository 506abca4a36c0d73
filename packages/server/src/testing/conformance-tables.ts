import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clauses, protocols } from './clauses.js';

/**
 * Which file tests which clause.
 *
 * @param sources the folder of the package's sources
 */
export const clauseTests = (sources: string): { readonly id: string; readonly file: string }[] =>
  readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.clauses.spec.ts'))
    .sort()
    .flatMap((file) =>
      [...readFileSync(join(sources, file), 'utf8').matchAll(/^clause\('([a-z]+-\d+)'/gm)].map(([, id = '']) => ({
        id,
        file,
      })),
    );

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** A table a protocol: its clauses, and the file that tests each. */
const conformanceTables = (sources: string): string => {
  const files = new Map(clauseTests(sources).map(({ id, file }) => [id, file]));
  return Object.entries(protocols)
    .map(([protocol, title]) => {
      const own = Object.entries(clauses).filter(([id]) => id.startsWith(`${protocol}-`));
      const rows = own.map(([id, text]) => {
        const file = files.get(id);
        return `| ${id} | ${cell(text)} | ${file === undefined ? 'no test' : `\`${file}\``} |`;
      });
      return [`### ${title}: ${own.length} clauses`, '', '| | clause | test |', '|---|---|---|', ...rows].join('\n');
    })
    .join('\n\n');
};

const begin = '<!-- conformance: written by `npm run conformance` -->';
const end = '<!-- /conformance -->';

/** A README with these tables in it. */
export const withTables = (readme: string, sources: string): string => {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`The README has no place for the tables: expected "${begin}" and "${end}".`);
  return `${readme.slice(0, from + begin.length)}\n\n${conformanceTables(sources)}\n\n${readme.slice(to)}`;
};
