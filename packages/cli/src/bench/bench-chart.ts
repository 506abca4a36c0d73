import type { BenchRow } from './bench-rows.js';
import { escapeMarkup } from '@length-adaptive/search/svg';
import { axisFor } from '../chart/ticks.js';

const width = 720;
const margin = { left: 80, right: 34, top: 40 };
const floor = 360; // where the horizontal axis lies
const legend = { top: floor + 92, columns: 2, row: 28 };

/** Colours of the lines: light and dark. */
const palette = [
  ['#2557d6', '#7ea6ff'],
  ['#b45309', '#f5b25c'],
  ['#0f766e', '#5eead4'],
  ['#9d174d', '#f9a8d4'],
  ['#6d28d9', '#c4b5fd'],
  ['#4d7c0f', '#bef264'],
  ['#0369a1', '#7dd3fc'],
  ['#57534e', '#d6d3d1'],
] as const;

const variables = (theme: 0 | 1): string => palette.map((colors, i) => `--s${i}: ${colors[theme]};`).join(' ');

/** Colours come as variables, with a light and a dark set: the chart follows whoever shows it. */
const style = `
  .chart { --ink: #1c2330; --soft: #667085; --line: #e2e6ec; ${variables(0)} font: 14px system-ui, sans-serif; }
  @media (max-width: 34rem) { .chart { font-size: 20px; } }
  @media (prefers-color-scheme: dark) { .chart { --ink: #e6e9ef; --soft: #98a2b3; --line: #2b3442; ${variables(1)} } }
  .chart text { fill: var(--soft); } .chart .title { fill: var(--ink); }
  .chart .grid { stroke: var(--line); } .chart .ideal { stroke: var(--soft); stroke-dasharray: 5 5; fill: none; }
  ${palette.map((_, i) => `.chart .l${i} { stroke: var(--s${i}); stroke-width: 2; fill: none; } .chart .p${i} { fill: var(--s${i}); }`).join('\n  ')}`;

const fixed = (value: number): string => value.toFixed(1);

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

interface Point {
  readonly config: string;
  /** Share of the full model's MACs. */
  readonly cost: number;
  /** Throughput against the first row. */
  readonly ratio: number;
}

interface Series {
  readonly name: string;
  /** Cheapest first. */
  readonly points: readonly Point[];
}

const groups = <Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> => {
  const found = new Map<string, Item[]>();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return found;
};

/** A line an engine, each point the geometric mean of all batches and lengths. What padding costs is not drawn. */
const seriesOf = (rows: readonly BenchRow[]): Series[] =>
  [
    ...groups(
      rows.filter(({ config }) => !config.startsWith('padded ')),
      ({ engine, precision }) => `${engine} ${precision}`,
    ),
  ].map(([name, own]) => ({
    name,
    points: [...groups(own, ({ config }) => config)]
      .map(([config, same]) => ({
        config,
        cost: geometricMean(same.map(({ macsGain }) => 1 / macsGain)),
        ratio: geometricMean(same.map(({ ratioToFirst }) => ratioToFirst)),
      }))
      .sort((a, b) => a.cost - b.cost),
  }));

/** Throughput against the share of the full model's MACs, a line an engine, as an SVG that stands alone. */
export const benchChart = (rows: readonly BenchRow[]): string => {
  const series = seriesOf(rows);
  const all = series.flatMap(({ points }) => points);
  const xAxis = axisFor([...all.map(({ cost }) => cost), 1]);
  const cheapest = Math.min(1, ...all.map(({ cost }) => cost));
  const yAxis = axisFor([0, ...all.map(({ ratio }) => ratio), 1 / cheapest]);
  const x = (cost: number): number =>
    margin.left + ((cost - xAxis.low) / (xAxis.high - xAxis.low)) * (width - margin.left - margin.right);
  const y = (ratio: number): number => floor - ((ratio - yAxis.low) / (yAxis.high - yAxis.low)) * (floor - margin.top);
  const at = ({ cost, ratio }: Pick<Point, 'cost' | 'ratio'>): string => `${fixed(x(cost))} ${fixed(y(ratio))}`;
  const path = (points: readonly Pick<Point, 'cost' | 'ratio'>[]): string =>
    points.map((point, i) => `${i === 0 ? 'M' : 'L'}${at(point)}`).join('');

  const columns = xAxis.ticks.map(
    (tick) =>
      `<line class="grid" x1="${fixed(x(tick))}" x2="${fixed(x(tick))}" y1="${margin.top}" y2="${floor}"/><text x="${fixed(x(tick))}" y="${floor + 26}" text-anchor="middle">${Math.round(tick * 100)}%</text>`,
  );
  const lines = yAxis.ticks.map(
    (tick) =>
      `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}"/><text x="${margin.left - 10}" y="${fixed(y(tick) + 4)}" text-anchor="end">${tick.toFixed(yAxis.decimals)}</text>`,
  );
  const ideal = Array.from({ length: 41 }, (_, i) => cheapest + ((1 - cheapest) * i) / 40).map((cost) => ({
    cost,
    ratio: 1 / cost,
  }));
  const drawn = series.map(({ name, points }, i) => {
    const color = i % palette.length;
    const dots = points.map((point) => {
      const title = `${name}, ${point.config}: ${point.ratio.toFixed(2)} times the throughput at ${(100 * point.cost).toFixed(0)}% of the MACs`;
      return `<circle class="p${color}" cx="${fixed(x(point.cost))}" cy="${fixed(y(point.ratio))}" r="5"><title>${escapeMarkup(title)}</title></circle>`;
    });
    return [...(points.length > 1 ? [`<path class="l${color}" d="${path(points)}"/>`] : []), ...dots].join('\n');
  });

  const keys = [
    ...series.map(({ name }, i) => ({
      name,
      mark: (left: number, top: number) =>
        `<circle class="p${i % palette.length}" cx="${left + 8}" cy="${top}" r="6"/>`,
    })),
    {
      name: 'time falls as MACs do',
      mark: (left: number, top: number) => `<path class="ideal" d="M${left - 4} ${top}H${left + 18}"/>`,
    },
  ];
  const legendEntries = keys.map(({ name, mark }, i) => {
    const left = margin.left + (i % legend.columns) * ((width - margin.left - margin.right) / legend.columns);
    const top = legend.top + legend.row * Math.floor(i / legend.columns);
    return `${mark(left, top)}<text x="${left + 26}" y="${top + 5}">${escapeMarkup(name)}</text>`;
  });
  const [first] = rows;
  const cells = groups(rows, ({ batch, tokens }) => `${batch} ${tokens}`).size;
  const bottom = legend.top + legend.row * Math.ceil(keys.length / legend.columns);
  const mean =
    cells > 1
      ? `<text x="${margin.left}" y="${bottom + 8}">geometric means of ${cells} batch sizes and lengths</text>`
      : '';
  const height = bottom + (cells > 1 ? 24 : 0);

  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="throughput against cost">
<style>${style}
</style>
${[...columns, ...lines].join('\n')}
<text class="title" x="${(margin.left + width - margin.right) / 2}" y="${floor + 58}" text-anchor="middle">cost: share of the full model's MACs</text>
<text class="title" x="${margin.left}" y="24">throughput, ${escapeMarkup(first ? `${first.engine} ${first.precision}` : '')} at full length = 1</text>
<path class="ideal" d="${path(ideal)}"/>
${drawn.join('\n')}
${legendEntries.join('\n')}
${mean}
</svg>
`;
};
