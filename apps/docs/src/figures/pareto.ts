import { percent } from '../format.js';
import type { RecordedSearch } from '../recorded.js';
import { axes, linear } from './scale.js';
import type { Figure } from './svg.js';
import { dot, label, polyline } from './svg.js';

const plot = { left: 56, right: 530, top: 40, bottom: 290 };

const ticks = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);

/** The configurations that a search found worth having, by cost and score, and their accuracy on texts that nobody had seen. */
export const paretoFigure = ({ points }: RecordedSearch): Figure => {
  const sorted = [...points].sort((a, b) => a.cost - b.cost);
  const lowest = Math.floor(20 * Math.min(...sorted.flatMap(({ score, heldOutScore }) => [score, heldOutScore]))) / 20;
  const cheapest = Math.floor(10 * Math.min(...sorted.map(({ cost }) => cost))) / 10;
  const x = linear([cheapest, 1], [plot.left, plot.right]);
  const y = linear([lowest, 1], [plot.bottom, plot.top]);
  // Nothing is gained before the next configuration can be paid for: a staircase.
  const stairs = sorted.flatMap(({ cost, score }, i): [number, number][] => (i === 0 ? [[x(cost), y(score)]] : [[x(cost), y(sorted[i - 1]?.score ?? score)], [x(cost), y(score)]])); // prettier-ignore
  const [first] = sorted;
  return {
    alt: `${sorted.length} configurations, from ${first?.cost.toFixed(2)} of the full cost with fidelity ${first?.score.toFixed(2)} to the full length. Their accuracy on held-out reviews lies between ${percent(Math.min(...sorted.map(({ heldOutScore }) => heldOutScore)))} and ${percent(Math.max(...sorted.map(({ heldOutScore }) => heldOutScore)))}.`,
    width: 560,
    height: 340,
    parts: [
      ...axes(
        plot,
        {
          scale: x,
          ticks: ticks(cheapest, 1, 0.2),
          name: 'cost: share of the full multiply-accumulates',
          write: (cost) => cost.toFixed(1),
        },
        { scale: y, ticks: ticks(lowest, 1, 0.05), name: 'score', write: (score) => score.toFixed(2) },
      ),
      polyline(stairs, 'line-accent'),
      ...sorted.map(({ cost, heldOutScore }) =>
        dot(
          x(cost),
          y(heldOutScore),
          4,
          'ring',
          `accuracy ${percent(heldOutScore)} on held-out reviews at ${cost.toFixed(2)}x`,
        ),
      ),
      ...sorted.map(({ cost, score, lengthConfig }) =>
        dot(
          x(cost),
          y(score),
          4,
          'dot-through',
          `fidelity ${score.toFixed(3)} at ${cost.toFixed(2)}x: ${lengthConfig.map((ratio) => ratio.toFixed(2)).join(' ')}`,
        ),
      ),
      dot(plot.right - 232, plot.bottom - 34, 4, 'dot-through'),
      label(plot.right - 222, plot.bottom - 30, 'fidelity, what was searched for'),
      dot(plot.right - 232, plot.bottom - 12, 4, 'ring'),
      label(plot.right - 222, plot.bottom - 8, 'accuracy on held-out reviews'),
    ],
  };
};
