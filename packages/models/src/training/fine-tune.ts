import type {
  Evaluation,
  LengthConfig,
  LengthDropOptions,
  OperatingPoint,
  StepReport,
  TrainableModel,
  TrainerState,
  TrainingEngine,
  TrainOptions,
  TrainResult,
} from '@length-adaptive/core';
import { fromAbsoluteLengths, smallestLengths, smallestOf, tensorEngine, train } from '@length-adaptive/core';
import { predictorPrefix } from '../architectures/predictor-specs.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { trainingBatches } from './training-batches.js';
import { ModelError } from '../errors.js';
import { evaluate } from '../scoring/evaluate.js';
import { checkParameters } from '../architectures/parameter.js';
import type { PredictLogitsOptions } from '../model/predict-logits.js';
import type { RunnableModel } from '../model/runnable-model.js';
import { checkScore, scoreNameFor } from '../scoring/score.js';
import type { ScoreName } from '../scoring/score.js';
import type { TaskModel } from '../model/task-model.js';
import { distillationLoss, taskLoss } from '../tasks/tensor-losses.js';
import type { Task } from '../tasks/task.js';
import type { Lesson } from './predicting-pass.js';
import { lookUpSaliency, predictingPass } from './predicting-pass.js';

export interface FineTuneData {
  readonly train: readonly LabelledInput[];
  /** Scored after every epoch to choose the best one. Without it the last epoch stands. */
  readonly dev?: readonly LabelledInput[] | undefined;
}

/** What runs the passes of fine-tuning in place of TensorFlow.js. It starts with weights of its own: the model's, as a rule. */
export interface FineTuneEngine {
  /** Its weights have the names and the layout of the model's variables (kernels [in, out]). */
  readonly training: TrainingEngine<readonly LabelledInput[]>;
  /** Scores epochs with the engine's own weights. Default: the model, after the weights were copied into it. */
  readonly runnable?: RunnableModel | undefined;
}

export interface FineTuneOptions extends Pick<
  TrainOptions,
  'accumulate' | 'clipNorm' | 'subModelLabelLoss' | 'temperature' | 'direction'
> {
  /** Default 3. */
  readonly epochs?: number;
  /** Default 32. */
  readonly batchSize?: number;
  /** Peak learning rate. Default 5e-5. */
  readonly learningRate?: number;
  /** Default 0. */
  readonly warmupRatio?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** LengthDrop (Kim & Cho 2020); absent for ordinary fine-tuning. */
  readonly lengthDrop?: Omit<LengthDropOptions, 'layers'> | undefined;
  /**
   * The one configuration to train for, in every pass, on the task loss alone: how PoWER-BERT retrains at what `searchRetention` found.
   * Epochs are scored at it. Excludes `lengthDrop`.
   */
  readonly lengthConfig?: LengthConfig | undefined;
  /** Scales the dropout probabilities of config.json. Default 1. */
  readonly dropout?: number;
  /** Default 42. */
  readonly seed?: number;
  /** Metric of the best epoch. Default: the task's own. */
  readonly metric?: ScoreName | undefined;
  readonly onStep?: ((report: StepReport) => void) | undefined;
  readonly onEpoch?: ((epoch: number, evaluation: Evaluation | undefined) => void) | undefined;
  /** How far it is with the dev examples, which run once or, with LengthDrop, twice after an epoch. */
  readonly onScoring?: PredictLogitsOptions['onProgress'];
  readonly onCheckpoint?: ((state: TrainerState) => Promise<void>) | undefined;
  readonly checkpointEvery?: number | undefined;
  readonly resume?: TrainerState | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Engine of the passes. Default: TensorFlow.js, on the model's own variables. */
  readonly engine?: FineTuneEngine | undefined;
}

/** How much faster a reducer learns than the model: it begins with nothing. */
const predictorRate = 10;

/** The distinct token ids of a batch, ascending. */
const tokensOf = (batch: readonly LabelledInput[]): Int32Array =>
  Int32Array.from(new Set(batch.flatMap(({ input }) => Array.from(input.ids)))).sort();

/** Dropout probabilities of a model in training, all scaled by one factor. */
export const dropoutOf = (
  { dimensions: { hiddenDropout, attentionDropout }, headDropout }: TaskModel,
  scale: number,
): NonNullable<TrainOptions['dropout']> => ({
  hidden: hiddenDropout * scale,
  attention: attentionDropout * scale,
  head: headDropout * scale,
});

/** A full pass on the labels of a batch. */
const labelLesson = (task: Task, batch: readonly LabelledInput[]): Lesson => ({
  batch,
  loss: (logits) => taskLoss(task, logits, batch),
});

/** A model as the trainer sees it. */
export const trainable = (model: TaskModel): TrainableModel<readonly LabelledInput[]> => ({
  variables: new Map(model.parameters.map(({ spec, variable }) => [spec.name, variable])),
  rowsRead: (batch) => new Map([[model.wordTable, tokensOf(batch)]]),
  logits: (batch, pass) =>
    model.logits(
      batch.map(({ input }) => input),
      pass,
    ),
  ...(model.reducer.predictor && {
    lookUp: (batch, pass) => lookUpSaliency(model, pass, labelLesson(model.task, batch)),
    fullPass: (batch, pass, found) => predictingPass(model, pass, labelLesson(model.task, batch), found),
  }),
  taskLoss: (logits, batch) => taskLoss(model.task, logits, batch),
  distillationLoss: (teacher, student, batch, options) =>
    distillationLoss(model.task, teacher, student, batch, options),
});

