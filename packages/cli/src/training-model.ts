import type { Example, SequenceTask, TextModel } from '@length-adaptive/models';
import { createSequenceModel, createTokenizer, labelsOf, readModelDirectory, regression, sequenceClassification } from '@length-adaptive/models';
import { CliError } from './errors.js';

/** The labels a config.json names, by class number. */
const configLabels = (config: Readonly<Record<string, unknown>>): string[] => {
  const names = config['id2label'];
  if (typeof names !== 'object' || names === null) return [];
  return Object.entries(names)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, name]) => String(name));
};

const sameLabels = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((label) => b.includes(label));

const isHead = (name: string): boolean => name.startsWith('classifier.');

/**
 * Opens a model to train on examples. A head for the same labels is kept; otherwise it gets a new one.
 *
 * @throws ModelError; CliError `INPUT_INVALID` when there are fewer than two classes
 */
export const openForTraining = async (
  source: string,
  examples: readonly Example[],
  { task, seed }: { readonly task: 'classification' | 'regression' | undefined; readonly seed: number },
): Promise<TextModel> => {
  const { config, tensors, tokenizerFiles, lengthAdaptive } = await readModelDirectory(source);
  const isRegression = (task ?? (examples.some(({ label }) => typeof label === 'number') ? 'regression' : 'classification')) === 'regression';
  const found = isRegression ? [] : labelsOf(examples);
  if (!isRegression && found.length < 2) {
    const which = found.length === 0 ? 'carry no label' : `all carry the label ${JSON.stringify(found[0])}`;
    throw new CliError('INPUT_INVALID', `The training examples ${which}; classification needs two labels or more. Is --label-column right?`);
  }
  const own = configLabels(config);
  const keepsHead = isRegression ? config['problem_type'] === 'regression' : sameLabels(own, found);
  const newTask: SequenceTask = isRegression ? regression() : sequenceClassification(keepsHead ? own : found);
  const kept = keepsHead ? tensors : new Map([...tensors].filter(([name]) => !isHead(name)));
  const model = createSequenceModel(config, kept, { task: newTask, seed });
  return { model, tokenizer: createTokenizer(tokenizerFiles), tokenizerFiles, ...(lengthAdaptive && { lengthAdaptive }) };
};
