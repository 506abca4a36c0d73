import { checkOptions } from '../check-options.js';
import { axesOf, type Directions } from '../dominance.js';
import { SearchError } from '../errors.js';
import { extentOf } from '../extent.js';
import { finiteRows } from '../indicators/rows.js';
import type { Measured, ObjectiveOf } from '../measured.js';
import { betterIs } from './frame.js';
import { style } from './style.js';
import { escapeMarkup, fixed, shortNumber } from './text.js';

export interface ParallelSvgOptions<Name extends string = string> {
  /** What to call objectives, with their units for instance. Default: their names. */
  readonly labels?: { readonly [Key in Name]?: string };
  /** Default `Pareto front`. */
  readonly title?: string;
  /** Solutions to point out among the others: the knee, or the one that was chosen. */
  readonly highlights?: readonly Measured[];
  /** Pixels; default 720. The picture scales to where it is put. */
  readonly width?: number;
  /** Pixels; default 360. */
  readonly height?: number;
}

/** Room around the axes, in pixels. */
const [SIDE, ABOVE, BELOW] = [70, 88, 30];

/**
 * A front of any number of objectives as parallel coordinates (Inselberg 1985), one SVG string: an axis for each objective, best at the top, and a
 * line for each solution. Lines that cross between two axes are a trade-off of these two.
 *
 * @param front solutions of a search, or anything with objectives
 * @param directions the objectives, two or more, in the order of the axes
 * @throws SearchError `INVALID_OPTION` for one objective; `INVALID_OBJECTIVES` for a value that is missing or not finite
 * @example
 * const { front } = await minimize(dtlz2({ objectives: 5 }), { generations: 5 });
 * const svg = parallelSvg(front, dtlz2({ objectives: 5 }).objectives);
 */
export const parallelSvg = <Item extends Measured>(
  front: readonly Item[],
  directions: Directions<ObjectiveOf<Item>>,
  {
    labels = {},
    title = 'Pareto front',
    highlights = [],
    width = 720,
    height = 360,
    ...others
  }: ParallelSvgOptions<ObjectiveOf<Item>> = {},
): string => {
  checkOptions('parallelSvg()', others, ['labels', 'title', 'highlights', 'width', 'height']);
  const axes = axesOf<string>(directions);
  if (axes.length < 2) {
    const came = axes.map(({ name }) => name).join(', ');
    throw new SearchError('INVALID_OPTION', `parallelSvg() got the objectives ${came}: expected two or more.`);
  }
  const rowsOf = (items: readonly Measured[]): Float64Array =>
    finiteRows(
      items.map(({ objectives }) => objectives),
      axes,
      { what: 'a solution' },
    );
  const [values, chosen] = [rowsOf(front), rowsOf(highlights)];
  const ranges = axes.map((_, m) => {
    const column = [...values, ...chosen].filter((_value, i) => i % axes.length === m);
    const { least, most } = extentOf(column);
    return column.length === 0 ? [0, 1] : [least, most];
  }) as readonly (readonly [least: number, most: number])[];
  const [top, bottom] = [ABOVE, height - BELOW];
  const xOf = (m: number): number => SIDE + (m * (width - 2 * SIDE)) / (axes.length - 1);
  const yOf = (value: number, m: number): number => {
    const [least, most] = ranges[m] ?? [0, 1];
    return most > least ? top + ((value - least) / (most - least)) * (bottom - top) : (top + bottom) / 2;
  };
  const lines = (rows: Float64Array): string[] =>
    Array.from({ length: rows.length / axes.length }, (_, row) => {
      const corners = axes.map((_axis, m) => `${fixed(xOf(m))} ${fixed(yOf(rows[row * axes.length + m] ?? 0, m))}`);
      return `M${corners.join('L')}`;
    });
  const labelOf = (name: string): string => (labels as Readonly<Record<string, string | undefined>>)[name] ?? name;
  const frame = axes.map(({ name, sign }, m) => {
    const [least, most] = ranges[m] ?? [0, 1];
    const x = fixed(xOf(m));
    return [
      `<path class="axis" d="M${x} ${fixed(top)}V${fixed(bottom)}"/>`,
      `<text x="${x}" y="${top - 26}" text-anchor="middle"><tspan class="name">${escapeMarkup(labelOf(name))}</tspan></text>`,
      `<text x="${x}" y="${top - 9}" text-anchor="middle">${shortNumber(sign * least)}</text>`,
      `<text x="${x}" y="${bottom + 18}" text-anchor="middle">${shortNumber(sign * most)}</text>`,
      `<title>${escapeMarkup(labelOf(name))}: ${betterIs(sign)}</title>`,
    ].join('');
  });
  const count = `${front.length} ${front.length === 1 ? 'solution' : 'solutions'}, ${axes.length} objectives, best at the top`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="pareto-front" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<desc>${escapeMarkup(count)}</desc>`,
    `<style>${style}\n</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text class="title" x="20" y="26">${escapeMarkup(title)}</text>`,
    ...lines(values).map((line) => `<path class="line" stroke-opacity="0.4" d="${line}"/>`),
    ...lines(chosen).map((line) => `<path class="ring" d="${line}"/>`),
    ...frame.map((axis) => `<g>${axis}</g>`),
    '</svg>\n',
  ].join('\n');
};
