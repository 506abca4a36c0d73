import { fullLength, isFullLength } from '@length-adaptive/core';
import type { LengthConfig } from '@length-adaptive/core';
import type { ScoreName } from '@length-adaptive/models';
import { createScorer, flipShare, macsShare, openSource, predictLogits } from '@length-adaptive/models';
import type { Context } from '../command.js';
import type { CompressSettings } from '../commands/compress.js';
import type { DataSet } from '../data.js';
import { encodeData, maxLengthFor } from '../data.js';
import { openRunnable } from '../engine.js';
import { meanLength } from '../search/measure-pareto-set.js';
import type { UsedEngine } from '../used-engine.js';

/** One configuration of one model on the dev examples. */
export interface MeasuredConfig {
  readonly lengthConfig: LengthConfig;
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
  readonly configs: readonly MeasuredConfig[];
  readonly examples: number;
  readonly meanTokens: number;
  readonly used: UsedEngine;
}

/**
 * Scores a model at each configuration.
 *
 * @param folder what to open
 * @throws CliError, ModelError `ABORTED` and what opening throws
 */
export const measureScores = async (
  folder: string,
  configs: readonly LengthConfig[],
  { data: examples, metrics, label, settings, context }: { readonly data: DataSet; readonly metrics: readonly ScoreName[]; readonly label: string; readonly settings: CompressSettings; readonly context: Context },
): Promise<MeasuredModel> => {
  const opened = await openRunnable(await openSource(folder), settings, context);
  const { model, used } = opened;
  try {
    const data = encodeData(opened, examples, { maxLength: maxLengthFor(opened, settings.maxLength), stride: settings.stride });
    const inputs = data.map(({ input }) => input);
    const lengths = inputs.map(({ ids }) => ids.length);
    const meanTokens = meanLength(data);
    const { signal } = context;
    const scorers = [];
    for (const metric of metrics) scorers.push(await createScorer(model, data, metric, { signal }));
    const progress = context.progress(`scores ${label}`, 'configurations');
    const full = await predictLogits(model, inputs, { config: fullLength(model.dimensions.layers), signal });
    const measured: MeasuredConfig[] = [];
    for (const lengthConfig of configs) {
      const logits = isFullLength(lengthConfig) ? full : await predictLogits(model, inputs, { config: lengthConfig, signal });
      const cost = macsShare(model, lengthConfig, lengths);
      const flips = flipShare(model.task, full, logits, data);
      measured.push({ lengthConfig, scores: scorers.map((scorer) => scorer(logits)), ...(flips !== undefined && { flips }), cost, macs: model.macs(Math.round(meanTokens), lengthConfig) });
      progress.update(measured.length, configs.length);
    }
    progress.end();
    return { configs: measured, examples: examples.examples.length, meanTokens, used };
  } finally {
    model.dispose();
  }
};
