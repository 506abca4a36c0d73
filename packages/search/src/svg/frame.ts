import type { Plot, PlotAxis } from './plot.js';
import { SERIES_COLOURS } from './style.js';
import { escapeMarkup, fixed, widthOf } from './text.js';

/** Grid, axes and the numbers on them. */
export const gridLines = ({ area: { left, right, top, bottom }, x, y }: Plot): string => {
  const columns = x.scale.ticks.map(({ value }) => `M${fixed(x.scale.at(value))} ${fixed(top)}V${fixed(bottom)}`);
  const rows = y.scale.ticks.map(({ value }) => `M${fixed(left)} ${fixed(y.scale.at(value))}H${fixed(right)}`);
  const below = x.scale.ticks.map(
    ({ value, text }) =>
      `<text x="${fixed(x.scale.at(value))}" y="${fixed(bottom + 20)}" text-anchor="middle">${text}</text>`,
  );
  const beside = y.scale.ticks.map(
    ({ value, text }) =>
      `<text x="${fixed(left - 9)}" y="${fixed(y.scale.at(value) + 4.5)}" text-anchor="end">${text}</text>`,
  );
  return [
    `<path class="grid" d="${[...columns, ...rows].join('')}"/>`,
    `<path class="axis" d="M${fixed(left)} ${fixed(top)}V${fixed(bottom)}H${fixed(right)}"/>`,
    ...below,
    ...beside,
  ].join('\n');
};

/** The name of an axis, and which way is better. */
export const axisTitle = (
  { label, scale, sign }: PlotAxis,
  { at: [x, y], anchor }: { readonly at: readonly [number, number]; readonly anchor: 'start' | 'end' },
): string => {
  const name = scale.factor ? `${label} (${scale.factor})` : label;
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}"><tspan class="name">${escapeMarkup(name)}</tspan> · ${betterIs(sign)}</text>`;
};

/** Which way is better, in words. */
export const betterIs = (sign: 1 | -1): string => (sign === 1 ? 'less is better' : 'more is better');

/** What the marks mean, from left to right in as many lines as it takes, and how high that is. */
export const legend = (
  labels: readonly string[],
  { left, right, top }: { readonly left: number; readonly right: number; readonly top: number },
): { readonly marks: string; readonly height: number } => {
  let [x, y] = [left, top];
  const marks = labels.map((label, i) => {
    const width = 25 + widthOf(label, 13);
    if (x > left && x + width > right) [x, y] = [left, y + 20];
    const swatch =
      i === 0
        ? `<path class="line" d="M${fixed(x)} ${fixed(y)}h18"/><circle class="point" cx="${fixed(x + 9)}" cy="${fixed(y)}" r="4.5"/>`
        : `<path class="dots series-${(i - 1) % SERIES_COLOURS}" d="M${fixed(x + 3)} ${fixed(y)}h0m6 0h0m6 0h0"/>`;
    const text = `<text x="${fixed(x + 25)}" y="${fixed(y + 4.5)}">${escapeMarkup(label)}</text>`;
    x += width + 18;
    return `${swatch}${text}`;
  });
  return { marks: marks.join('\n'), height: y + 20 - top };
};
