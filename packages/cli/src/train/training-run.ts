import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type {
  FineTuneData,
  InputLengths,
  LabelledInput,
  MetricName,
  TaskModel,
  TaskName,
  TextModel,
} from '@length-adaptive/models';
import { checkScore, saveModel } from '@length-adaptive/models';
import packageJson from '../../package.json' with { type: 'json' };
import type { Context } from '../context/command.js';
import type { DataSet, DataSettings } from '../data/data.js';
import { digestOf, encodeData, maxLengthFor, noData, readData, splitData } from '../data/data.js';
import type { TrainingRun } from '../engine/engine.js';
import type { EngineSettings } from '../engine/opened-model.js';
import { startTraining } from '../engine/engine.js';
import { CliError } from '../context/errors.js';
import { openMetrics } from '../run-folder/metrics-log.js';
import { required } from '../context/settings.js';
import { checkNoModel, runFiles, writeRunResult, writeRunStart } from '../run-folder/run-folder.js';
import type { TrainingCheckpoint } from './training-checkpoint.js';
import { hasCheckpoint, readCheckpoint, removeCheckpoint, removeEarlierRun } from './training-checkpoint.js';
import type { MetricsLine, StageRecord } from './training-record.js';
import { stageRecords } from './training-record.js';
import type { Stage } from './training-stages.js';
import { trainStages } from './training-stages.js';
import { describeEngine } from '../engine/used-engine.js';
import { parametersDigest } from '../data/parameters-digest.js';

/** What a run is told, whatever its stages do. */
export interface TrainingRunSettings extends DataSettings, Omit<EngineSettings, 'precision'> {
  readonly train: string | undefined;
  readonly dev: string | undefined;
  readonly devShare: number | undefined;
  readonly out: string | undefined;
  readonly task: TaskName | undefined;
  readonly metric: MetricName | undefined;
  readonly maxLength: number | undefined;
  readonly stride: number | undefined;
  readonly checkpointEvery: number | undefined;
  readonly resume: boolean;
  readonly overwrite: boolean;
  readonly json: boolean;
}

/** A model that is open to be trained, and what its training needs. */
export interface OpenedTraining {
  /** `lengthAdaptive` says what length to train at, if it says anything. */
  readonly opened: TextModel;
  /**
   * All models that take part, by what they are called: a run that goes on must find the same weights, and inputs must fit all of them.
   */
  readonly models: Readonly<Record<string, TaskModel>>;
  /** The stages, on encoded data. */
  stages(data: FineTuneData): Promise<readonly Stage[]>;
  /** What `length_adaptive.json` says of the training beside data, length and scores. */
  readonly record: Readonly<Record<string, unknown>>;
  /** Frees everything. */
  close(): Promise<void>;
}

/** Examples to learn from, and those that choose the best epoch. */
export interface TrainingSets {
  readonly train: DataSet;
  readonly dev: DataSet;
}

/** What makes one command of this kind of run another. */
export interface TrainingPlan {
  readonly command: 'train' | 'distill' | 'adapt';
  /** What the stages run on. Default: the examples of `--train` and `--dev`. */
  read?(): Promise<TrainingSets>;
  /** Default: as the model's task does with examples. */
  encode?(opened: TextModel, data: DataSet, lengths: InputLengths): readonly LabelledInput[];
  /** The settings that `config.json` of the run shall hold. */
  readonly saved: Readonly<Record<string, unknown>>;
  /** What is found out about the model once it is trained and written. Default: nothing. */
  complete?(folder: string, data: FineTuneData): Promise<void>;
  /** Opens the model. The engine has started. */
  open(train: DataSet, run: TrainingRun): Promise<OpenedTraining>;
}

/** What a run prints and keeps in result.json. */
export interface TrainingResult {
  readonly model: string;
  readonly trainExamples: number;
  readonly devExamples: number;
  readonly labels: readonly string[];
  readonly stages: readonly StageRecord[];
  readonly engine: string;
  /** SHA-256 over all weights. */
  readonly weights: string;
}

const checkFolder = (folder: string, { resume, overwrite }: TrainingRunSettings): void => {
  checkNoModel(folder); // before anything of an earlier run is taken away
  if (resume || overwrite) return;
  if (hasCheckpoint(folder)) {
    throw new CliError(
      'RUN_EXISTS',
      `${folder} holds an interrupted run. Go on with --resume, or start anew with --overwrite.`,
    );
  }
  if (existsSync(join(folder, runFiles.result))) {
    throw new CliError(
      'RUN_EXISTS',
      `${folder} holds a complete run. Choose another folder, or start anew with --overwrite.`,
    );
  }
};

/** Reads the examples of both sets. @throws CliError `USAGE` for dev examples of two kinds */
const readSets = async (settings: TrainingRunSettings): Promise<TrainingSets> => {
  const { dev, devShare = 0, seed, task, resume } = settings;
  if (dev !== undefined && devShare > 0 && !resume)
    // an earlier version began runs with both
    throw new CliError('USAGE', 'Give --dev or --dev-share, not both.');
  const all = await readData(required(settings.train, 'train'), settings, task);
  if (dev !== undefined) return { train: all, dev: await readData(dev, { ...settings, limit: undefined }, task) };
  if (devShare === 0) return { train: all, dev: noData };
  const { rest, aside } = splitData(all, devShare, seed);
  return { train: rest, dev: aside };
};

