import type { Ranks } from '@length-adaptive/core';
import type { CreateStudentOptions, Task, TaskName, TextModel } from '@length-adaptive/models';
import { createStudent, openModel, parseRanks, sameVocabulary, tinyBertShapes } from '@length-adaptive/models';
import type { DataSet } from '../data/data.js';
import { CliError, messageOf } from '../context/errors.js';
import type { OpeningSettings } from '../engine/opening.js';
import { openingOf } from '../engine/opening.js';
import { openForTraining } from '../train/training-model.js';

interface OpenSettings extends OpeningSettings {
  readonly task: TaskName | undefined;
  readonly seed: number;
}

/** Opens a teacher for the task it was trained for; one without a head gets a new one for the examples, which can teach nothing but its layers. */
export const openTeacher = async (source: string, examples: DataSet, settings: OpenSettings): Promise<TextModel> => {
  const own = await openModel(source, { seed: settings.seed, ...openingOf(settings) });
  const hasHead = own.model.task.readout.layer !== 'none';
  if (hasHead && own.model.initialised.length === 0) return own;
  own.model.dispose();
  return openForTraining(source, examples, settings);
};

const shapes = Object.keys(tinyBertShapes) as (keyof typeof tinyBertShapes)[];

const readRanks = (text: string, depth: number | undefined): Ranks => {
  try {
    return parseRanks(text, depth);
  } catch (error) {
    throw new CliError('USAGE', `--student: ${messageOf(error)}`, { cause: error });
  }
};

/**
 * A student that is made of its teacher, as `--student` names it; undefined for the source of a model.
 *
 * @param depth layers of the teacher, where they are known
 * @throws CliError `USAGE`
 */
export const parseStudent = (student: string, depth?: number): CreateStudentOptions | undefined => {
  const shape = shapes.find((known) => known === student);
  if (shape) return { shape };
  const [, ranks] = /^ranks:(.*)$/.exec(student) ?? [];
  if (ranks !== undefined) return { ranks: readRanks(ranks, depth) };
  const [, list] = /^layers:(.*)$/.exec(student) ?? [];
  if (list === undefined) return undefined;
  const layers = list.split(',').map((layer) => (layer.trim() === '' ? Number.NaN : Number(layer)));
  if (layers.every((layer, i) => Number.isInteger(layer) && layer > (layers[i - 1] ?? -1))) return { layers };
  throw new CliError(
    'USAGE',
    `--student is "${student}"; expected ascending layers of the teacher from 0, such as layers:0,2,4.`,
  );
};

const openSource = async (source: string, task: Task, teacher: TextModel, seed: number): Promise<TextModel> => {
  const opened = await openModel(source, { task, seed });
  if (sameVocabulary(opened.tokenizer, teacher.tokenizer)) return opened;
  opened.model.dispose();
  throw new CliError(
    'INPUT_INVALID',
    `${source} has another vocabulary than its teacher: a text would be different tokens to them. Choose a student with the teacher's tokenizer, or layers:..., ${shapes.join(', ')}.`,
  );
};

/** Opens a student, with the teacher's task. It is trained at the length that the teacher was. */
export const openStudent = async (student: string, teacher: TextModel, seed: number): Promise<TextModel> => {
  const { lengthAdaptive } = teacher;
  const made = parseStudent(student, teacher.model.dimensions.layers);
  if (!made) return { ...(await openSource(student, teacher.model.task, teacher, seed)), lengthAdaptive };
  return { ...teacher, model: await createStudent(teacher.model, { ...made, seed }) };
};
