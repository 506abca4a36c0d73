import { fullLength, isFullPoint } from '@length-adaptive/core';
import type { OperatingPoint } from '@length-adaptive/core';
import type { MetricName, ModelDirectory, ParetoPoint, ScoreName } from '@length-adaptive/models';
import { architectureOf, taskOf } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import type { CompressSettings } from './options.js';
import type { DataSet } from '../data/data.js';
import { scoreNames } from '../context/common.js';
import type { UsedEngine } from '../engine/used-engine.js';
import { measureScores } from './measure-scores.js';

/** A value of the model that was read, and of the one that was written. */
export interface Change {
  readonly before: number;
  readonly after: number;
}

/** An operating point, scored before and after. */
export interface ComparedPoint {
  readonly point: OperatingPoint;
  /** By each of the metrics. */
  readonly scores: readonly Change[];
  /** Share of answers that are others than those of its own full length: of the model that was written. */
  readonly flips?: number;
  /** Share of the full length's MACs, and MACs of an input of mean length: of the model that was written. */
  readonly cost: number;
  readonly macs: number;
}

/** Both models on the dev examples. */
export interface Comparison extends UsedEngine {
  /** The file of the examples. */
  readonly dev: string;
  /** What was scored by: the first is the score of the Pareto set, the second the task's own, where that is another. */
  readonly metrics: readonly [ScoreName, ...ScoreName[]];
  readonly examples: number;
  readonly meanTokens: Change;
  /** The Pareto set, and the full length. */
  readonly points: readonly ComparedPoint[];
}

const metricsFor = (
  { config, lengthAdaptive }: ModelDirectory,
  { metric }: CompressSettings,
): Comparison['metrics'] => {
  const own: MetricName = taskOf(config).defaultMetric;
  const first = metric ?? scoreNames.find((name) => name === lengthAdaptive?.search?.metric) ?? own;
  return first === own ? [own] : [first, own];
};

/** Scores two folders of one model at the points of a Pareto set and at full length. */
export const compareScores = async (
  model: ModelDirectory,
  {
    before,
    after,
    dev,
    examples: data,
    paretoSet,
  }: {
    readonly before: string;
    readonly after: string;
    readonly dev: string;
    readonly examples: DataSet;
    readonly paretoSet: readonly ParetoPoint[];
  },
  { settings, context }: { readonly settings: CompressSettings; readonly context: Context },
): Promise<Comparison> => {
  const { layers } = architectureOf(model.config).dimensions(model.config);
  const searched = paretoSet.map(({ point }) => point);
  const points = searched.some(isFullPoint) ? searched : [...searched, { lengths: fullLength(layers) }];
  const metrics = metricsFor(model, settings);
  const measured = await measureScores(before, points, { data, metrics, label: 'before', settings, context });
  const {
    points: written,
    examples,
    meanTokens,
    used,
  } = await measureScores(after, points, {
    ...{ data, metrics, label: 'after', context },
    settings: { ...settings, adapter: undefined, tower: undefined }, // that was done when it was written
  });
  return {
    ...{ dev, metrics, examples, ...used },
    meanTokens: { before: measured.meanTokens, after: meanTokens },
    points: written.map(({ scores, ...found }, i) => ({
      ...found,
      scores: scores.map((score, k) => ({ before: measured.points[i]?.scores[k] ?? Number.NaN, after: score })),
    })),
  };
};