type Beginning = Required<Pick<TrainingCheckpoint, 'data' | 'weights'>>;

const checkResumed = (checkpoint: TrainingCheckpoint, { data, weights }: Beginning): void => {
  const changed = Object.keys(weights).find(
    (name) => checkpoint.weights !== undefined && checkpoint.weights[name] !== weights[name],
  );
  const what =
    checkpoint.data !== data
      ? 'The training or dev examples'
      : changed === undefined
        ? undefined
        : `The weights of the ${changed}`;
  if (what === undefined) return;
  throw new CliError(
    'CHECKPOINT_INVALID',
    `${what} are not those that the interrupted run began with. Restore the files, or start anew with --overwrite.`,
  );
};

const digestsOf = async (models: OpenedTraining['models']): Promise<Record<string, string>> => {
  const digests: Record<string, string> = {};
  for (const [name, model] of Object.entries(models)) digests[name] = await parametersDigest(model);
  return digests;
};

const trainingRecord = (
  record: OpenedTraining['record'],
  { train = '' }: TrainingRunSettings,
  maxLength: number,
  data: FineTuneData,
  stages: readonly StageRecord[],
): Record<string, unknown> => {
  const best = stages.at(-1)?.best;
  return {
    ...record,
    data: basename(train),
    examples: data.train.length,
    devExamples: data.dev?.length ?? 0,
    maxLength,
    ...(best && { devScore: { full: best.full, reduced: best.reduced } }),
    tool: `${packageJson.name} ${packageJson.version}`,
  };
};

const shown = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(4));

const printResult = ({ print }: Context, { model, stages }: TrainingResult): void => {
  for (const { stage, epochs, best } of stages) {
    for (const { epoch, loss, full, reduced } of epochs) {
      const scores =
        full === undefined
          ? []
          : [
              `dev ${shown(full)}`,
              ...(stage === 'length-drop' || stage === 'adapt' ? [`at the smallest lengths ${shown(reduced)}`] : []),
            ];
      print(
        [
          stage,
          `epoch ${epoch + 1}`,
          `loss ${shown(loss)}`,
          ...scores,
          ...(best?.epoch === epoch ? ['(kept)'] : []),
        ].join('  '),
      );
    }
  }
  print(`model  ${model}`);
};

/** Runs the stages of a plan; writes the model and the run folder. */
export const runTraining = async (
  settings: TrainingRunSettings,
  context: Context,
  { command, saved, open, read, encode = encodeData, complete }: TrainingPlan,
): Promise<void> => {
  const out = required(settings.out, 'out');
  checkFolder(out, settings);
  const checkpoint = settings.resume ? await readCheckpoint(out) : undefined;

  const sets = await (read ? read() : readSets(settings));
  const run = await startTraining(settings);
  const { opened, models, record, stages: stagesOf, close } = await open(sets.train, run);
  const { model, tokenizerFiles } = opened;
  try {
    const maxLength = Math.min(
      ...Object.values(models).map((each) => maxLengthFor({ ...opened, model: each }, settings.maxLength)),
    );
    const lengths = { maxLength, stride: settings.stride };
    const data: FineTuneData = {
      train: encode(opened, sets.train, lengths),
      dev: encode(opened, sets.dev, lengths),
    };
    if (settings.metric !== undefined) checkScore(model.task, settings.metric, data.dev ?? []);
    const began: Beginning = { data: digestOf(data.train, data.dev ?? []), weights: await digestsOf(models) };
    if (checkpoint) checkResumed(checkpoint, began);
    else {
      await removeEarlierRun(out);
      await writeRunStart(out, { ...saved, maxLength }, run.used);
    }
    context.note(
      `${data.train.length} training and ${data.dev?.length ?? 0} dev examples, at most ${maxLength} tokens; ${describeEngine(run.used)}.`,
    );

    const metrics = await openMetrics<MetricsLine>(join(out, runFiles.metrics), checkpoint?.metricsLines);
    const { seed, checkpointEvery } = settings;
    await trainStages(await stagesOf(data), {
      command,
      seed,
      checkpointEvery,
      folder: out,
      began,
      checkpoint,
      metrics,
      context,
    });

    const stages = stageRecords(metrics.lines);
    const folder = join(out, 'model');
    const training = trainingRecord(record, settings, maxLength, data, stages);
    await saveModel(folder, {
      model,
      tokenizerFiles,
      lengthAdaptive: { format: 'length-adaptive', version: 2, training, paretoSet: [] },
    });
    await complete?.(folder, data);
    const result: TrainingResult = {
      model: folder,
      trainExamples: data.train.length,
      devExamples: data.dev?.length ?? 0,
      labels: model.task.labels,
      stages,
      engine: describeEngine(run.used),
      weights: await parametersDigest(model),
    };
    await writeRunResult(out, result);
    await removeCheckpoint(out);
    if (settings.json) context.print(JSON.stringify(result));
    else printResult(context, result);
  } finally {
    await close();
  }
};