/** How a kind of training differs from fine-tuning on labels. */
export interface TrainingKind {
  /** Default `trainingBatches`. */
  readonly batches?: typeof trainingBatches | undefined;
  /** What epochs are scored by on the dev examples. Default: the metric. */
  readonly scoreAt?:
    | ((
        model: RunnableModel,
        point: OperatingPoint,
        options: Pick<PredictLogitsOptions, 'signal' | 'onProgress'>,
      ) => Promise<number>)
    | undefined;
}

/** What `fineTune` does, but for saying which tensors have been trained: that is for who knows what the losses reach. */
export const trainInPlace = async (
  model: TaskModel,
  { train: examples, dev }: FineTuneData,
  {
    epochs = 3,
    batchSize = 32,
    lengthDrop,
    lengthConfig,
    dropout = 1,
    seed = 42,
    weightDecay = 0,
    metric,
    onStep,
    onEpoch,
    onScoring: onProgress,
    onCheckpoint,
    checkpointEvery,
    signal,
    engine,
    ...options
  }: FineTuneOptions,
  { batches = trainingBatches, scoreAt }: TrainingKind = {},
): Promise<TrainResult> => {
  if (examples.length === 0)
    throw new ModelError('DATA_INVALID', 'There are no training examples; expected at least one.');
  checkParameters(model.parameters);
  if (model.factorParameters.length > 0)
    throw new ModelError(
      'OPTION_INVALID',
      'The model has factors beside its matrices, which training would leave behind. Train the model that they were made of and factorise it then, or make a model that consists of factors and train those (lat factorise --rank).',
    );
  if (model.reducer.predictor?.decisions?.supervised && !model.task.matters)
    throw new ModelError(
      'OPTION_INVALID',
      `The reducer ${model.reducer.name} is to learn by decisions and by what the task says of its tokens, and ${model.task.name} does not say which matter; choose learn "straight-through", or "supervised" for gradients alone.`,
    );
  checkScore(model.task, scoreNameFor(model.task, metric), dev ?? []); // before an epoch is trained, not after it
  const { layers } = model.dimensions;
  const referenceLength = lengthDrop?.referenceLength ?? 128;
  const smallest = lengthDrop?.ladder
    ? smallestOf(lengthDrop.ladder)
    : lengthDrop &&
      fromAbsoluteLengths(
        smallestLengths(layers, referenceLength, { dropRatioBound: lengthDrop.dropRatioBound }),
        referenceLength,
      );

  const own = tensorEngine(trainable(model));
  const keepWeights = async (): Promise<void> => {
    if (engine) own.writeWeights(await engine.training.readWeights());
  };

  const score = async (): Promise<Evaluation> => {
    const scored = engine?.runnable ?? model;
    if (scored === model) await keepWeights();
    const at = (lengths: LengthConfig | undefined): Promise<number> =>
      scoreAt
        ? scoreAt(scored, { lengths }, { signal, onProgress })
        : evaluate(scored, dev ?? [], { metric, point: { lengths }, signal, onProgress });
    const full = await at(lengthConfig);
    return { full, reduced: smallest ? await at(smallest) : full };
  };

  const result = await train(engine?.training ?? own, (epoch) => batches(examples, batchSize, seed, epoch), {
    ...options,
    signal,
    epochs,
    seed,
    adamW: { weightDecay, rateFactor: (name) => (name.startsWith(predictorPrefix) ? predictorRate : 1) },
    dropout: dropoutOf(model, dropout),
    ...(lengthDrop && { lengthDrop: { ...lengthDrop, layers } }),
    config: lengthConfig,
    ...(dev && dev.length > 0 && { evaluate: score }),
    ...(onStep && { onStep }),
    ...(onEpoch && { onEpoch }),
    ...(onCheckpoint && { onCheckpoint }),
    ...(checkpointEvery !== undefined && { checkpointEvery }),
  }).catch(async (error: unknown) => {
    await keepWeights().catch(() => undefined); // why training failed says more than why the engine cannot be read
    throw error;
  });
  await keepWeights();
  return result;
};

/**
 * Fine-tunes a model on labelled inputs, ordinarily or with LengthDrop, in place.
 *
 * With LengthDrop the best epoch is chosen by the mean of the scores at full length and at the smallest sub-model's
 * lengths, so that a model is never picked for its full length alone. However training ends, the model then holds the weights
 * it ended with, whichever engine ran it.
 *
 * @throws ModelError `DATA_INVALID` without training examples, `OPTION_INVALID` for a metric that the task does not have, `DISPOSED`; CoreError `ABORTED`, `DIVERGED`
 */
export const fineTune = async (
  model: TaskModel,
  data: FineTuneData,
  options: FineTuneOptions = {},
): Promise<TrainResult> => {
  const result = await trainInPlace(model, data, options);
  model.markTrained();
  return result;
};
