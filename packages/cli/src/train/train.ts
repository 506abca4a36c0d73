import type { LengthConfig } from '@length-adaptive/core';
import { join } from 'node:path';
import { lengthsOf } from '@length-adaptive/core';
import type { LabelledInput, TextModel } from '@length-adaptive/models';
import {
  fineTune,
  formatLengthAdaptiveFile,
  lengthAdaptiveFileName,
  readModelFiles,
  taskOf,
  writeFile,
} from '@length-adaptive/models';
import { canLearnDeparted, learnDeparted } from '../choice/learn-departed.js';
import { openRunnable } from '../engine/engine.js';
import type { Context } from '../context/command.js';
import type { TrainSettings } from './options.js';
import { trainOptions } from './options.js';
import { CliError } from '../context/errors.js';
import { readPoint } from '../choice/length-choice.js';
import { required, savedSettings } from '../context/settings.js';
import { checkLengthDrop } from './check-length-drop.js';
import { checkInit, initialiseFirst } from './initialise-first.js';
import { openForTraining } from './training-model.js';
import { runTraining } from './training-run.js';
import type { OpenedTraining } from './training-run.js';
import type { Stage } from './training-stages.js';

/** Epochs of LengthDrop: none where one configuration is trained for. @throws CliError `USAGE` when both are asked for */
const lengthDropEpochsOf = ({ lengthConfig, lengthDropEpochs }: TrainSettings): number => {
  if (lengthConfig === undefined) return lengthDropEpochs;
  if (lengthDropEpochs === 0 || lengthDropEpochs === trainOptions.lengthDropEpochs.fallback) return 0;
  throw new CliError(
    'USAGE',
    `--length-config trains for one configuration and --length-drop-epochs ${lengthDropEpochs} for all; give one of them.`,
  );
};

const recordOf = (
  {
    model,
    epochs,
    lengthDropEpochs,
    batchSize,
    learningRate,
    warmupRatio,
    dropRatioBound,
    layerDrop,
    subModels,
    seed,
    init,
  }: TrainSettings,
  lengthConfig: LengthConfig | undefined,
): OpenedTraining['record'] => ({
  baseModel: model,
  ...(lengthConfig && { lengthConfig }),
  ...(init !== 'model' && { init }),
  ...{ epochs, lengthDropEpochs, batchSize, learningRate, warmupRatio, dropRatioBound, layerDrop, subModels, seed },
});

/** The one configuration to train for, as it is asked for. */
const configFor = (asked: string | undefined, { model, lengthAdaptive }: TextModel): LengthConfig | undefined => {
  if (asked === undefined) return undefined;
  try {
    const { layers } = model.dimensions;
    return lengthsOf(readPoint(asked, layers, lengthAdaptive?.paretoSet ?? []), layers);
  } catch (error) {
    model.dispose();
    throw error;
  }
};

/** Finds out what tokens that left shall answer, where nobody said it, and writes it into the model's folder. */
const completeDeparted = async (
  folder: string,
  dev: readonly LabelledInput[],
  settings: TrainSettings,
  context: Context,
): Promise<void> => {
  const { config, lengthAdaptive } = await readModelFiles(folder);
  if (settings.departed !== undefined || !lengthAdaptive || !canLearnDeparted(taskOf(config), dev)) return;
  const quiet = { note: () => undefined };
  const departed = await learnDeparted(dev, {
    metric: settings.metric,
    usual: lengthAdaptive.departed ?? 'state',
    open: (asked) =>
      openRunnable(
        folder,
        { ...settings, precision: 'fp32', adapter: undefined, tower: undefined, departed: asked },
        quiet,
      ),
    context,
  });
  const file = formatLengthAdaptiveFile({ ...lengthAdaptive, departed });
  await writeFile(join(folder, lengthAdaptiveFileName), file);
};

/** The points of a model's Pareto set as configurations to train. */
const ladderOf = ({ model, lengthAdaptive }: TextModel, source: string): LengthConfig[] => {
  const { layers } = model.dimensions;
  const ladder = (lengthAdaptive?.paretoSet ?? []).flatMap(({ point }) =>
    point.lengths ? [lengthsOf(point, layers)] : [],
  );
  if (ladder.length > 0) return ladder;
  model.dispose();
  throw new CliError(
    'USAGE',
    `--sub-models ladder trains the points of a Pareto set, and ${source} has none: run lat search on it first, or give a number.`,
  );
};

/** Fine-tunes a model, then trains it with LengthDrop; writes the model and the run folder. */
export const train = async (given: TrainSettings, context: Context): Promise<void> => {
  const settings = { ...given, lengthDropEpochs: lengthDropEpochsOf(given) };
  const source = required(settings.model, 'model');
  required(settings.out, 'out');
  required(settings.train, 'train');
  const {
    epochs,
    lengthDropEpochs,
    batchSize,
    learningRate,
    warmupRatio,
    metric,
    dropRatioBound,
    layerDrop,
    subModels,
  } = settings;
  if (epochs + lengthDropEpochs === 0)
    throw new CliError('USAGE', '--epochs and --length-drop-epochs are both 0: there is nothing to train.');

  checkInit(settings);
  checkLengthDrop(trainOptions, settings);

  await runTraining(settings, context, {
    command: 'train',
    complete: (folder, { dev = [] }) => completeDeparted(folder, dev, settings, context),
    saved: savedSettings(trainOptions, settings),
    open: async (examples, run) => {
      const { model, ...opened } = await openForTraining(source, examples, {
        ...settings,
        fresh: settings.init !== 'model',
      });
      for (const line of opened.notes ?? []) context.note(line);
      const lengthConfig = configFor(settings.lengthConfig, { ...opened, model });
      const ladder = subModels === 'ladder' ? ladderOf({ ...opened, model }, source) : undefined;
      if (settings.init !== 'model')
        context.note(`${model.dimensions.layers} layers of new weights, ${model.dimensions.hiddenSize} wide.`);
      else if (model.initialised.some((name) => !name.startsWith('reducer.')))
        context.note(`New head for ${model.task.labels.join(', ') || model.task.name}.`);
      let engine: Awaited<ReturnType<typeof run.open>>;
      return {
        opened: { ...opened, model, lengthAdaptive: undefined },
        models: { model },
        record: recordOf(settings, lengthConfig),
        stages: async (data) => {
          engine = await run.open(model);
          const shared = { batchSize, learningRate, warmupRatio, metric, engine };
          const lengthDrop = {
            dropRatioBound,
            layerDrop,
            ...(subModels === 'ladder' ? { ladder } : { randomSubModels: subModels }),
          };
          const stages: Stage[] = [
            { name: 'fine-tune', epochs, run: (given) => fineTune(model, data, { ...given, ...shared, lengthConfig }) },
            {
              name: 'length-drop',
              epochs: lengthDropEpochs,
              run: (given) => fineTune(model, data, { ...given, ...shared, lengthDrop }),
            },
          ];
          if (settings.init !== 'gradinit') return stages;
          const { train: sample } = data;
          return initialiseFirst(stages, {
            ...{ model, examples: sample, batchSize, iterations: settings.initIterations, learningRate, context },
            engine: () => Promise.resolve(engine && { training: engine.training }),
          });
        },
        close: async () => {
          await engine?.release();
          model.dispose();
        },
      };
    },
  });
};
