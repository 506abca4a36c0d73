import type { DataKind, DataKindName } from '../tasks/data-kind.js';
import { taskDefinitions } from '../tasks/registry.js';
import type { Task } from '../tasks/task.js';
import { questionsData } from './questions-data.js';
import { sentencesData } from './sentences-data.js';
import { textsData } from './texts-data.js';

/** The kinds of data that are built in. */
export const dataKinds: Readonly<Record<DataKindName, DataKind>> = {
  texts: textsData,
  questions: questionsData,
  sentences: sentencesData,
};

/** What the data files of a task hold. */
export const dataKindOf = ({ data }: Pick<Task, 'data'>): DataKind =>
  typeof data === 'string' ? dataKinds[data] : data;

/** What a folder of examples holds that is no file, where a task is not named: the kind that is kept so. */
export const folderDataKind = (): DataKind | undefined =>
  [...taskDefinitions()]
    .reverse()
    .map(({ make }) => dataKindOf(make([])))
    .find((kind) => kind.fromFolder !== undefined);

/** What a file holds, by its name and its content: for training, where nobody names a task. What nothing recognises is texts with labels. */
export const guessDataKind = (name: string, text: string): DataKind => {
  const own = taskDefinitions().map(({ make }) => dataKindOf(make([])));
  return [...own].reverse().find((kind) => kind.fits?.(name, text)) ?? textsData;
};
