import { ModelError } from '../errors.js';
import type { ModelConfig } from '../architectures/model-config.js';
import { configSize } from '../architectures/model-config.js';
import type { Task } from './task.js';

/** The name of a class that has none. */
const defaultName = (number: number): string => `LABEL_${number}`;

/** The names that config.json gives, by class number; none where it has no `id2label`. */
const namesOf = ({ id2label }: ModelConfig): Map<number, string> => {
  if (typeof id2label !== 'object' || id2label === null) return new Map();
  return new Map(
    Object.entries(id2label).map(([key, name]): [number, string] => {
      if (/^\d+$/.test(key)) return [Number(key), String(name)];
      throw new ModelError(
        'CONFIG_INVALID',
        `config.json: "id2label" names the class ${JSON.stringify(key)}; expected class numbers from 0.`,
      );
    }),
  );
};

/**
 * How many classes there are. As in Hugging Face transformers, as many as `id2label` has entries; `num_labels` counts where `id2label` says
 * nothing (it is not there, or has the names of default), and where it leaves gaps that `num_labels` explains.
 */
const countOf = (config: ModelConfig, names: ReadonlyMap<number, string>): number => {
  const stated = config['num_labels'] ?? undefined;
  if (stated === undefined) return names.size > 0 ? names.size : 2;
  const saysNothing = [...names].every(([number, name]) => name === defaultName(number));
  const highest = Math.max(-1, ...names.keys());
  const explains = highest >= names.size && Number(stated) > highest;
  return saysNothing || explains ? configSize(config, 'num_labels') : names.size;
};

/**
 * Names of the classes that a config.json describes, each in the place of its number: `LABEL_1` for a class 1 without a name. A name for
 * a class that does not exist is left out.
 *
 * @throws ModelError `CONFIG_INVALID`
 */
export const classLabels = (config: ModelConfig): string[] => {
  const names = namesOf(config);
  return Array.from({ length: countOf(config, names) }, (_, number) => names.get(number) ?? defaultName(number));
};

/** The same names, those that several classes share with their class number behind: `x`, `x`, `y` -> `x (0)`, `x (1)`, `y`. */
export const distinctLabels = (labels: readonly string[]): string[] => {
  const isShared = (label: string): boolean => labels.indexOf(label) !== labels.lastIndexOf(label);
  const taken = new Set(labels);
  return labels.map((label, number) => {
    if (!isShared(label)) return label;
    let name = `${label} (${number})`;
    while (taken.has(name)) name = `${name} (${number})`;
    taken.add(name);
    return name;
  });
};

/** A label as a model with these labels calls it: one whose labels have no names calls class 1 `LABEL_1`, where data sets call it `1`. */
export const modelLabel = (label: string, labels: readonly string[]): string =>
  /^\d+$/.test(label) && labels.length > 0 && labels.every((own) => /^LABEL_\d+$/.test(own)) ? `LABEL_${label}` : label;

/** What a user should know of the names, a sentence each; none for a config.json where all is well, and for a task without classes. */
export const labelNotes = (config: ModelConfig, { labels: used }: Pick<Task, 'labels'>): string[] => {
  if (used.length === 0) return [];
  const labels = classLabels(config);
  const nobody = [...namesOf(config)].filter(([number]) => number >= labels.length);
  const renamed = labels.flatMap((label, number) =>
    used[number] === label ? [] : [`${number} is ${JSON.stringify(used[number])}`],
  );
  return [
    ...nobody.map(
      ([number, name]) =>
        `config.json names a class ${number} (${JSON.stringify(name)}), and the model has classes 0 to ${labels.length - 1}: that name is not used.`,
    ),
    ...(renamed.length > 0
      ? [`config.json gives several classes one name; here class ${renamed.join(', class ')}.`]
      : []),
  ];
};
