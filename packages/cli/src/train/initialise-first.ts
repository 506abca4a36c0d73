import { createAdamWState } from '@length-adaptive/core';
import type { FineTuneEngine, LabelledInput, TaskModel } from '@length-adaptive/models';
import { initialiseModel } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import { knownCode } from '../context/exit-codes.js';
import { refuseIdle } from '../context/settings.js';
import { trainOptions } from './options.js';
import type { Stage, StageRun } from './training-stages.js';

/** What GradInit needs of a run. */
export interface InitialiseFirst {
  readonly model: TaskModel;
  readonly examples: readonly LabelledInput[];
  readonly batchSize: number;
  readonly iterations: number;
  /** Peak learning rate of the stage that follows: the step whose success is looked at. */
  readonly learningRate: number;
  /** Opens the engine of the passes, and has it released once they are done, where it is not the one that trains. */
  engine(): Promise<(FineTuneEngine & { readonly release?: () => Promise<void> }) | undefined>;
  readonly context: Context;
}

/** Runs GradInit. @throws CoreError `ABORTED` after a checkpoint of a run that has not begun, from which it begins anew */
const initialise = async (
  { model, examples, batchSize, iterations, learningRate, engine: open, context }: InitialiseFirst,
  { seed, signal, onCheckpoint }: StageRun,
): Promise<void> => {
  const engine = await open();
  const progress = context.progress('gradinit', 'iterations');
  try {
    const { reports } = await initialiseModel(model, examples, {
      batchSize,
      iterations,
      seed,
      signal,
      engine,
      stepSize: learningRate,
      onIteration: ({ iteration, lossAfter }) =>
        progress.update(iteration, iterations, `loss after a step ${lossAfter.toFixed(4)}`),
    });
    const [first, last] = [reports[0], reports.at(-1)];
    if (first && last)
      context.note(
        `GradInit scaled the new weights: the loss after a step from ${first.lossAfter.toFixed(4)} to ${last.lossAfter.toFixed(4)}.`,
      );
  } catch (error) {
    if (knownCode(error) === 'ABORTED')
      await onCheckpoint?.({ step: 0, epochsDone: 0, weights: new Map(), optimizer: createAdamWState() });
    throw error;
  } finally {
    progress.end();
    await engine?.release?.();
  }
};

/** The same stages, the first of which begins with GradInit: a run that goes on after its first step has it in its weights. */
export const initialiseFirst = (stages: readonly Stage[], options: InitialiseFirst): Stage[] => {
  const first = stages.find(({ epochs }) => epochs > 0);
  return stages.map((stage) =>
    stage !== first
      ? stage
      : {
          ...stage,
          run: async ({ resume, ...given }) => {
            if (resume !== undefined && resume.step > 0) return stage.run({ resume, ...given });
            await initialise(options, given);
            return stage.run(given);
          },
        },
  );
};

/** @throws CliError `USAGE` for iterations of GradInit where it does not run */
export const checkInit = (settings: {
  readonly init: string;
  readonly initIterations: number;
  readonly resume: boolean;
}): void => {
  if (settings.init === 'gradinit' || settings.resume) return; // an earlier version began runs with them
  refuseIdle(
    trainOptions,
    settings,
    ['initIterations'],
    (flag) => `${flag} is for --init gradinit; give both, or leave it out.`,
  );
};
