import { fineTune } from '@length-adaptive/models';
import type { Context } from '../command.js';
import type { TrainSettings } from '../commands/train.js';
import { trainOptions } from '../commands/train.js';
import { CliError } from '../errors.js';
import { required, savedSettings } from '../options/settings.js';
import { openForTraining } from '../training-model.js';
import { runTraining } from '../training-run.js';
import type { OpenedTraining } from '../training-run.js';

const recordOf = ({ model, epochs, lengthDropEpochs, batchSize, learningRate, warmupRatio, dropRatioBound, layerDrop, subModels, seed }: TrainSettings): OpenedTraining['record'] => ({
  baseModel: model,
  ...{ epochs, lengthDropEpochs, batchSize, learningRate, warmupRatio, dropRatioBound, layerDrop, subModels, seed },
});

/** Fine-tunes a model, then trains it with LengthDrop; writes the model and the run folder. */
export const train = async (settings: TrainSettings, context: Context): Promise<void> => {
  const source = required(settings.model, 'model');
  required(settings.out, 'out');
  required(settings.train, 'train');
  const { epochs, lengthDropEpochs, batchSize, learningRate, warmupRatio, metric, dropRatioBound, layerDrop, subModels } = settings;
  if (epochs + lengthDropEpochs === 0) throw new CliError('USAGE', '--epochs and --length-drop-epochs are both 0: there is nothing to train.');

  await runTraining(settings, context, {
    command: 'train',
    saved: savedSettings(trainOptions, settings),
    open: async (examples, run) => {
      const { model, ...opened } = await openForTraining(source, examples, settings);
      if (model.initialised.length > 0) context.note(`New head for ${model.task.labels.join(', ') || model.task.name}.`);
      let engine: Awaited<ReturnType<typeof run.open>>;
      return {
        opened: { ...opened, model, lengthAdaptive: undefined },
        record: recordOf(settings),
        stages: async (data) => {
          engine = await run.open(model);
          const shared = { batchSize, learningRate, warmupRatio, metric, engine };
          const lengthDrop = { dropRatioBound, layerDrop, randomSubModels: subModels };
          return [
            { name: 'fine-tune', epochs, run: (given) => fineTune(model, data, { ...given, ...shared }) },
            { name: 'length-drop', epochs: lengthDropEpochs, run: (given) => fineTune(model, data, { ...given, ...shared, lengthDrop }) },
          ];
        },
        close: async () => {
          await engine?.release();
          model.dispose();
        },
      };
    },
  });
};
