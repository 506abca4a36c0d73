import type { DistillationMethod, DistillOptions, FineTuneData, TextModel } from '@length-adaptive/models';
import { distill as distillModel, planDistillation } from '@length-adaptive/models';
import type { Context } from '../context/command.js';
import type { DistillSettings } from './options.js';
import { distillOptions } from './options.js';
import { openStudent, openTeacher, parseStudent } from './distillation-models.js';
import { CliError } from '../context/errors.js';
import { flagOf, refuseIdle, required, savedSettings } from '../context/settings.js';
import { checkLengthDrop } from '../train/check-length-drop.js';
import { checkInit, initialiseFirst } from '../train/initialise-first.js';
import { runTraining } from '../train/training-run.js';
import type { OpenedTraining } from '../train/training-run.js';
import type { Stage } from '../train/training-stages.js';

/** A stage that is asked for. */
interface StagePlan {
  readonly name: Stage['name'];
  readonly method: DistillationMethod;
  readonly epochs: number;
  readonly learningRate: number;
}

/** One number for every stage, from one for all or one each. */
const each = (key: string, given: readonly number[], count: number): number[] => {
  const [first = 0] = given;
  if (given.length === 1) return new Array<number>(count).fill(first);
  if (given.length === count) return [...given];
  throw new CliError(
    'USAGE',
    `${flagOf(key)} has ${given.length} numbers for ${count} stages; give one for all, or one each.`,
  );
};

/** @throws CliError `USAGE` */
const planStages = ({
  stages = ['intermediate', 'prediction'],
  epochs,
  lengthDropEpochs,
  learningRate,
}: DistillSettings): StagePlan[] => {
  if (new Set(stages).size < stages.length)
    throw new CliError('USAGE', `--stages is ${stages.join(',')}; name each stage once.`);
  const lengths = each('epochs', epochs, stages.length);
  const count = stages.length + (lengthDropEpochs > 0 ? 1 : 0);
  const rates = each('learningRate', learningRate, count);
  const plans = stages.map((method, i): StagePlan => ({
    name: method,
    method,
    epochs: lengths[i] as number,
    learningRate: rates[i] as number,
  }));
  const lengthDrop: StagePlan = {
    name: 'length-drop',
    method: 'prediction',
    epochs: lengthDropEpochs,
    learningRate: rates[count - 1] as number,
  };
  const all = lengthDropEpochs > 0 ? [...plans, lengthDrop] : plans;
  if (all.every((stage) => stage.epochs === 0))
    throw new CliError('USAGE', '--epochs and --length-drop-epochs are all 0: there is nothing to learn.');
  return all;
};

const stageOf = (
  { name, method, epochs, learningRate }: StagePlan,
  student: TextModel,
  teacher: TextModel,
  data: FineTuneData,
  settings: DistillSettings,
  engine: DistillOptions['engine'],
): Stage => {
  const {
    batchSize,
    warmupRatio,
    metric,
    temperature,
    labelLoss,
    relationHeads,
    teacherLayer,
    dropRatioBound,
    layerDrop,
    subModels,
  } = settings;
  const lengthDrop = name === 'length-drop' ? { dropRatioBound, layerDrop, randomSubModels: subModels } : undefined;
  const own = { prediction: { temperature, labelLoss }, relations: { relationHeads, teacherLayer }, intermediate: {} }[
    method
  ];
  const options = { method, batchSize, learningRate, warmupRatio, metric, lengthDrop, engine, ...own };
  return { name, epochs, run: (given) => distillModel(student.model, teacher.model, data, { ...given, ...options }) };
};

/** Options that only one method knows. */
const optionsOf = { prediction: ['temperature', 'labelLoss'], relations: ['relationHeads', 'teacherLayer'] } as const;

