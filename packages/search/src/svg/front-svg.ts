import { checkOptions } from '../check-options.js';
import { axesOf, type Axis, type Directions, type Objectives } from '../dominance.js';
import { SearchError } from '../errors.js';
import type { Measured, ObjectiveOf } from '../measured.js';
import { callouts } from './callouts.js';
import { axisTitle, betterIs, gridLines, legend } from './frame.js';
import { dots, members, staircase } from './marks.js';
import type { Plot, PlotAxis, Point } from './plot.js';
import { scaleFor } from './scale.js';
import { style } from './style.js';
import { escapeMarkup, widthOf } from './text.js';

/** Points behind a front: all that were evaluated, another search's front, the true one. */
export interface FrontSvgSeries {
  readonly label: string;
  readonly solutions: readonly Measured[];
}

/** A solution to point at: the knee, or the one that was chosen. */
export interface FrontSvgHighlight {
  readonly label: string;
  /** Nothing is pointed at where there is none, as `knee` and `cheapestWith` may say. */
  readonly solution: Measured | undefined;
}

export interface FrontSvgOptions<Name extends string = string> {
  /** The objective from left to right. Default: the first. */
  readonly x?: Name;
  /** The objective from bottom to top. Default: the second, or the first that is not `x`. */
  readonly y?: Name;
  /** What to call objectives on the axes, with their units for instance. Default: their names. */
  readonly labels?: { readonly [Key in Name]?: string };
  /** Default `Pareto front`. */
  readonly title?: string;
  /** What the chart shows, for readers who do not see it. Default: the number of solutions, and their range. */
  readonly description?: string;
  /** What to call the front in the legend. Default `Pareto front`. */
  readonly frontLabel?: string;
  /** Points behind the front; the first series is palest. */
  readonly series?: readonly FrontSvgSeries[];
  readonly highlights?: readonly FrontSvgHighlight[];
  /** Whether the axes show all series, or only the front and the highlights: points beyond are left out then. Default `all`. */
  readonly fit?: 'all' | 'front';
  /** Pixels; default 720. The picture scales to where it is put. */
  readonly width?: number;
  /** Pixels; default 480. */
  readonly height?: number;
}

const FRONT_SVG_OPTIONS: readonly (keyof FrontSvgOptions)[] = [
  'x',
  'y',
  'labels',
  'title',
  'description',
  'frontLabel',
  'series',
  'highlights',
  'fit',
  'width',
  'height',
];

const pickAxes = (
  directions: Directions,
  { x, y }: { readonly x?: string | undefined; readonly y?: string | undefined },
): readonly [Axis<string>, Axis<string>] => {
  const axes = axesOf(directions);
  const known = axes.map(({ name }) => name);
  const nameX = x ?? known.find((name) => name !== y);
  const nameY = y ?? known.find((name) => name !== nameX);
  const [axisX, axisY] = [axes.find(({ name }) => name === nameX), axes.find(({ name }) => name === nameY)];
  if (!axisX || !axisY || axisX === axisY) {
    throw new SearchError(
      'INVALID_OPTION',
      `x is ${String(nameX)} and y is ${String(nameY)}: expected two of the objectives, ${known.join(', ')}.`,
    );
  }
  return [axisX, axisY];
};

const readPoints = (solutions: readonly Measured[], names: readonly string[]): Point[] =>
  solutions.map(({ objectives }) => {
    const [x, y] = names.map((name) => (objectives as Partial<Objectives>)[name] ?? NaN);
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      throw new SearchError(
        'INVALID_OBJECTIVES',
        `a solution has objectives ${JSON.stringify(objectives)}: expected finite numbers ${names.join(' and ')}.`,
      );
    }
    return [x ?? 0, y ?? 0];
  });

/**
 * A Pareto front as an SVG that stands alone, in a page or in a report: the members, the staircase they make with all that it dominates,
 * points behind them, and solutions that are pointed at. Two objectives are drawn; of a problem with more, the staircase is that of
 * the two. Light or dark as the reader prefers. The same input gives the same text.
 *
 * @param front solutions
 * @param directions the objectives; `options.x` and `options.y` say which two are drawn
 * @throws SearchError `INVALID_OPTION` unless two objectives are named, `INVALID_OBJECTIVES` for values that are not finite
 * @example
 * const search = new Search(problem, { generations: 20 });
 * const { front } = await search.run();
 * const svg = frontSvg(front, problem.objectives, {
 *   title: 'What a score costs',
 *   highlights: [{ label: 'knee', solution: knee(front, problem.objectives) }],
 * });
 */
export const frontSvg = <Item extends Measured>(
  front: readonly Item[],
  directions: Directions<ObjectiveOf<Item>>,
  {
    title = 'Pareto front',
    frontLabel = 'Pareto front',
    labels = {},
    series = [],
    highlights = [],
    fit = 'all',
    width = 720,
    height = 480,
    ...options
  }: FrontSvgOptions<ObjectiveOf<Item>> = {},
): string => {
  checkOptions('frontSvg()', options, FRONT_SVG_OPTIONS);
  const axes = pickAxes(directions, options);
  const names = axes.map(({ name }) => name);
  const points = readPoints(front, names);
  const behind = series.map(({ solutions }) => readPoints(solutions, names));
  const named = highlights.flatMap(({ label, solution }) =>
    readPoints(solution ? [solution] : [], names).map((point) => ({ label, point })),
  );
  const shown = [...points, ...named.map(({ point }) => point), ...(fit === 'all' ? behind.flat() : [])];

  const [start, right] = [20, width - 24];
  const counts = [
    `${frontLabel} (${points.length})`,
    ...series.map(({ label }, i) => `${label} (${behind[i]?.length ?? 0})`),
  ];
  const key = legend(counts, { left: start, right, top: 54 });
  const [top, bottom] = [88 + key.height, height - 62];
  const axis = (i: 0 | 1, pixels: readonly [number, number], apart: number): PlotAxis => ({
    ...axes[i],
    label: (labels as Readonly<Record<string, string | undefined>>)[axes[i].name] ?? axes[i].name,
    scale: scaleFor(
      shown.map((point) => point[i]),
      pixels,
      Math.max(2, Math.abs(pixels[1] - pixels[0]) / apart),
    ),
  });
  const y = axis(1, [bottom, top], 50);
  const left = start + 12 + Math.max(...y.scale.ticks.map(({ text }) => widthOf(text, 13)));
  const x = axis(0, [left, right], 85);
  const plot: Plot = { area: { left, right, top, bottom }, x, y };

  const description =
    options.description ??
    `${points.length} solutions: ${[x, y].map(({ label, sign }) => `${label} (${betterIs(sign)})`).join(' against ')}.`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="pareto-front" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<desc>${escapeMarkup(description)}</desc>`,
    `<style>${style}\n</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text class="title" x="${start}" y="32">${escapeMarkup(title)}</text>`,
    key.marks,
    gridLines(plot),
    axisTitle(y, { at: [start, top - 16], anchor: 'start' }),
    axisTitle(x, { at: [right, bottom + 46], anchor: 'end' }),
    ...behind.map((set, i) => dots(plot, set, i)),
    staircase(plot, points),
    ...members(plot, points),
    ...callouts(plot, named, points),
    ...(points.length === 0
      ? [`<text x="${(left + right) / 2}" y="${(top + bottom) / 2}" text-anchor="middle">no solutions</text>`]
      : []),
    '</svg>',
  ]
    .filter((line) => line !== '')
    .join('\n')
    .concat('\n');
};
