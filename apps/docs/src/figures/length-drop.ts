import { createRandom, drawSandwich } from '@length-adaptive/core';
import { axes, linear } from './scale.js';
import type { Figure } from './svg.js';
import { dot, label, polyline } from './svg.js';

const plot = { left: 52, right: 500, top: 34, bottom: 250 };
const layers = 12;

/** The passes of one training step: the full length, the smallest, and random ones between them. */
export const lengthDropFigure = (): Figure => {
  const { reduced } = drawSandwich({ layers, dropRatioBound: 0.2, randomSubModels: 4 }, createRandom(42));
  const [smallest = [], ...random] = reduced.map(({ config = [] }) => [1, ...config]);
  const x = linear([0, layers], [plot.left, plot.right]);
  const y = linear([0, 1], [plot.bottom, plot.top]);
  const path = (shares: readonly number[]): [number, number][] => shares.map((share, i) => [x(i), y(share)]);
  const last = smallest.at(-1) ?? 0;
  return {
    alt: `Share of the tokens that leave each of ${layers} layers in one training step: the full length keeps all, the smallest sub-model drops a fifth in every layer down to ${last.toFixed(2)}, and four random sub-models lie between.`,
    width: 580,
    height: 300,
    parts: [
      ...axes(
        plot,
        { scale: x, ticks: [0, 2, 4, 6, 8, 10, 12], name: 'layer', write: String },
        {
          scale: y,
          ticks: [0, 0.25, 0.5, 0.75, 1],
          name: 'share of the tokens kept',
          write: (share) => `${100 * share} %`,
        },
      ),
      ...random.map((shares) => polyline(path(shares), 'line-soft')),
      polyline(path(smallest), 'line-accent'),
      polyline(path([1, ...Array.from({ length: layers }, () => 1)]), 'line-ink'),
      ...smallest.map((share, i) => dot(x(i), y(share), 2.5, 'dot-through')),
      label(plot.right + 6, y(1) + 4, 'full', { kind: 'ink' }),
      label(plot.right + 6, y(last) + 4, 'smallest', { kind: 'accent-text' }),
    ],
  };
};
