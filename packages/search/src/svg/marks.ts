import { frontRows } from '../pareto.js';
import { isInside, place, valuesOf, type Plot, type Point } from './plot.js';
import { SERIES_COLOURS } from './style.js';
import { escapeMarkup, fixed } from './text.js';

/** A series as one path of dots, however many: those that fall on the same tenth of a pixel once. */
export const dots = (plot: Plot, points: readonly Point[], series: number): string => {
  const places = new Set<string>();
  for (const point of points) {
    if (!isInside(plot, point)) continue;
    const { cx, cy } = place(plot, point);
    places.add(`M${fixed(cx)} ${fixed(cy)}h0`);
  }
  return places.size === 0 ? '' : `<path class="dots series-${series % SERIES_COLOURS}" d="${[...places].join('')}"/>`;
};

/** The points that no other dominates, from the best x to the worst. */
const stairsOf = ({ x, y }: Plot, points: readonly Point[]): Point[] => {
  const rows = frontRows(Float64Array.from(points.flatMap(([first, second]) => [x.sign * first, y.sign * second])), 2);
  return rows.flatMap((row) => {
    const point = points[row];
    return point ? [point] : [];
  });
};

/** The front as a staircase, with all that it dominates: a budget between two points buys what the cheaper one is. */
export const staircase = (plot: Plot, points: readonly Point[]): string => {
  const { area, x, y } = plot;
  const [first, ...rest] = stairsOf(plot, points).map((point) => place(plot, point));
  if (!first) return '';
  const last = rest.at(-1) ?? first;
  const steps = rest.map(({ cx, cy }) => `H${fixed(cx)}V${fixed(cy)}`).join('');
  const [startX, startY, endX, endY] = [first.cx, first.cy, last.cx, last.cy].map(fixed);
  const worstX = fixed(x.sign === 1 ? area.right : area.left);
  const worstY = fixed(y.sign === 1 ? area.top : area.bottom);
  return [
    `<path class="dominated" d="M${startX} ${worstY}V${startY}${steps}H${worstX}V${worstY}Z"/>`,
    `<path class="line beyond" d="M${startX} ${worstY}V${startY}M${endX} ${endY}H${worstX}"/>`,
    `<path class="line" d="M${startX} ${startY}${steps}"/>`,
  ].join('\n');
};

/** The members of the front, each with its numbers for the pointer: smaller where they are many. */
export const members = (plot: Plot, points: readonly Point[]): string[] => {
  const radius = points.length > 200 ? 2.5 : points.length > 60 ? 3.5 : 4.5;
  return points.map((point) => {
    const { cx, cy } = place(plot, point);
    return `<circle class="point" cx="${fixed(cx)}" cy="${fixed(cy)}" r="${radius}"><title>${escapeMarkup(valuesOf(plot, point))}</title></circle>`;
  });
};
