import { formatPoint } from '@length-adaptive/core';
import { escapeMarkup } from '@length-adaptive/search/svg';
import type { SearchReport } from './search-report.js';
import type { ReportedPoint } from './reported-point.js';
import { megabytes } from '../chart/megabytes.js';
import { axisFor } from '../chart/ticks.js';

const [width, height] = [720, 530];
const margin = { left: 80, right: 34, top: 40, bottom: 170 };

/** Colours come as variables, with a light and a dark set: the chart follows whoever shows it. */
const style = `
  .chart { --ink: #1c2330; --soft: #667085; --line: #e2e6ec; --accent: #2557d6; --held: #b45309; font: 14px system-ui, sans-serif; }
  @media (max-width: 34rem) { .chart { font-size: 23px; } }
  @media (prefers-color-scheme: dark) { .chart { --ink: #e6e9ef; --soft: #98a2b3; --line: #2b3442; --accent: #7ea6ff; --held: #f5b25c; } }
  .chart text { fill: var(--soft); } .chart .title { fill: var(--ink); }
  .chart .grid { stroke: var(--line); } .chart .front { stroke: var(--accent); stroke-width: 2; fill: none; }
  .chart .point { fill: var(--accent); } .chart .held { fill: none; stroke: var(--held); stroke-width: 2; }
  .chart .small { fill: none; stroke: var(--accent); stroke-width: 2; } .chart .rival { fill: var(--soft); }
  .chart .full { fill: none; stroke: var(--ink); stroke-width: 2; }`;

const fixed = (value: number): string => value.toFixed(1);

const describe = ({ point, cost, score, heldOutScore, flips, speedup, fileBytes }: ReportedPoint): string =>
  [
    `cost ${cost.toFixed(3)}, score ${score.toFixed(4)}`,
    ...(heldOutScore === undefined ? [] : [`held-out ${heldOutScore.toFixed(4)}`]),
    ...(flips === undefined ? [] : [`${(100 * flips).toFixed(1)}% of answers flip`]),
    ...(speedup === undefined ? [] : [`${speedup.toFixed(2)} times as fast`]),
    ...(fileBytes === undefined ? [] : [`a file of ${megabytes(fileBytes)} MB`]),
    formatPoint(point),
  ].join('; ');

/**
 * The Pareto set as an SVG: share of the full model's MACs, or of its predicted time where that was the objective, against
 * score. It stands alone, and in a page.
 */
export const paretoChart = ({
  paretoSet,
  full,
  fewerLayers,
  metric,
  reportMetric,
  heldOutExamples,
  objective,
}: SearchReport): string => {
  const share = ({ cost, predictedMs = Number.NaN }: ReportedPoint): number =>
    objective === 'latency' ? predictedMs / (full.predictedMs ?? Number.NaN) : cost;
  const heldOut = [...paretoSet, full].flatMap((point) =>
    point.heldOutScore === undefined ? [] : [{ ...point, score: point.heldOutScore }],
  );
  // With predicted time as the objective they have none: they were not searched.
  const rivals = objective === 'latency' ? [] : fewerLayers;
  const all = [...paretoSet, ...heldOut, ...rivals, full];
  const xAxis = axisFor([...all.map(share), 1]);
  const yAxis = axisFor(all.map(({ score }) => score));
  const x = (cost: number): number =>
    margin.left + ((cost - xAxis.low) / (xAxis.high - xAxis.low)) * (width - margin.left - margin.right);
  const y = (score: number): number =>
    height - margin.bottom - ((score - yAxis.low) / (yAxis.high - yAxis.low)) * (height - margin.top - margin.bottom);

  const columns = xAxis.ticks.map((tick) => {
    const at = fixed(x(tick));
    return `<line class="grid" x1="${at}" x2="${at}" y1="${margin.top}" y2="${height - margin.bottom}"/><text x="${at}" y="${height - margin.bottom + 26}" text-anchor="middle">${Math.round(tick * 100)}%</text>`;
  });
  const rows = yAxis.ticks.map((tick) => {
    const at = fixed(y(tick));
    return `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}"/><text x="${margin.left - 10}" y="${fixed(y(tick) + 4)}" text-anchor="end">${tick.toFixed(yAxis.decimals)}</text>`;
  });
  // A budget between two points buys the cheaper one: the front is a staircase. What only has a smaller file stands below it.
  const climbing = [...paretoSet]
    .sort((a, b) => share(a) - share(b) || b.score - a.score)
    .filter(({ score }, i, all) => all.slice(0, i).every((before) => before.score < score));
  const steps = climbing.map((point, i) =>
    i === 0
      ? `M${fixed(x(share(point)))} ${fixed(y(point.score))}`
      : `H${fixed(x(share(point)))}V${fixed(y(point.score))}`,
  );
  const front = `<path class="front" d="${steps.join('')}${paretoSet.length > 0 ? `H${fixed(x(xAxis.high))}` : ''}"/>`;
  const circle = (name: string, point: ReportedPoint, radius: number): string =>
    `<circle class="${name}" cx="${fixed(x(share(point)))}" cy="${fixed(y(point.score))}" r="${radius}"><title>${escapeMarkup(describe(point))}</title></circle>`;

  const kindOf = ({ point: { bits } }: ReportedPoint): string => (bits === 8 ? 'small' : 'point');
  const hasSmall = paretoSet.some((point) => kindOf(point) === 'small');
  const keys = [
    ['point', `${metric}, searched`],
    ...(hasSmall ? [['small', `${metric}, searched, 8 bits`]] : []),
    ...(heldOutExamples > 0 ? [['held', `${reportMetric}, held-out`]] : []),
    ['full', 'full length'],
    ...(rivals.length > 0 ? [['rival', `${metric}, fewer layers`]] : []),
  ] as const;
  const legend = keys.map(([name, label], i) => {
    const at = height - 86 + 30 * (i % 3); // room for the large letters of a narrow screen
    const from = margin.left + (i < 3 ? 0 : 320);
    return `<circle class="${name}" cx="${from + 8}" cy="${at}" r="6"/><text x="${from + 24}" y="${at + 5}">${escapeMarkup(label)}</text>`;
  });

  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(metric)} against cost">
<style>${style}
</style>
${[...columns, ...rows].join('\n')}
<text class="title" x="${(margin.left + width - margin.right) / 2}" y="${height - margin.bottom + 58}" text-anchor="middle">cost: share of the full model's ${objective === 'latency' ? 'predicted time' : 'MACs'}</text>
<text class="title" x="${margin.left}" y="24">${escapeMarkup(heldOutExamples > 0 && reportMetric !== metric ? `${metric} and ${reportMetric}` : metric)}</text>
${front}
${circle('full', full, 8)}
${heldOut.map((point) => circle('held', point, 5)).join('\n')}
${[...rivals.map((point) => circle('rival', point, 4)), ...paretoSet.map((point) => circle(kindOf(point), point, 5))].join('\n')}
${legend.join('\n')}
</svg>
`;
};
