import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FineTuneData, LengthAdaptiveFile, TextModel } from '@length-adaptive/models';
import { saveModel } from '@length-adaptive/models';
import packageJson from '../../package.json' with { type: 'json' };
import type { Context } from '../command.js';
import type { TrainSettings } from '../commands/train.js';
import { trainOptions } from '../commands/train.js';
import type { DataSet } from '../data.js';
import { digestOf, encodeData, maxLengthFor, noData, readData, splitData } from '../data.js';
import { startTraining } from '../engine.js';
import { CliError } from '../errors.js';
import { openMetrics } from '../metrics-log.js';
import { required, savedSettings } from '../options/settings.js';
import { runFiles, writeRunResult, writeRunStart } from '../run-folder.js';
import type { TrainingCheckpoint } from '../training-checkpoint.js';
import { hasCheckpoint, readCheckpoint, removeCheckpoint } from '../training-checkpoint.js';
import { openForTraining } from '../training-model.js';
import type { MetricsLine, StageRecord } from '../training-record.js';
import { stageRecords } from '../training-record.js';
import { trainStages } from '../training-stages.js';
import { describeEngine } from '../used-engine.js';
import { weightsDigest } from '../weights-digest.js';

const checkFolder = (folder: string, { resume, overwrite }: TrainSettings): void => {
  if (resume || overwrite) return;
  if (hasCheckpoint(folder)) {
    throw new CliError('RUN_EXISTS', `${folder} holds an interrupted run. Go on with --resume, or start anew with --overwrite.`);
  }
  if (existsSync(join(folder, runFiles.result))) {
    throw new CliError('RUN_EXISTS', `${folder} holds a complete run. Choose another folder, or start anew with --overwrite.`);
  }
};

/** Reads the examples of both sets. */
const readSets = async (settings: TrainSettings): Promise<{ readonly train: DataSet; readonly dev: DataSet }> => {
  const { dev, devShare = 0, seed, task } = settings;
  const all = await readData(required(settings.train, 'train'), settings, task);
  if (dev !== undefined) return { train: all, dev: await readData(dev, { ...settings, limit: undefined }, task) };
  if (devShare === 0) return { train: all, dev: noData };
  const { rest, aside } = splitData(all, devShare, seed);
  return { train: rest, dev: aside };
};

const trainingRecord = (settings: TrainSettings, maxLength: number, data: FineTuneData, stages: readonly StageRecord[]): Record<string, unknown> => {
  const { model, train = '', epochs, lengthDropEpochs, batchSize, learningRate, warmupRatio, dropRatioBound, layerDrop, subModels, seed } = settings;
  const best = stages.at(-1)?.best;
  return {
    baseModel: model,
    data: basename(train),
    examples: data.train.length,
    devExamples: data.dev?.length ?? 0,
    ...{ epochs, lengthDropEpochs, batchSize, learningRate, warmupRatio, dropRatioBound, layerDrop, subModels, maxLength, seed },
    ...(best && { devScore: { full: best.full, reduced: best.reduced } }),
    tool: `${packageJson.name} ${packageJson.version}`,
  };
};

const checkResumed = (checkpoint: TrainingCheckpoint, data: string): void => {
  if (checkpoint.data === data) return;
  throw new CliError('CHECKPOINT_INVALID', 'The training or dev examples are not those that the interrupted run began with. Restore the files, or start anew with --overwrite.');
};

/** What `train` prints and keeps in result.json. */
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

const shown = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(4));

const printResult = ({ print }: Context, { model, stages }: TrainingResult): void => {
  for (const { stage, epochs, best } of stages) {
    for (const { epoch, loss, full, reduced } of epochs) {
      const scores = full === undefined ? [] : [`dev ${shown(full)}`, ...(stage === 'length-drop' ? [`at the smallest lengths ${shown(reduced)}`] : [])];
      print([stage, `epoch ${epoch + 1}`, `loss ${shown(loss)}`, ...scores, ...(best?.epoch === epoch ? ['(kept)'] : [])].join('  '));
    }
  }
  print(`model  ${model}`);
};

/** Fine-tunes a model, then trains it with LengthDrop; writes the model and the run folder. */
export const train = async (settings: TrainSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  const out = required(settings.out, 'out');
  required(settings.train, 'train');
  if (settings.epochs + settings.lengthDropEpochs === 0) throw new CliError('USAGE', '--epochs and --length-drop-epochs are both 0: there is nothing to train.');
  checkFolder(out, settings);
  const checkpoint = settings.resume ? await readCheckpoint(out) : undefined;

  const sets = await readSets(settings);
  const run = await startTraining(settings);
  const opened: TextModel = await openForTraining(source, sets.train, settings);
  const { model, tokenizerFiles } = opened;
  try {
    if (model.initialised.length > 0) context.note(`New head for ${model.task.labels.join(', ') || model.task.name}.`);
    const maxLength = maxLengthFor({ ...opened, lengthAdaptive: undefined }, settings.maxLength);
    const lengths = { maxLength, stride: settings.stride };
    const data: FineTuneData = { train: encodeData(opened, sets.train, lengths), dev: encodeData(opened, sets.dev, lengths) };
    const digest = digestOf(data.train, data.dev ?? []);
    if (checkpoint) checkResumed(checkpoint, digest);
    else {
      await removeCheckpoint(out);
      await writeRunStart(out, { ...savedSettings(trainOptions, settings), maxLength }, run.used);
    }
    context.note(`${data.train.length} training and ${data.dev?.length ?? 0} dev examples, at most ${maxLength} tokens; ${describeEngine(run.used)}.`);

    const metrics = await openMetrics<MetricsLine>(join(out, runFiles.metrics), checkpoint?.metricsLines);
    const engine = await run.open(model);
    try {
      await trainStages(model, data, { settings, folder: out, digest, checkpoint, metrics, context, engine });
    } finally {
      await engine?.release();
    }

    const stages = stageRecords(metrics.lines);
    const lengthAdaptive: LengthAdaptiveFile = {
      format: 'length-adaptive',
      version: 1,
      training: trainingRecord(settings, maxLength, data, stages),
      paretoSet: [],
    };
    const folder = join(out, 'model');
    await saveModel(folder, { model, tokenizerFiles, lengthAdaptive });
    const result: TrainingResult = {
      model: folder,
      trainExamples: data.train.length,
      devExamples: data.dev?.length ?? 0,
      labels: model.task.labels,
      stages,
      engine: describeEngine(run.used),
      weights: await weightsDigest(model),
    };
    await writeRunResult(out, result);
    await removeCheckpoint(out);
    if (settings.json) context.print(JSON.stringify(result));
    else printResult(context, result);
  } finally {
    model.dispose();
  }
};
