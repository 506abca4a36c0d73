/** `npm run readme`: the tables and the picture of the repository's README, from `benchmarks/results` and `recorded/`. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { travelAnimation } from './figures/travel-animation.js';
import { longInputsTable, throughputTable } from './long-inputs.js';
import { readExample } from './recorded.js';
import { siteFolder, workspaceFolder } from './workspace.js';

const file = path.join(workspaceFolder, 'README.md');
const tables = { 'long-inputs': longInputsTable(), throughput: throughputTable() };
const written = Object.entries(tables).reduce(
  (text, [name, table]) =>
    text.replace(
      new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`),
      (_, before: string, after: string) => `${before}\n\n${table.replaceAll('\u00a0', ' ')}\n\n${after}`,
    ),
  readFileSync(file, 'utf8'),
);
writeFileSync(file, written);
writeFileSync(path.join(siteFolder, 'public/travel.svg'), `${travelAnimation(readExample())}\n`);
