import { choice, choices, number, numbers, text } from '../context/option.js';
import type { Settings } from '../context/option.js';
import { trainOptions } from '../train/options.js';

const {
  model: _model,
  epochs: _epochs,
  learningRate: _learningRate,
  lengthDropEpochs: _lengthDropEpochs,
  lengthConfig: _lengthConfig,
  reducer: _reducer,
  prior: _prior,
  departed: _departed,
  subModels: _subModels,
  init: _init,
  ...shared
} = trainOptions;

const distillMethods = ['intermediate', 'relations', 'prediction'] as const;

export const distillOptions = {
  teacher: text('SOURCE', 'trained model to learn from: a folder, npm:package, web address or Hub repository'),
  student: text(
    'STUDENT',
    "4L-312 or 6L-768 (new weights), layers:0,2,4 (these of the teacher's layers), ranks:0.5 (the teacher in its factors, see lat factorise), or a model's SOURCE",
  ),
  init: choice(
    ['model', 'gradinit'],
    'weights to begin with: as --student says; or, of a student with new weights, scaled by GradInit before the first stage',
    'model',
  ),
  stages: choices('LIST', distillMethods, 'what to learn from, one after the other (default intermediate,prediction)'),
  epochs: numbers('N,M', 'epochs of the stages: one number for all, or one each', {
    integer: true,
    min: 0,
    fallback: [2] as readonly number[],
  }),
  lengthDropEpochs: number('N', 'epochs of LengthDrop after that, the full length learning from the teacher', {
    integer: true,
    min: 0,
    fallback: 0,
  }),
  subModels: number('N', 'random sub-models a step', { integer: true, min: 0, fallback: 2 }),
  learningRate: numbers('RATE', 'peak learning rates of the stages: one for all, or one each, LengthDrop the last', {
    min: 0,
    fallback: [5e-5] as readonly number[],
  }),
  temperature: number('T', 'prediction: softens both distributions', { min: 0.01, fallback: 1 }),
  labelLoss: number('WEIGHT', "prediction: weight of the labels beside the teacher's answers", { min: 0, fallback: 0 }),
  relationHeads: number(
    'N',
    'relations: heads to compare by (default: the most that divide both widths, up to those of the teacher)',
    { integer: true, min: 1, fallback: undefined },
  ),
  teacherLayer: number('N', 'relations: layer of the teacher, from 0 (default: the last)', {
    integer: true,
    min: 0,
    fallback: undefined,
  }),
  ...shared,
} as const;

/** Settings of `distill`. */
export type DistillSettings = Settings<typeof distillOptions>;