/** @throws CliError `USAGE` for an option of a method that no stage uses, and of LengthDrop without epochs of it */
const checkOptions = (settings: DistillSettings, plans: readonly StagePlan[]): void => {
  for (const method of ['prediction', 'relations'] as const) {
    if (plans.some((plan) => plan.method === method)) continue;
    refuseIdle(
      distillOptions,
      settings,
      optionsOf[method],
      (flag) => `${flag} is for the stage ${method}, which --stages does not have; leave it out, or add the stage.`,
    );
  }
  checkLengthDrop(distillOptions, settings);
};

const recordOf = (settings: DistillSettings, stages: readonly StagePlan[]): OpenedTraining['record'] => {
  const {
    teacher,
    student,
    batchSize,
    lengthDropEpochs,
    temperature,
    labelLoss,
    dropRatioBound,
    layerDrop,
    subModels,
    seed,
  } = settings;
  return {
    baseModel: student,
    distilledFrom: teacher,
    stages: stages.map(({ name, epochs, learningRate }) => ({ stage: name, epochs, learningRate })),
    ...(settings.init !== 'model' && { init: settings.init }),
    ...{ lengthDropEpochs, batchSize, temperature, labelLoss, seed },
    ...(lengthDropEpochs > 0 && { dropRatioBound, layerDrop, subModels }),
  };
};

const openBoth = async (
  source: string,
  named: string,
  examples: Parameters<typeof openTeacher>[1],
  settings: DistillSettings,
): Promise<readonly [TextModel, TextModel]> => {
  const teacher = await openTeacher(source, examples, settings);
  try {
    return [teacher, await openStudent(named, teacher, settings.seed)];
  } catch (error) {
    teacher.model.dispose();
    throw error;
  }
};

/** Distils a teacher into a student, stage after stage; writes the student and the run folder. */
export const distill = async (settings: DistillSettings, context: Context): Promise<void> => {
  const source = required(settings.teacher, 'teacher');
  const named = required(settings.student, 'student');
  required(settings.out, 'out');
  required(settings.train, 'train');
  const made = parseStudent(named);
  const { init } = settings;
  if (init === 'gradinit' && !(made && 'shape' in made))
    throw new CliError(
      'USAGE',
      `--init gradinit scales new weights, and --student ${named} has those of a model; choose 4L-312 or 6L-768, or leave it out.`,
    );
  const plans = planStages(settings);
  checkOptions(settings, plans);
  checkInit(settings);

  await runTraining(settings, context, {
    command: 'distill',
    saved: savedSettings(distillOptions, settings),
    open: async (examples, run) => {
      const [teacher, opened] = await openBoth(source, named, examples, settings);
      const close = (): Promise<void> => {
        teacher.model.dispose();
        opened.model.dispose();
        return Promise.resolve();
      };
      try {
        // Before hours of other stages, not after them.
        if (plans.some(({ method, epochs }) => method === 'prediction' && epochs > 0))
          planDistillation(opened.model, teacher.model, { method: 'prediction' });
      } catch (error) {
        await close();
        throw error;
      }
      const { layers, hiddenSize } = opened.model.dimensions;
      context.note(
        `Student of ${layers} layers, ${hiddenSize} wide; teacher of ${teacher.model.dimensions.layers}, ${teacher.model.dimensions.hiddenSize} wide.`,
      );
      return {
        opened,
        models: { teacher: teacher.model, student: opened.model },
        record: recordOf(settings, plans),
        stages: (data) => {
          const stages = plans.map((plan) => stageOf(plan, opened, teacher, data, settings, run.distillation));
          const learningRate = plans.find(({ epochs }) => epochs > 0)?.learningRate ?? 0;
          const { model } = opened;
          const { batchSize, initIterations: iterations } = settings;
          const options = { model, examples: data.train, batchSize, iterations, learningRate, context };
          const engine = () => run.open(model);
          return Promise.resolve(init === 'gradinit' ? initialiseFirst(stages, { ...options, engine }) : stages);
        },
        close,
      };
    },
  });
};
