import { percent, times } from '../format.js';
import type { Row } from '../results.js';
import { macsOf } from '../results.js';
import { accuracyRows } from '../tables.js';
import { axes, linear } from './scale.js';
import type { Figure } from './svg.js';
import { dot, label, polyline } from './svg.js';

const plot = { left: 60, right: 470, top: 40, bottom: 250 };

/** Score against cost on one data set, with LengthDrop and without. */
export const withAndWithoutFigure = (name: string): Figure => {
  const series = (kind: 'adaptive' | 'plain'): Row[] => {
    const { full, points } = accuracyRows(name, kind);
    return [...(full ? [full] : []), ...points].sort((a, b) => macsOf(b) - macsOf(a));
  };
  const [adaptive, plain] = [series('adaptive'), series('plain')];
  const scores = [...adaptive, ...plain].map(({ value }) => value);
  const from = Math.floor(50 * Math.min(...scores)) / 50;
  const to = Math.ceil(50 * Math.max(...scores)) / 50;
  const cheapest = Math.floor(10 * Math.min(...[...adaptive, ...plain].map(macsOf))) / 10;
  const x = linear([cheapest, 1], [plot.left, plot.right]);
  const y = linear([from, to], [plot.bottom, plot.top]);
  const draw = (
    rows: readonly Row[],
    text: string,
    [lineKind, dotKind, textKind]: readonly [string, string, string],
    below: number,
  ): string[] => {
    const cheap = rows.at(-1);
    return [
      polyline(
        rows.map((row) => [x(macsOf(row)), y(row.value)]),
        lineKind,
      ),
      ...rows.map((row) =>
        dot(x(macsOf(row)), y(row.value), 4, dotKind, `${percent(row.value)} at ${times(macsOf(row))}`),
      ),
      label(x(cheap ? macsOf(cheap) : 1) + 10, y(cheap?.value ?? 1) + below, text, { kind: textKind }),
    ];
  };
  const tell = (rows: readonly Row[]): string =>
    rows.map((row) => `${percent(row.value)} at ${times(macsOf(row))}`).join(', ');
  return {
    alt: `Score against cost. With LengthDrop: ${tell(adaptive)}. Without: ${tell(plain)}.`,
    width: 500,
    height: 300,
    parts: [
      ...axes(
        plot,
        {
          scale: x,
          ticks: Array.from({ length: Math.round((1 - cheapest) * 5) + 1 }, (_, i) => 1 - i * 0.2),
          name: 'cost: share of the full multiply-accumulates',
          write: (cost) => cost.toFixed(1),
        },
        {
          scale: y,
          ticks: Array.from({ length: Math.round((to - from) * 50) + 1 }, (_, i) => from + i / 50),
          name: 'score on held-out examples',
          write: (score) => `${Math.round(100 * score)} %`,
        },
      ),
      ...draw(plain, 'without LengthDrop', ['line-soft', 'dot', 'soft'], 14),
      ...draw(adaptive, 'with LengthDrop', ['line-accent', 'dot-through', 'accent-text'], -18),
    ],
  };
};
