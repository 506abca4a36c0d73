import { axisFor } from '../chart/ticks.js';

/** A point of the picture. */
export interface Plotted {
  /** Share of the full MACs. */
  readonly cost: number;
  readonly score: number;
  readonly mark: string;
}

const [columns, rows] = [56, 9];

/**
 * Score against cost, drawn with characters: the scale of scores to the left, that of costs below. Where two points meet, the one that comes last is seen.
 *
 * @param name what the scores are: 'accuracy'
 */
export const paretoPicture = (points: readonly Plotted[], name: string): string[] => {
  const scores = axisFor(
    points.map(({ score }) => score),
    3,
  );
  const height = (score: number): number =>
    Math.round(((score - scores.low) / (scores.high - scores.low)) * (rows - 1));
  const place = (cost: number): number => Math.round(Math.min(1, Math.max(0, cost)) * (columns - 1));
  const grid = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '));
  for (const { cost, score, mark } of points) {
    const line = grid[height(score)];
    if (line) line[place(cost)] = mark;
  }
  const labels = new Map(scores.ticks.map((tick) => [height(tick), tick.toFixed(scores.decimals)]));
  const width = Math.max(...[...labels.values()].map((label) => label.length));
  const lines = grid.map((line, at) => {
    const label = labels.get(at);
    return `${(label ?? '').padStart(width)} ${label === undefined ? '│' : '┤'}${line.join('')}`.trimEnd();
  });
  const below = Array.from({ length: columns }, () => '─');
  const numbers = Array.from({ length: columns + 4 }, () => ' ');
  for (const cost of [0, 0.25, 0.5, 0.75, 1]) {
    below[place(cost)] = '┬';
    [...cost.toFixed(2)].forEach((sign, i) => (numbers[Math.max(0, place(cost) - 1) + i] = sign));
  }
  return [
    `${' '.repeat(width)} ${name}`,
    ...lines.reverse(),
    `${' '.repeat(width)} └${below.join('')}`,
    `${' '.repeat(width)}  ${numbers.join('').trimEnd()}  x MACs`,
  ];
};
