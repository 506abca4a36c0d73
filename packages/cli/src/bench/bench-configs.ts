import type { OperatingPoint } from '@length-adaptive/core';
import { constantRatioConfig, fullLength, isFullPoint, pointKey } from '@length-adaptive/core';
import type { ParetoPoint, RunnableModel } from '@length-adaptive/models';
import { macsShare } from '@length-adaptive/models';
import { readPoint } from '../choice/length-choice.js';

/** A configuration to measure. */
export interface NamedConfig {
  /** What rows call it. */
  readonly name: string;
  readonly point: OperatingPoint;
}

/** Name of the full length: every input at its own length, nothing padded, nothing dropped. */
const fullName = 'unpadded full';

/** Costs whose nearest points stand for a Pareto set. */
const pointCosts = [0.7, 0.5, 0.3] as const;

/** Costs of the chains that stand in for a model that was never searched. */
const chainCosts = [0.5, 0.3] as const;

/** The chain of a relative cost, by bisection; the cheapest there is when the cost cannot be had. */
const chainOfCost = (model: RunnableModel, target: number, lengths: readonly number[]): NamedConfig => {
  const { layers } = model.dimensions;
  let [low, high] = [0, 1];
  for (let step = 0; step < 20; step++) {
    const middle = (low + high) / 2;
    if (macsShare(model, { lengths: constantRatioConfig(layers, middle) }, lengths) > target) high = middle;
    else low = middle;
  }
  const keep = Math.max(0.01, Number(high.toFixed(3)));
  return { name: `chain ${keep}`, point: { lengths: constantRatioConfig(layers, keep) } };
};

const nearestPoint = (points: readonly ParetoPoint[], target: number): number =>
  points.reduce(
    (best, { cost }, index) =>
      Math.abs(cost - target) < Math.abs((points[best]?.cost ?? Infinity) - target) ? index : best,
    0,
  );

const defaultConfigs = (
  model: RunnableModel,
  points: readonly ParetoPoint[],
  lengths: readonly number[],
): NamedConfig[] =>
  points.length === 0
    ? chainCosts.map((target) => chainOfCost(model, target, lengths))
    : pointCosts.flatMap((target) => {
        const number = nearestPoint(points, target);
        return points.slice(number, number + 1).map(({ point }) => ({ name: `pareto ${number}`, point }));
      });

/** `full,0,3,0.8,0.6` -> `full`, `0`, `3`, `0.8,0.6`: words and numbers one by one, then ratios, which are one configuration. */
const itemsOf = (part: string): string[] => {
  if (part.includes('@')) return [part];
  const pieces = part.split(/[\s,]+/).filter((piece) => piece !== '');
  const ratios = pieces.findIndex((piece) => piece !== 'full' && !/^\d+$/.test(piece));
  return ratios < 0 ? pieces : [...pieces.slice(0, ratios), pieces.slice(ratios).join(',')];
};

/** What says more of a configuration than its lengths, `;skip=1`, stands behind a semicolon too: it belongs to the last of its part. */
const withMore = (part: string): string[] => {
  const [list = '', ...more] = part.split(';');
  const items = itemsOf(list);
  return items.map((item, i) => (i === items.length - 1 ? [item, ...more].join(';') : item));
};

const givenConfigs = (
  text: string,
  { dimensions: { layers } }: RunnableModel,
  points: readonly ParetoPoint[],
): NamedConfig[] =>
  text
    .split(/;(?!\s*[a-z]+=)/)
    .flatMap(withMore)
    .filter((item) => item !== 'full')
    .map((item, i, items) => {
      const isPoint = (other: string): boolean => /^\d+$/.test(other);
      const name = isPoint(item)
        ? `pareto ${item}`
        : `ratios ${items.slice(0, i + 1).filter((other) => !isPoint(other)).length}`;
      return { name, point: readPoint(item, layers, points, { flag: '--configs' }) };
    });

export interface ChooseConfigsOptions {
  /** What the user asked for. Default: points of the Pareto set, or chains. */
  readonly asked: string | undefined;
  readonly paretoSet: readonly ParetoPoint[];
  /** Input lengths that costs are reckoned at. */
  readonly lengths: readonly number[];
}

/**
 * The configurations to measure, the full length first, none twice.
 *
 * @throws CliError `INPUT_INVALID` for a number beyond the Pareto set; CoreError `LENGTH_CONFIG_INVALID`
 */
export const chooseConfigs = (
  model: RunnableModel,
  { asked, paretoSet, lengths }: ChooseConfigsOptions,
): readonly NamedConfig[] => {
  const found = asked === undefined ? defaultConfigs(model, paretoSet, lengths) : givenConfigs(asked, model, paretoSet);
  const dropping = new Map(
    found.filter(({ point }) => !isFullPoint(point)).map((config) => [pointKey(config.point), config]),
  );
  return [{ name: fullName, point: { lengths: fullLength(model.dimensions.layers) } }, ...dropping.values()];
};
