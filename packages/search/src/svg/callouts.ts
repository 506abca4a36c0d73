import { place, valuesOf, type Plot, type Point } from './plot.js';
import { escapeMarkup, fixed, widthOf } from './text.js';

/** A point to name. */
export interface Callout {
  readonly label: string;
  readonly point: Point;
}

interface TextBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LINE = 17;
const STEP = 22;

const overlap = (a: TextBox, b: TextBox): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** The box of two lines of text beside a ring: to the left or right, above or below, so many steps away. */
const boxAt = (
  { cx, cy, width }: { readonly cx: number; readonly cy: number; readonly width: number },
  [right, down, steps]: readonly [boolean, boolean, number],
): TextBox => {
  const [near, far] = [11 + steps * STEP, 4 + steps * STEP];
  const left = right ? cx + near : cx - near - width;
  const top = down ? cy + far : cy - far - 2 * LINE;
  return { left, right: left + width, top, bottom: top + 2 * LINE };
};

/**
 * Rings around points, each with a name and its numbers. Texts stand where better points would be, for nothing else is there, or else
 * where they hide the least, farther away with a line if need be.
 *
 * @param front points that texts keep clear of
 */
export const callouts = (plot: Plot, named: readonly Callout[], front: readonly Point[]): string[] => {
  const { area, x, y } = plot;
  const obstacles = [...front, ...named.map(({ point }) => point)].map((point) => place(plot, point));
  const taken: TextBox[] = [];
  const sides = [false, true].flatMap((turnY) =>
    [false, true].map((turnX) => [(x.sign === -1) !== turnX, (y.sign === 1) !== turnY] as const),
  );
  const candidates = [0, 1, 2, 3, 4].flatMap((steps) => sides.map(([right, down]) => [right, down, steps] as const));
  return named.map(({ label, point }) => {
    const { cx, cy } = place(plot, point);
    const numbers = valuesOf(plot, point);
    const from = { cx, cy, width: Math.max(widthOf(label, 14), widthOf(numbers, 13)) };
    const harmOf = (tried: TextBox, rank: number): number => {
      const { left, right, top, bottom } = tried;
      const outside = left < area.left || right > area.right || top < area.top || bottom > area.bottom;
      const hidden = obstacles.filter(
        (dot) => dot.cx > left - 5 && dot.cx < right + 5 && dot.cy > top - 5 && dot.cy < bottom + 5,
      ).length;
      return (outside ? 1e4 : 0) + 1e3 * taken.filter((other) => overlap(tried, other)).length + 10 * hidden + rank;
    };
    const [best] = candidates
      .map((candidate, rank) => ({ candidate, box: boxAt(from, candidate), rank }))
      .map((option) => ({ ...option, harm: harmOf(option.box, option.rank) }))
      .sort((a, b) => a.harm - b.harm);
    if (!best) return '';
    const { box } = best;
    const [right, down, steps] = best.candidate;
    taken.push(box);
    const [towardsX, towardsY] = [right ? 1 : -1, down ? 1 : -1];
    const at = (dx: number, dy: number): string => `${fixed(cx + dx * towardsX)} ${fixed(cy + dy * towardsY)}`;
    const leader =
      steps === 0 ? '' : `<path class="ring" d="M${at(5.7, 5.7)}L${at(8 + steps * STEP, 2 + steps * STEP)}"/>`;
    const [textX, anchor] = right ? [fixed(box.left), 'start'] : [fixed(box.right), 'end'];
    const text = (name: string, line: string, row: number): string =>
      `<text class="${name}" x="${textX}" y="${fixed(box.top + 13 + LINE * row)}" text-anchor="${anchor}">${escapeMarkup(line)}</text>`;
    return [
      `${leader}<circle class="ring" cx="${fixed(cx)}" cy="${fixed(cy)}" r="8"/>`,
      text('callout halo', label, 0),
      text('numbers halo', numbers, 1),
      text('callout', label, 0),
      text('numbers', numbers, 1),
    ].join('\n');
  });
};
