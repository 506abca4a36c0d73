import type { TaskName } from '@length-adaptive/models';
import { quoted } from '../context/command-line.js';
import type { ReportedPoint } from './reported-point.js';

/** What dropping tokens costs in score at one point of a Pareto set, while the weights were never trained for it. */
export interface LengthDropGap {
  /** The share of MACs that was looked for. */
  readonly target: number;
  /** Number of the configuration nearest to it in the Pareto set. */
  readonly number: number;
  readonly cost: number;
  /** Held-out where there are held-out examples, else of the searched ones. */
  readonly score: number;
  readonly fullScore: number;
  /** What LengthDrop would have to win back, in points: hundredths of the score. 0 where nothing is lost. */
  readonly gapPoints: number;
}

/** What a report says of weights that never saw LengthDrop. */
export interface WithoutLengthDrop {
  /** What the scores are by. */
  readonly metric: string;
  readonly heldOut: boolean;
  readonly gaps: readonly LengthDropGap[];
  /** The command that trains them with it; data and folder are the user's to fill in. */
  readonly command: string;
}

export interface WithoutLengthDropOptions {
  readonly metric: string;
  readonly reportMetric: string;
  readonly task: TaskName;
  /** The model, and how its examples are read. */
  readonly settings: {
    readonly model: string | undefined;
    readonly dropRatioBound: number;
    readonly maxLength: number | undefined;
    readonly stride: number | undefined;
    readonly textColumn: string | undefined;
    readonly pairColumn: string | undefined;
    readonly labelColumn: string | undefined;
    readonly labelColumns?: readonly string[] | undefined;
    readonly labelSeparator?: string | undefined;
  };
}

/** Shares of MACs that the gap is told at. */
const targets = [0.5, 0.33] as const;

/** Begins what is said of such weights. */
export const neverTrained = 'These weights were never trained with LengthDrop';

/** What retraining with LengthDrop would have to buy, from a measured Pareto set, and how to do it. */
export const withoutLengthDrop = (
  { full, paretoSet }: { readonly full: ReportedPoint; readonly paretoSet: readonly ReportedPoint[] },
  { metric, reportMetric, task, settings }: WithoutLengthDropOptions,
): WithoutLengthDrop => {
  const heldOut = full.heldOutScore !== undefined;
  const scoreOf = ({ score, heldOutScore }: ReportedPoint): number => (heldOut ? (heldOutScore ?? Number.NaN) : score);
  const fullScore = scoreOf(full);
  const gaps = targets.flatMap((target): LengthDropGap[] => {
    const distances = paretoSet.map(({ cost }) => Math.abs(cost - target));
    const number = distances.indexOf(Math.min(...distances));
    const point = paretoSet[number];
    if (point === undefined) return [];
    const score = scoreOf(point);
    return [{ target, number, cost: point.cost, score, fullScore, gapPoints: Math.max(0, 100 * (fullScore - score)) }];
  });
  const {
    model = '',
    dropRatioBound,
    maxLength,
    stride,
    textColumn,
    pairColumn,
    labelColumn,
    labelColumns,
    labelSeparator,
  } = settings;
  const given = Object.entries({
    '--max-length': maxLength,
    '--stride': stride,
    '--text-column': textColumn,
    '--pair-column': pairColumn,
    '--label-column': labelColumn,
    '--label-columns': labelColumns?.join(','),
    '--label-separator': labelSeparator,
  });
  const command = [
    ...['lat', 'train', '--model', quoted(model), '--train', 'TRAINING_DATA', '--task', task],
    ...given.flatMap(([flag, value]) => (value === undefined ? [] : [flag, quoted(String(value))])),
    ...[
      '--epochs',
      '0',
      '--length-drop-epochs',
      '2',
      '--drop-ratio-bound',
      String(dropRatioBound),
      '--out',
      'runs/length-drop',
    ],
  ].join(' ');
  return { metric: heldOut ? reportMetric : metric, heldOut, gaps, command };
};

/** A gap as a sentence. */
export const describeGap = (
  { target, number, cost, score, fullScore, gapPoints }: LengthDropGap,
  { metric, heldOut }: WithoutLengthDrop,
): string => {
  const scores = `${heldOut ? 'held-out ' : ''}${metric} ${score.toFixed(4)}, ${fullScore.toFixed(4)} at full length`;
  const rest =
    gapPoints > 0
      ? `LengthDrop would have to close ${gapPoints.toFixed(1)} points`
      : 'nothing is lost that LengthDrop could win back';
  return `Nearest to ${target}x the MACs is configuration ${number} at ${cost.toFixed(3)}x: ${scores}; ${rest}.`;
};
