import type { Dropout } from '../encoder/on-tensors/dropout.js';
import { CoreError } from '../errors.js';
import type { LengthConfig } from '../length-config.js';
import type { LengthDropOptions, Sandwich } from '../length-drop.js';
import { drawSandwich } from '../length-drop.js';
import { createRandom } from '../random.js';
import type { KlOptions } from './losses.js';
import type { Gradients } from './gradients.js';
import { globalNorm } from './gradients.js';
import type { AdamWOptions, AdamWState, ParameterValues } from './optimizer.js';
import { adamW, createAdamWState } from './optimizer.js';
import type { SandwichLosses } from './run-sandwich.js';
import { linearSchedule } from './schedule.js';
import type { TrainingEngine } from './training-engine.js';

/** Scores of a model on held-out data, higher is better. */
export interface Evaluation {
  /** At full length. */
  readonly full: number;
  /** At a reduced length; without LengthDrop the same as `full`. */
  readonly reduced: number;
}

/** Where a run stands: everything needed to go on as if it had never stopped. */
export interface TrainerState {
  /** Optimisation steps done. */
  readonly step: number;
  /** Epochs that are over, their evaluation included. */
  readonly epochsDone: number;
  readonly weights: ParameterValues;
  readonly optimizer: AdamWState;
  /** The best epoch so far, by the mean of its two scores. */
  readonly best?:
    { readonly epoch: number; readonly evaluation: Evaluation; readonly weights: ParameterValues } | undefined;
}

export interface StepReport extends SandwichLosses {
  /** Number of this step, from 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly learningRate: number;
  /** Norm of all gradients before clipping. */
  readonly gradientNorm: number;
}

