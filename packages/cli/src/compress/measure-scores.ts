import { isFullPoint } from '@length-adaptive/core';
import type { OperatingPoint } from '@length-adaptive/core';
import type { ScoreName } from '@length-adaptive/models';
import { createScorer, flipShare, macsShare, openSource, predictLogits } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import type { CompressSettings } from './options.js';
import type { DataSet } from '../data/data.js';
import { encodeData, maxLengthFor } from '../data/data.js';
import { openRunnable } from '../engine/engine.js';
import { meanLength } from '../search/measure-pareto-set.js';
import type { UsedEngine } from '../engine/used-engine.js';

/** One configuration of one model on the dev examples. */
export interface MeasuredPoint {
  readonly point: OperatingPoint;
  /** By each score, in the order in which they were asked for. */
  readonly scores: readonly number[];
  /** Share of answers that are others than the full length's; absent where answers are numbers. */
  readonly flips?: number;
  /** Share of the full model's MACs. */
  readonly cost: number;
  /** MACs of an input of mean length. */
  readonly macs: number;
}

/** A model on the dev examples. */
export interface MeasuredModel {
  readonly points: readonly MeasuredPoint[];
  readonly examples: number;
  readonly meanTokens: number;
  readonly used: UsedEngine;
}

/**
 * Scores a model at each point.
 *
 * @param folder what to open
 * @throws CliError, ModelError `ABORTED` and what opening throws
 */
export const measureScores = async (
  folder: string,
  points: readonly OperatingPoint[],
  {
    data: examples,
    metrics,
    label,
    settings,
    context,
  }: {
    readonly data: DataSet;
    readonly metrics: readonly ScoreName[];
    readonly label: string;
    readonly settings: CompressSettings;
    readonly context: Context;
  },
): Promise<MeasuredModel> => {
  const opened = await openRunnable(await openSource(folder), settings, context);
  const { model, used } = opened;
  try {
    const data = encodeData(opened, examples, {
      maxLength: maxLengthFor(opened, settings.maxLength),
      stride: settings.stride,
    });
    const inputs = data.map(({ input }) => input);
    const lengths = inputs.map(({ ids }) => ids.length);
    const meanTokens = meanLength(data);
    const { signal } = context;
    const scorers = [];
    for (const metric of metrics) scorers.push(await createScorer(model, data, metric, { signal }));
    const progress = context.progress(`scores ${label}`, 'configurations');
    const full = await predictLogits(model, inputs, { point: {}, signal });
    const measured: MeasuredPoint[] = [];
    for (const point of points) {
      const logits = isFullPoint(point) ? full : await predictLogits(model, inputs, { point, signal });
      const cost = macsShare(model, point, lengths);
      const flips = flipShare(model.task, full, logits, data);
      measured.push({
        point,
        scores: scorers.map((scorer) => scorer(logits)),
        ...(flips !== undefined && { flips }),
        cost,
        macs: model.macs(Math.round(meanTokens), point),
      });
      progress.update(measured.length, points.length);
    }
    progress.end();
    return { points: measured, examples: examples.examples.length, meanTokens, used };
  } finally {
    model.dispose();
  }
};
