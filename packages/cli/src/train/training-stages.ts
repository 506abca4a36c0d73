import type { StepReport, TrainerState } from '@length-adaptive/core';
import type { FineTuneOptions } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import { quoted } from '../context/command-line.js';
import { orHowToGoOn } from '../context/errors.js';
import type { Progress } from '../context/progress.js';
import type { MetricsLog } from '../run-folder/metrics-log.js';
import type { RunPosition, TrainingCheckpoint } from './training-checkpoint.js';
import { writeCheckpoint } from './training-checkpoint.js';
import type { MetricsLine, StageName } from './training-record.js';
import { epochLoss } from './training-record.js';

/** What every stage is run with, whatever it does. */
export type StageRun = Pick<
  FineTuneOptions,
  'epochs' | 'seed' | 'onStep' | 'onEpoch' | 'onScoring' | 'onCheckpoint' | 'checkpointEvery' | 'resume' | 'signal'
>;

/** A part of a run with epochs, losses and checkpoints of its own. */
export interface Stage {
  readonly name: StageName;
  /** 0 leaves the stage out. */
  readonly epochs: number;
  run(given: StageRun): Promise<unknown>;
}

/** What the stages of a run share. */
export interface StagesOptions {
  /** The command, for messages. */
  readonly command: string;
  readonly seed: number;
  readonly checkpointEvery: number | undefined;
  /** The run folder. */
  readonly folder: string;
  /** What the run began with, for its checkpoints. */
  readonly began: Pick<RunPosition, 'data' | 'weights'>;
  readonly checkpoint: TrainingCheckpoint | undefined;
  readonly metrics: MetricsLog<MetricsLine>;
  readonly context: Context;
}

const runStage = async ({ name, epochs, run }: Stage, number: number, options: StagesOptions): Promise<void> => {
  const { seed, folder, began, checkpoint, metrics, context, checkpointEvery } = options;
  const progress = context.progress(name, 'steps');
  const save = (state: TrainerState): Promise<void> =>
    writeCheckpoint(folder, { stage: number, step: state.step, metricsLines: metrics.lines.length, ...began, state });
  const onStep = (report: StepReport): void => {
    metrics.write({ kind: 'step', stage: name, ...report });
    progress.update(report.step, report.totalSteps, `loss ${report.loss.toFixed(4)}`);
  };
  let scoring: Progress | undefined;
  const onScoring = (done: number, of: number): void => {
    progress.end(); // its line, until the next step
    scoring ??= context.progress(`${name}, dev`, 'examples');
    scoring.update(done, of);
    if (done < of) return;
    scoring.end();
    scoring = undefined;
  };
  try {
    await run({
      epochs,
      seed: seed + number, // the stages see different orders and dropouts
      onStep,
      onEpoch: (epoch, evaluation) =>
        metrics.write({
          kind: 'epoch',
          stage: name,
          epoch,
          loss: epochLoss(metrics.lines, name, epoch),
          ...evaluation,
        }),
      onScoring,
      onCheckpoint: save,
      checkpointEvery,
      resume: checkpoint?.stage === number ? checkpoint.state : undefined,
      signal: context.signal,
    });
  } finally {
    scoring?.end();
    progress.end();
  }
};

/**
 * Runs the stages that are left, in their order.
 *
 * @throws CliError `ABORTED` after a checkpoint was written; its message says how to go on
 */
export const trainStages = async (stages: readonly Stage[], options: StagesOptions): Promise<void> => {
  const { command, folder, checkpoint } = options;
  try {
    for (const [number, stage] of stages.entries()) {
      if (stage.epochs > 0 && number >= (checkpoint?.stage ?? 0)) await runStage(stage, number, options);
    }
  } catch (error) {
    throw orHowToGoOn(
      error,
      `The checkpoint is in ${folder}; go on with: lat ${command} --resume --out ${quoted(folder)}`,
    );
  }
};
