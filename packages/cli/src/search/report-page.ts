import { formatPoint, isFullPoint } from '@length-adaptive/core';
import { quantile } from '@length-adaptive/models';
import { escapeMarkup } from '@length-adaptive/search/svg';
import { pageStyle } from './page-style.js';
import { paretoChart } from './pareto-chart.js';
import { examplePicture } from './example-picture.js';
import { describeRace } from './describe-race.js';
import type { SearchReport } from './search-report.js';
import type { ReportedPoint } from './reported-point.js';
import { describeBeaten } from './beaten-in-time.js';
import { baselineName } from './measure-baselines.js';
import { describeEngine } from '../engine/used-engine.js';
import { fewerLayersRows } from './fewer-layers.js';
import { describeOptimism } from './optimism.js';
import { describeGap, neverTrained } from './without-length-drop.js';
import { megabytes } from '../chart/megabytes.js';
import { percent } from '../chart/percent.js';

/** A column of the table; absent when nothing of it was measured. */
interface Column {
  readonly title: string;
  readonly cell: (point: ReportedPoint, index: number) => string;
}

const lengths = ({ point }: ReportedPoint): string => {
  const { lengths: shares = [], skip = [] } = point;
  const bars = shares
    .map((ratio, layer) => `<i style="height:${skip.includes(layer) ? 0 : (100 * ratio).toFixed(0)}%"></i>`)
    .join('');
  return `<span class="lengths" aria-hidden="true">${bars}</span><span class="ratios">${formatPoint(point)}</span>`;
};

const times = (ratio: number | undefined, decimals = 2): string =>
  ratio === undefined ? '' : `${ratio.toFixed(decimals)}×`;

const columnsOf = ({
  paretoSet,
  full,
  metric,
  reportMetric,
  speed,
  objective,
  baselines,
  maxLength,
}: SearchReport): readonly Column[] => [
  { title: 'number', cell: (_, index) => (index < 0 ? 'full' : String(index)) },
  { title: 'MACs', cell: ({ cost }) => percent(cost) },
  { title: escapeMarkup(metric), cell: ({ score }) => score.toFixed(4) },
  ...(paretoSet.some(({ expectedScore }) => expectedScore !== undefined)
    ? [
        {
          title: `${escapeMarkup(metric)}, expected`,
          cell: ({ expectedScore }: ReportedPoint) => expectedScore?.toFixed(4) ?? '',
        },
      ]
    : []),
  ...(paretoSet.some(({ heldOutScore }) => heldOutScore !== undefined)
    ? [
        {
          title: `${escapeMarkup(reportMetric)}, held-out`,
          cell: ({ heldOutScore }: ReportedPoint) => heldOutScore?.toFixed(4) ?? '',
        },
      ]
    : []),
  ...(full.flips === undefined
    ? []
    : [{ title: 'flips', cell: ({ flips }: ReportedPoint) => (flips === undefined ? '' : percent(flips)) }]),
  ...(objective === 'latency'
    ? [
        {
          title: 'predicted speed-up',
          cell: ({
            predictedMs = Number.NaN,
            predictedSpeedup = (full.predictedMs ?? Number.NaN) / predictedMs,
          }: ReportedPoint) => times(predictedSpeedup),
        },
      ]
    : []),
  ...(speed
    ? [
        { title: 'speed-up', cell: ({ speedup }: ReportedPoint) => times(speedup) },
        { title: 'ms a text', cell: ({ latencyMs }: ReportedPoint) => latencyMs?.toFixed(2) ?? '' },
      ]
    : []),
  ...(paretoSet.some(({ fileBytes }) => fileBytes !== undefined)
    ? [{ title: 'file, MB', cell: ({ fileBytes }: ReportedPoint) => megabytes(fileBytes) }]
    : []),
  {
    title: `fewer MACs than full, ${baselines.map(({ padding }) => baselineName(padding, maxLength)).join(' / ')}`,
    cell: ({ cost }) => baselines.map(({ ratio }) => times(ratio / cost, 1)).join(' / '),
  },
  ...(paretoSet.some(({ source }) => source !== undefined)
    ? [{ title: 'source', cell: ({ source = '' }: ReportedPoint) => escapeMarkup(source) }]
    : []),
  { title: 'share of tokens that each layer keeps', cell: lengths },
];

/** A table; cells are HTML. */
const table = (heads: readonly string[], rows: readonly string[]): string => `<div class="scroll" tabindex="0"><table>
<thead><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`;

const tableOf = (report: SearchReport): string => {
  const columns = columnsOf(report);
  const row = (point: ReportedPoint, index: number): string =>
    `<tr${index < 0 ? ' class="full"' : ''}>${columns.map(({ cell }) => `<td>${cell(point, index)}</td>`).join('')}</tr>`;
  const hasFull = report.paretoSet.some(({ point }) => isFullPoint(point));
  const rows = [...report.paretoSet.map(row), ...(hasFull ? [] : [row(report.full, -1)])];
  return table(
    columns.map(({ title }) => title),
    rows,
  );
};

