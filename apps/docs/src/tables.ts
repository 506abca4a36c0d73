import { cell, formatValue, markdownTable, percent, times } from './format.js';
import type { RecordedSearch } from './recorded.js';
import type { Row } from './results.js';
import { macsOf, readRows, resultNames } from './results.js';

/** Every row of a benchmark, with its note. */
export const fullTable = (name: string): string =>
  markdownTable(
    ['figure', 'value', 'how it was measured'],
    readRows(name).map((row) => [`\`${row.id}\``, formatValue(row), cell(row.note)]),
  );

/** Sections for benchmarks that a page does not include yet, so that a new one is shown from its first day. */
export const otherResults = (page: string): string =>
  resultNames()
    .filter((name) => !page.includes(`results-${name}.md`))
    .map((name) => `## ${name}\n\n\`\`\`sh\nnpm run bench -- ${name}\n\`\`\`\n\n${fullTable(name)}`)
    .join('\n\n');

const dataSets = {
  sst2: ['SST-2', 'sentences, accuracy'],
  imdb: ['IMDB', 'reviews, accuracy'],
  squad: ['SQuAD 1.1', 'questions, F1'],
  wnut17: ['WNUT-17', 'entities, F1'],
} as const;

type DataSet = keyof typeof dataSets;

const kinds = [
  ['LengthDrop', 'full', 'adaptive'],
  ['LengthDrop, ranked by attention alone', 'attention.full', 'attention'],
  ['none', 'untrained_full', 'plain'],
] as const;

/** The rows of one way of training, from the dearest searched configuration to the cheapest, and the full length. */
export const accuracyRows = (
  name: string,
  kind: (typeof kinds)[number][2],
): { readonly full: Row | undefined; readonly points: readonly Row[] } => {
  const rows = readRows(name);
  const full = kinds.find(([, , known]) => known === kind)?.[1];
  const points = rows
    .filter(({ id }) => id.startsWith(`${name}.${kind}.within_`))
    .sort((a, b) => macsOf(b) - macsOf(a));
  return { full: rows.find(({ id }) => id === `${name}.${full}`), points };
};

const accuracyNames = (): DataSet[] =>
  (Object.keys(dataSets) as DataSet[]).filter((name) => resultNames().includes(name));

/** Scores of all data sets at all searched lengths, with and without LengthDrop. */
export const accuracyTable = (): string =>
  markdownTable(
    ['data', 'trained with', 'full length', 'shorter, at its share of the MACs'],
    accuracyNames().flatMap((name) =>
      kinds.flatMap(([training, , kind]) => {
        const { full, points } = accuracyRows(name, kind);
        if (!full || points.length === 0) return [];
        return [
          [
            dataSets[name][0],
            training,
            percent(full.value),
            points.map((row) => `${percent(row.value)} at ${times(macsOf(row))}`).join(', '),
          ],
        ];
      }),
    ),
    'llrl',
  );

/** Budgets that the short table shows, as shares of the full MACs. */
const budgets = [0.7, 0.5, 0.33];

/** The same in short: with LengthDrop, what the search chose for each of three budgets, with its share of the MACs that run. */
export const shortAccuracyTable = (): string =>
  markdownTable(
    ['', 'full length', ...budgets.map((budget) => `about ${budget}x`)],
    accuracyNames().map((name) => {
      const { full, points } = accuracyRows(name, 'adaptive');
      const within = budgets.map((budget) => {
        const point = points.find((row) => row.id.endsWith(`within_${budget}`));
        return point ? `${percent(point.value)} <small>at ${times(macsOf(point))}</small>` : '–';
      });
      return [
        `**${dataSets[name][0]}** <small>${dataSets[name][1]}</small>`,
        full ? percent(full.value) : '–',
        ...within,
      ];
    }),
    'lrrrr',
  );

/** `speed.b8.s128.keep70` -> batch 8, 128 tokens, 70 % kept; `webgpu.bert-base.b8.s128.keep70` names the model too. */
const speedId = /^\w+\.(?:([\w-]+)\.)?b(\d+)\.s(\d+)\.keep(\d+)$/;

/** Gain in MACs beside the gain in time: what a reduced length of a benchmark saved. */
const speedRows = (
  benchmark: string,
): { readonly model: string | undefined; readonly cells: readonly string[]; readonly note: string }[] =>
  readRows(benchmark).flatMap(({ id, value, note }) => {
    const [, model, batch, tokens, kept] = speedId.exec(id) ?? [];
    const [, macs] = /([\d.]+)x fewer MACs/.exec(note) ?? [];
    if (batch === undefined || tokens === undefined || kept === undefined || macs === undefined) return [];
    return [{ model, cells: [batch, tokens, `${kept} %`, `${macs}x`, times(value)], note }];
  });

const speedHeader = ['batch', 'tokens', 'kept a layer', 'fewer MACs', 'measured speed'];

export const speedTable = (): string =>
  markdownTable(
    [...speedHeader, 'efficiency'],
    speedRows('speed').map(({ cells, note }) => [...cells, /efficiency ([\d.]+)/.exec(note)?.[1] ?? '–']),
    'rrrrrr',
  );

/** On a graphics card. */
export const webGpuTable = (): string =>
  markdownTable(
    ['model', ...speedHeader],
    speedRows('webgpu').map(({ model = '–', cells }) => [model, ...cells]),
    'lrrrrr',
  );

/** What half the MACs of each family save in time, and its full length beside an independent graph. */
export const familySpeedTable = (): string =>
  markdownTable(
    ['`model_type`', 'fewer MACs', 'less time', 'efficiency', 'full length, time of an independent graph = 1'],
    readRows('families').flatMap(({ id, value, note }) => {
      const [, name] = /^families\.eff\.(.+)$/.exec(id) ?? [];
      const [, macs, gain] = /([\d.]+)x fewer MACs, ([\d.]+) /.exec(note) ?? [];
      if (name === undefined || macs === undefined || gain === undefined) return [];
      const full = readRows('families').find((row) => row.id === `families.full.${name}`);
      return [[`\`${name}\``, `${macs}x`, `${gain}x`, value.toFixed(2), full ? full.value.toFixed(2) : '–']];
    }),
    'lrrrr',
  );

const paddings: Readonly<Record<string, string>> = {
  none: 'none',
  batch: 'to the longest of its batch',
  maximum: 'to the maximum',
};

/** What the full length costs with padding, on the demo's data. */
export const paddingTable = ({ baselines }: RecordedSearch): string =>
  markdownTable(
    ['full length, padded', 'tokens', 'MACs'],
    baselines.map(({ padding, tokens, ratio }) => [paddings[padding] ?? padding, tokens.toFixed(1), times(ratio)]),
    'lrr',
  );
