import { createHash } from 'node:crypto';
import { createRandom, shuffled } from '@length-adaptive/core';
import type { Example, LabelKind, LabelledInput, ReadExamplesOptions, RunnableTextModel } from '@length-adaptive/models';
import { encodeExamples, readExamples } from '@length-adaptive/models';
import { CliError } from './errors.js';

/** Which examples to read, and how. */
export interface DataSettings {
  readonly textColumn: string | undefined;
  readonly pairColumn: string | undefined;
  readonly labelColumn: string | undefined;
  readonly limit: number | undefined;
  readonly seed: number;
}

const column = (name: string): string | number => (/^\d+$/.test(name) ? Number(name) : name);

const columnsOf = ({ textColumn, pairColumn, labelColumn }: DataSettings): ReadExamplesOptions => ({
  ...(textColumn !== undefined && { textColumn: column(textColumn) }),
  ...(pairColumn !== undefined && { pairColumn: column(pairColumn) }),
  ...(labelColumn !== undefined && { labelColumn: column(labelColumn) }),
});

/** A random sample in the order of the file; everything when `limit` is absent or large enough. */
export const sample = <Item>(items: readonly Item[], limit: number | undefined, seed: number): readonly Item[] => {
  if (limit === undefined || limit >= items.length) return items;
  const chosen = shuffled([...items.keys()], createRandom(seed)).slice(0, limit);
  return chosen.sort((a, b) => a - b).flatMap((index) => items.slice(index, index + 1));
};

/** Reads examples; with `--limit` a random sample of them. */
export const readData = async (path: string, settings: DataSettings, task?: LabelKind): Promise<readonly Example[]> =>
  sample(await readExamples(path, { ...columnsOf(settings), ...(task && { task }) }), settings.limit, settings.seed);

/** A model whose labels have no names calls class 1 `LABEL_1`; data sets call it `1`. */
const withModelNames = (examples: readonly Example[], labels: readonly string[]): readonly Example[] =>
  labels.length > 0 && labels.every((label) => /^LABEL_\d+$/.test(label))
    ? examples.map((example) => (/^\d+$/.test(String(example.label)) ? { ...example, label: `LABEL_${example.label}` } : example))
    : examples;

const trainedLength = ({ lengthAdaptive }: RunnableTextModel): number => {
  const length = lengthAdaptive?.training?.['maxLength'];
  return typeof length === 'number' ? length : 128;
};

/** Tokens that texts are cut to: as asked, else as the model was trained, else 128; never beyond the positions table. */
export const maxLengthFor = (opened: RunnableTextModel, asked: number | undefined): number => {
  const { positions } = opened.model.dimensions;
  if (asked === undefined) return Math.min(trainedLength(opened), positions);
  if (asked <= positions) return asked;
  throw new CliError('INPUT_INVALID', `--max-length is ${asked} but the model has ${positions} positions; give at most ${positions}.`);
};

/** Examples as the model takes them. */
export const encodeData = (opened: RunnableTextModel, examples: readonly Example[], maxLength: number): LabelledInput[] => {
  const { model, tokenizer } = opened;
  return encodeExamples(tokenizer, model.task, withModelNames(examples, model.task.labels), { maxLength });
};

/** A digest of encoded examples: a resumed run must see the same. */
export const digestOf = (...parts: readonly (readonly LabelledInput[])[]): string => {
  const hash = createHash('sha256');
  for (const examples of parts) {
    for (const { input, target } of examples) hash.update(Float64Array.from([input.ids.length, ...Array.from(input.ids), target]));
    hash.update('|');
  }
  return hash.digest('hex');
};