/** What was measured otherwise than the set has it. */
const surprises = ({ full, paretoSet, objective }: SearchReport): string => {
  const lines = describeBeaten(full, paretoSet);
  const explained = `The search chose by ${objective === 'latency' ? 'predicted time' : 'MACs'}; measured, some configurations are slower than one that scores at least as well:`;
  return lines.length === 0
    ? ''
    : `<p class="told">${explained}</p>\n<ul class="told">${lines.map((line) => `<li>${escapeMarkup(line)}</li>`).join('')}</ul>`;
};

const baselinesOf = ({ baselines, maxLength, speed }: SearchReport): string => {
  const heads = ['full length', 'tokens a text', 'MACs', ...(speed ? ['time', 'ms a text'] : [])];
  const rows = baselines.map(({ padding, tokens, ratio, latencyRatio, latencyMs }) => {
    const cells = [
      baselineName(padding, maxLength),
      tokens.toFixed(1),
      times(ratio),
      ...(speed ? [times(latencyRatio), latencyMs?.toFixed(2) ?? ''] : []),
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<div class="narrow">${table(heads, rows)}</div>
<p class="told">Everything else on this page is relative to the full length unpadded. A program that pads pays for its padding too; what it would save is in the column “fewer MACs than” above.</p>`;
};

const fewerLayersOf = (report: SearchReport): string => {
  const { metric, reportMetric, full, speed } = report;
  if (report.fewerLayers.length === 0) return '';
  const heldOut = full.heldOutScore !== undefined;
  const heads = [
    'layers',
    'MACs',
    escapeMarkup(metric),
    ...(heldOut ? [`${escapeMarkup(reportMetric)}, held-out`] : []),
    ...(speed ? ['speed-up', 'ms a text'] : []),
    'left out',
    `${escapeMarkup(metric)} of the set, for no more`,
  ];
  const rows = fewerLayersRows(report).map(({ layers, point, rival }) => {
    const cells = [
      layers,
      percent(point.cost),
      point.score.toFixed(4),
      ...(heldOut ? [point.heldOutScore?.toFixed(4) ?? ''] : []),
      ...(speed ? [times(point.speedup), point.latencyMs?.toFixed(2) ?? ''] : []),
      point.point.skip?.join(' ') ?? '',
      rival === undefined ? 'none' : `${rival.point.score.toFixed(4)} (number ${rival.number})`,
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<h2>Fewer layers in place of fewer tokens</h2>
<div class="narrow">${table(heads, rows)}</div>
<p class="told">What the same weights give with whole layers left out and every token kept: the set has to be better for as much. Scored were the model without its last layers, and without as many that lie evenly between others.</p>
`;
};

const untrainedOf = ({ withoutLengthDrop: told }: SearchReport): string =>
  told === undefined
    ? ''
    : `<section class="warning">
<h2>${neverTrained}</h2>
<p>Dropping tokens works without it, and costs more score. What retraining would have to buy:</p>
<ul>${told.gaps.map((gap) => `<li>${escapeMarkup(describeGap(gap, told))}</li>`).join('')}</ul>
<pre>${escapeMarkup(told.command)}</pre>
</section>
`;

/** The cheapest configuration that scores at least as well as the full length. */
const freeLunch = ({ paretoSet, full }: SearchReport): ReportedPoint | undefined =>
  paretoSet.find(({ score }) => score >= full.score - 1e-9);

const factsOf = (report: SearchReport): string => {
  const { full, paretoSet, metric } = report;
  const equal = freeLunch(report);
  const fastest = Math.max(...paretoSet.map(({ speedup = 0 }) => speedup));
  const facts: readonly (readonly [string, string])[] = [
    [full.score.toFixed(4), `${escapeMarkup(metric)} at full length`],
    ...(equal && equal.cost < 1 ? [[percent(equal.cost), 'of the MACs for that score or more'] as const] : []),
    ...(equal?.heldOutScore === undefined || full.heldOutScore === undefined
      ? []
      : [[equal.heldOutScore.toFixed(4), `held-out there; ${full.heldOutScore.toFixed(4)} at full length`] as const]),
    ...(fastest > 0 ? [[`${fastest.toFixed(2)}×`, 'the speed of the full length, at the fastest'] as const] : []),
    [String(paretoSet.length), paretoSet.length === 1 ? 'configuration worth having' : 'configurations worth having'],
  ];
  return `<ul class="facts">${facts.map(([value, label]) => `<li><strong>${value}</strong>${label}</li>`).join('')}</ul>`;
};

const heldOutText = ({
  data,
  reportData,
  heldOutShare = 0,
  heldOutExamples,
  sharedExamples,
  learned,
}: SearchReport): string => {
  if (heldOutExamples === 0) {
    return 'none: the scores are those the search chose by, and so a little too good (--report-data or --held-out-share scores the set on other examples)';
  }
  const seen = learned.length > 0 ? 'the searched ones or those soft-extract learned from' : 'the searched ones';
  const shared =
    sharedExamples === 0
      ? `none of them among ${seen}`
      : `${sharedExamples} of them among ${seen}, so these scores are a little too good`;
  return `${reportData ?? `${percent(heldOutShare)} of ${data}, set aside before the search`}: ${heldOutExamples} examples, ${shared}`;
};

const threadsText = (threads: number | undefined): string =>
  threads === undefined ? '' : `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/** Median relative difference of the predicted speed-ups from the measured ones, of the same texts. */
const predictionError = ({ paretoSet }: SearchReport): number | undefined => {
  const errors = paretoSet.flatMap(({ speedup, predictedSpeedup }) =>
    speedup === undefined || predictedSpeedup === undefined ? [] : [Math.abs(predictedSpeedup / speedup - 1)],
  );
  return errors.length === 0 ? undefined : quantile(errors, 0.5);
};

const calibrationText = (report: SearchReport): string | undefined => {
  const { calibration } = report;
  if (calibration === undefined) return undefined;
  const after = predictionError(report);
  const said = `forward passes of one text at several lengths and configurations, before the search; median error ${percent(calibration.error)}${calibration.otherBits?.map(({ bits, error }) => ` (${percent(error)} in ${bits} bits)`).join('') ?? ''} on ${calibration.heldOut} passes that were not fitted`;
  return after === undefined
    ? said
    : `${said}; predicted and measured speed-ups of the set, on the same texts, differ by ${percent(after)} (median)`;
};

/** What proposed configurations, how many, and what they were weighed by. */
const searchText = ({ method, objective, fileSize, evaluations, generations, seed }: SearchReport): string => {
  const weighed = `score against ${objective === 'latency' ? 'predicted time of a text' : 'MACs'}${fileSize ? ' and the size of the file' : ''}`;
  return method === 'surrogate'
    ? `a regression over the scored configurations proposes the next, ${weighed}, ${evaluations} configurations in ${generations} batches after the first, seed ${seed}`
    : `NSGA-II, ${weighed}, ${evaluations} configurations in ${generations} generations after the first, seed ${seed}`;
};

const methodOf = (report: SearchReport): string => {
  const calibration = calibrationText(report);
  const { data, examples, heldOutExamples, meanTokens, full, speed, engine, threads, versions } = report;
  const entries: readonly (readonly [string, string])[] = [
    ['Searched on', `${data}: ${examples} examples, ${meanTokens.toFixed(1)} tokens on average`],
    ['Held-out', heldOutText(report)],
    ['Search', searchText(report)],
    ...describeRace(report).map((text) => ['Race', text] as const),
    ...(report.optimism === undefined ? [] : [['Luck', describeOptimism(report).join(' ')] as const]),
    ...(calibration === undefined ? [] : [['Predicted time', calibration] as const]),
    ...(full.flips === undefined
      ? []
      : [
          [
            'Flips',
            `share of answers on the ${heldOutExamples > 0 ? 'held-out' : 'searched'} examples that are others than the full length's, right or wrong`,
          ] as const,
        ]),
    [
      'MACs',
      'multiply-accumulates on the real tokens of the examples, padding not counted, as a share of the full length',
    ],
    ...(full.fileBytes === undefined
      ? []
      : [
          [
            'File',
            'the ONNX file of the ranks and bits of a configuration, in which its lengths are still to choose: what lat export writes of them',
          ] as const,
        ]),
    ...(speed
      ? [
          [
            'Speed',
            `${speed.samples} texts, one at a time, unpadded; all configurations in turn, medians of ${speed.repeats} rounds${threads === 1 ? ", by the processor's time" : ''}; ${describeEngine(engine)}${threadsText(threads)}`,
          ] as const,
        ]
      : []),
    ['Machine', `${versions.cpu}, ${versions.cores} cores, ${versions.memoryGiB} GiB, ${versions.platform}`],
    [
      'Versions',
      [
        `Node ${versions.node}`,
        ...Object.entries(versions.packages).map(([name, version]) => `${name} ${version}`),
      ].join(', '),
    ],
  ];
  return `<dl>${entries.map(([term, text]) => `<dt>${term}</dt><dd>${escapeMarkup(text)}</dd>`).join('\n')}</dl>`;
};

/** A search as one HTML page that needs nothing else: chart, table, how it was measured, and the command that gives it again. */
export const reportPage = (report: SearchReport): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Length configurations of ${escapeMarkup(report.model)}</title>
<style>${pageStyle}
</style>
</head>
<body>
<main>
<h1>Length configurations of ${escapeMarkup(report.model)}</h1>
<p class="lead">Trained once; each row below is the same weights, run at other lengths.</p>
${untrainedOf(report)}${factsOf(report)}
${paretoChart(report)}
<h2>Pareto set</h2>
${tableOf(report)}
${surprises(report)}
${fewerLayersOf(report)}${report.example === undefined ? '' : examplePicture(report.example)}<h2>The full length, with and without padding</h2>
${baselinesOf(report)}
<h2>How it was measured</h2>
${methodOf(report)}
<h2>To make this report again</h2>
<pre>${escapeMarkup(report.command)}</pre>
</main>
</body>
</html>
`;