export interface TrainOptions extends KlOptions {
  readonly epochs: number;
  /** Peak learning rate. Default 5e-5. */
  readonly learningRate?: number;
  /** Share of all steps that warm up. Default 0. */
  readonly warmupRatio?: number;
  /** Batches whose gradients are averaged into one step. Default 1. */
  readonly accumulate?: number;
  /** Largest gradient norm. Default 1. */
  readonly clipNorm?: number;
  readonly adamW?: AdamWOptions;
  /** Called after every update with the weights, to bring them back within bounds of yours: change the arrays in place. */
  readonly constrain?: ((weights: ParameterValues) => void) | undefined;
  /** LengthDrop; absent for ordinary fine-tuning at full length. */
  readonly lengthDrop?: LengthDropOptions | undefined;
  /** The one configuration that the model is trained for, in every pass and on the task loss alone; excludes `lengthDrop`. Default: full length. */
  readonly config?: LengthConfig | undefined;
  /** Weight of the task loss on sub-models. Default 0. */
  readonly subModelLabelLoss?: number;
  /** Dropout probabilities. Default: none. */
  readonly dropout?: Omit<Dropout, 'random'>;
  /** Seed of every random choice. Default 42. */
  readonly seed?: number;
  /** Scores the model after each epoch; the weights of the best epoch are put back at the end. */
  readonly evaluate?: (epoch: number) => Promise<Evaluation>;
  readonly onStep?: (report: StepReport) => void;
  readonly onEpoch?: (epoch: number, evaluation: Evaluation | undefined) => void;
  /** Called with the state every `checkpointEvery` steps, and when the signal aborts the run. */
  readonly onCheckpoint?: (state: TrainerState) => Promise<void>;
  /** Default: only on abort. */
  readonly checkpointEvery?: number;
  readonly resume?: TrainerState | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TrainResult {
  readonly steps: number;
  /** Loss of every step of this process. */
  readonly losses: readonly number[];
  /** The epoch whose weights the engine now holds, when an `evaluate` was given. */
  readonly best?: { readonly epoch: number; readonly evaluation: Evaluation };
}

const copy = (values: ParameterValues): ParameterValues =>
  new Map([...values].map(([name, data]) => [name, data.slice()]));

/** Lets timers, signals and drawing run between two steps. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Trains the weights that an engine holds, ordinarily or with LengthDrop. At the end it holds those of the best epoch, or of
 * the last one when nothing was evaluated.
 *
 * Every random choice of step s is drawn from (seed, s), so a run that is stopped and resumed has bit-identical losses.
 *
 * @param engine what runs the passes, such as `tensorEngine(model)`
 * @param batches the batches of an epoch; must give the same ones for the same epoch
 * @throws CoreError `OPTION_INVALID`, `ABORTED` when the signal fires (after `onCheckpoint`), `DIVERGED` when a loss is not finite
 */
export const train = async <Batch>(
  engine: TrainingEngine<Batch>,
  batches: (epoch: number) => readonly Batch[],
  {
    epochs,
    learningRate = 5e-5,
    warmupRatio = 0,
    accumulate = 1,
    clipNorm = 1,
    lengthDrop,
    config,
    dropout,
    seed = 42,
    evaluate,
    checkpointEvery = Infinity,
    adamW: updateOptions,
    constrain,
    resume,
    signal,
    onStep,
    onEpoch,
    onCheckpoint,
    ...lossOptions
  }: TrainOptions,
): Promise<TrainResult> => {
  if (config && lengthDrop)
    throw new CoreError(
      'OPTION_INVALID',
      'Both config and lengthDrop are given: train for one configuration or for all; leave one out.',
    );
  const stepsPerEpoch = Math.ceil(batches(0).length / accumulate);
  const totalSteps = stepsPerEpoch * epochs;

  const weights = resume ? copy(resume.weights) : await engine.readWeights();
  const optimizer = resume
    ? { updates: resume.optimizer.updates, first: copy(resume.optimizer.first), second: copy(resume.optimizer.second) }
    : createAdamWState();
  let best = resume?.best;
  let step = resume?.step ?? 0;
  let epochsDone = resume?.epochsDone ?? 0;
  if (resume) engine.writeWeights(weights);
  const start = step;
  const state = (): TrainerState => ({ step, epochsDone, weights, optimizer, best });
  const losses: number[] = [];

  const plain: Sandwich = { full: config ? { config } : {}, reduced: [] };

  const runStep = async (group: readonly Batch[], epoch: number): Promise<StepReport> => {
    const gradients: Gradients = new Map();
    const parts: SandwichLosses[] = [];
    for (const [part, batch] of group.entries()) {
      const sandwich = lengthDrop ? drawSandwich(lengthDrop, createRandom(seed, step, part)) : plain;
      parts.push(
        await engine.step(batch, sandwich, gradients, {
          ...lossOptions,
          scale: 1 / group.length,
          dropout: (pass) => dropout && { ...dropout, random: createRandom(seed, step, part, pass + 1) },
        }),
      );
    }
    const mean = (pick: (losses: SandwichLosses) => number) =>
      parts.reduce((sum, part) => sum + pick(part), 0) / parts.length;
    const loss = mean((part) => part.loss);
    if (!Number.isFinite(loss)) {
      throw new CoreError(
        'DIVERGED',
        `The loss of step ${step + 1} is ${loss}; lower the learning rate (now ${learningRate}).`,
      );
    }
    const gradientNorm = globalNorm(gradients);
    if (!Number.isFinite(gradientNorm)) {
      throw new CoreError(
        'DIVERGED',
        `The gradients of step ${step + 1} are not finite; lower the learning rate (now ${learningRate}).`,
      );
    }
    const rate = learningRate * linearSchedule(step, totalSteps, warmupRatio);
    adamW(weights, gradients, optimizer, rate, updateOptions, Math.min(1, clipNorm / gradientNorm));
    constrain?.(weights);
    engine.writeWeights(weights);
    step++;
    return {
      step,
      totalSteps,
      epoch,
      loss,
      taskLoss: mean((part) => part.taskLoss),
      distillationLosses: sandwichMeans(parts),
      learningRate: rate,
      gradientNorm,
    };
  };

  const stop = async (): Promise<never> => {
    await onCheckpoint?.(state());
    throw new CoreError('ABORTED', `Training was stopped after step ${step} of ${totalSteps}.`);
  };

  const score = async (epoch: number): Promise<Evaluation | undefined> => {
    try {
      return await evaluate?.(epoch);
    } catch (error) {
      if (signal?.aborted) await stop(); // the evaluation is run again on resume
      throw error;
    }
  };

  for (let epoch = epochsDone; epoch < epochs; epoch++) {
    const epochBatches = batches(epoch);
    for (let inEpoch = step - epoch * stepsPerEpoch; inEpoch < stepsPerEpoch; inEpoch++) {
      await breathe();
      if (signal?.aborted) await stop();
      if (step > start && step % checkpointEvery === 0) await onCheckpoint?.(state());
      const report = await runStep(epochBatches.slice(inEpoch * accumulate, (inEpoch + 1) * accumulate), epoch);
      losses.push(report.loss);
      onStep?.(report);
    }
    const evaluation = await score(epoch);
    if (evaluation && (!best || mean(evaluation) > mean(best.evaluation))) {
      best = { epoch, evaluation, weights: copy(weights) };
    }
    epochsDone = epoch + 1;
    onEpoch?.(epoch, evaluation);
  }

  if (best) engine.writeWeights(best.weights);
  return { steps: step, losses, ...(best && { best: { epoch: best.epoch, evaluation: best.evaluation } }) };
};

const mean = ({ full, reduced }: Evaluation): number => (full + reduced) / 2;

const sandwichMeans = (parts: readonly SandwichLosses[]): number[] =>
  (parts[0]?.distillationLosses ?? []).map(
    (_, pass) => parts.reduce((sum, part) => sum + (part.distillationLosses[pass] as number), 0) / parts.length,
  );
