import { formatPoint, isFullPoint } from '@length-adaptive/core';
import { megabytes } from '../chart/megabytes.js';
import { tableLines } from '../chart/table-lines.js';
import { describeRace } from './describe-race.js';
import { describeBeaten } from './beaten-in-time.js';
import { baselineName } from './measure-baselines.js';
import { fewerLayersRows } from './fewer-layers.js';
import { describeOptimism } from './optimism.js';
import { describeGap, neverTrained } from './without-length-drop.js';
import type { SearchReport } from './search-report.js';
import type { ReportedPoint } from './reported-point.js';

const times = (ratio: number | undefined): string => (ratio === undefined ? '' : `${ratio.toFixed(2)}x`);

const paretoRows = ({ paretoSet, full, metric, reportMetric }: SearchReport): string[][] => {
  const [first] = paretoSet;
  const columns: readonly {
    readonly title: string;
    readonly cell: (point: ReportedPoint, number: number) => string;
  }[] = [
    { title: 'number', cell: (_, number) => (number < paretoSet.length ? String(number) : 'full') },
    { title: 'cost', cell: ({ cost }) => cost.toFixed(3) },
    { title: metric, cell: ({ score }) => score.toFixed(4) },
    ...(paretoSet.every(({ expectedScore }) => expectedScore === undefined)
      ? []
      : [
          {
            title: `${metric}, expected`,
            cell: ({ expectedScore }: ReportedPoint) => expectedScore?.toFixed(4) ?? '',
          },
        ]),
    ...(first?.heldOutScore === undefined
      ? []
      : [
          {
            title: `${reportMetric}, held-out`,
            cell: ({ heldOutScore = Number.NaN }: ReportedPoint) => heldOutScore.toFixed(4),
          },
        ]),
    ...(full.flips === undefined
      ? []
      : [{ title: 'flips', cell: ({ flips = Number.NaN }: ReportedPoint) => flips.toFixed(4) }]),
    ...(first?.predictedMs === undefined
      ? []
      : [
          {
            title: 'predicted',
            cell: ({
              predictedMs = Number.NaN,
              predictedSpeedup = (full.predictedMs ?? Number.NaN) / predictedMs,
            }: ReportedPoint) => times(predictedSpeedup),
          },
        ]),
    ...(first?.speedup === undefined
      ? []
      : [{ title: 'speed-up', cell: ({ speedup }: ReportedPoint) => times(speedup) }]),
    ...(paretoSet.some(({ fileBytes }) => fileBytes !== undefined)
      ? [{ title: 'file, MB', cell: ({ fileBytes }: ReportedPoint) => megabytes(fileBytes) }]
      : []),
    ...(paretoSet.some(({ source }) => source !== undefined)
      ? [{ title: 'source', cell: ({ source = '' }: ReportedPoint) => source }]
      : []),
    { title: 'lengths', cell: ({ point }) => formatPoint(point) },
  ];
  const points = [...paretoSet, ...(paretoSet.some(({ point }) => isFullPoint(point)) ? [] : [full])];
  return [
    columns.map(({ title }) => title),
    ...points.map((point, number) => columns.map(({ cell }) => cell(point, number))),
  ];
};

const baselineRows = ({ baselines, maxLength, speed }: SearchReport): string[][] => [
  ['full length', 'tokens', 'MACs', ...(speed ? ['time'] : [])],
  ...baselines.map(({ padding, tokens, ratio, latencyRatio }) => [
    baselineName(padding, maxLength),
    tokens.toFixed(1),
    times(ratio),
    ...(speed ? [times(latencyRatio)] : []),
  ]),
];

/** Points with fewer layers, each beside the best of the set that costs no more. */
const fewerLayersTable = (report: SearchReport): string[][] => {
  const { metric, reportMetric, full, speed } = report;
  const heldOut = full.heldOutScore !== undefined;
  return [
    [
      'fewer layers, every token',
      'cost',
      metric,
      ...(heldOut ? [`${reportMetric}, held-out`] : []),
      ...(speed ? ['speed-up'] : []),
      'left out',
      'of the set, for no more',
    ],
    ...fewerLayersRows(report).map(({ layers, point, rival }) => [
      layers,
      point.cost.toFixed(3),
      point.score.toFixed(4),
      ...(heldOut ? [(point.heldOutScore ?? Number.NaN).toFixed(4)] : []),
      ...(speed ? [times(point.speedup)] : []),
      point.point.skip?.join(' ') ?? '',
      rival === undefined ? 'none' : `${rival.point.score.toFixed(4)} (number ${rival.number})`,
    ]),
  ];
};

const searchedOnly = ({ examples, heldOutExamples }: SearchReport): string[] =>
  heldOutExamples > 0
    ? []
    : [
        `Scores are of the ${examples} searched examples, and so a little too good; --report-data FILE or --held-out-share SHARE tells those of others.`,
      ];

const untrained = ({ withoutLengthDrop: told }: SearchReport): string[] =>
  told === undefined
    ? []
    : ['', `${neverTrained}.`, ...told.gaps.map((gap) => describeGap(gap, told)), `Train them: ${told.command}`];

/** A search as lines of plain text: the Pareto set, what the full length costs with padding, and what else must be said. */
export const searchText = (report: SearchReport): string[] => [
  ...tableLines(paretoRows(report)),
  ...searchedOnly(report),
  ...describeRace(report),
  ...describeOptimism(report),
  ...describeBeaten(report.full, report.paretoSet),
  '',
  ...(report.fewerLayers.length > 0 ? [...tableLines(fewerLayersTable(report)), ''] : []),
  ...tableLines(baselineRows(report)),
  ...untrained(report),
];
