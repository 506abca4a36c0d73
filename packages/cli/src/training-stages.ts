import type { StepReport, TrainerState } from '@length-adaptive/core';
import type { FineTuneData, FineTuneEngine, TaskModel } from '@length-adaptive/models';
import { fineTune } from '@length-adaptive/models';
import type { Context } from './command.js';
import type { TrainSettings } from './commands/train.js';
import { CliError } from './errors.js';
import { knownCode } from './exit-codes.js';
import type { MetricsLog } from './metrics-log.js';
import type { TrainingCheckpoint } from './training-checkpoint.js';
import { writeCheckpoint } from './training-checkpoint.js';
import type { MetricsLine } from './training-record.js';
import { epochLoss, stageNames } from './training-record.js';

/** What the stages of a run share. */
export interface StagesOptions {
  readonly settings: TrainSettings;
  /** The run folder. */
  readonly folder: string;
  /** Digest of the data. */
  readonly digest: string;
  readonly checkpoint: TrainingCheckpoint | undefined;
  readonly metrics: MetricsLog<MetricsLine>;
  readonly context: Context;
  readonly engine: FineTuneEngine | undefined;
}

const runStage = async (model: TaskModel, data: FineTuneData, stage: number, options: StagesOptions): Promise<void> => {
  const { settings, folder, digest, checkpoint, metrics, context, engine } = options;
  const { epochs, lengthDropEpochs, batchSize, learningRate, warmupRatio, seed, metric, checkpointEvery } = settings;
  const { dropRatioBound, layerDrop, subModels } = settings;
  const name = stageNames[stage] ?? 'fine-tune';
  const progress = context.progress(name, 'steps');
  const save = (state: TrainerState): Promise<void> =>
    writeCheckpoint(folder, { stage, step: state.step, metricsLines: metrics.lines.length, data: digest, state });
  const onStep = (report: StepReport): void => {
    metrics.write({ kind: 'step', stage: name, ...report });
    progress.update(report.step, report.totalSteps, `loss ${report.loss.toFixed(4)}`);
  };
  try {
    await fineTune(model, data, {
      epochs: stage === 0 ? epochs : lengthDropEpochs,
      batchSize,
      learningRate,
      warmupRatio,
      seed: seed + stage, // the stages see different orders and dropouts
      ...(stage === 1 && { lengthDrop: { dropRatioBound, layerDrop, randomSubModels: subModels } }),
      metric,
      onStep,
      onEpoch: (epoch, evaluation) => metrics.write({ kind: 'epoch', stage: name, epoch, loss: epochLoss(metrics.lines, name, epoch), ...evaluation }),
      onCheckpoint: save,
      checkpointEvery,
      resume: checkpoint?.stage === stage ? checkpoint.state : undefined,
      signal: context.signal,
      engine,
    });
  } finally {
    progress.end();
  }
};

/**
 * Runs the stages that are left, in place: ordinary fine-tuning, then LengthDrop.
 *
 * @throws CliError `ABORTED` after a checkpoint was written; its message says how to go on
 */
export const trainStages = async (model: TaskModel, data: FineTuneData, options: StagesOptions): Promise<void> => {
  const { settings, folder, checkpoint } = options;
  const lengths = [settings.epochs, settings.lengthDropEpochs];
  try {
    for (const [stage, epochs] of lengths.entries()) {
      if (epochs > 0 && stage >= (checkpoint?.stage ?? 0)) await runStage(model, data, stage, options);
    }
  } catch (error) {
    if (knownCode(error) !== 'ABORTED' || !(error instanceof Error)) throw error;
    throw new CliError('ABORTED', `${error.message} The checkpoint is in ${folder}; go on with: lat train --resume --out ${folder}`, { cause: error });
  }
};
