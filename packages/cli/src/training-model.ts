import type { Example, TextModel } from '@length-adaptive/models';
import { labelsOf, openModel, regression, sequenceClassification, taskOf } from '@length-adaptive/models';
import { CliError } from './errors.js';

const sameLabels = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((label) => b.includes(label));

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
  const isRegression = (task ?? (examples.some(({ label }) => typeof label === 'number') ? 'regression' : 'classification')) === 'regression';
  const found = isRegression ? [] : labelsOf(examples);
  if (!isRegression && found.length < 2) {
    const which = found.length === 0 ? 'carry no label' : `all carry the label ${JSON.stringify(found[0])}`;
    throw new CliError('INPUT_INVALID', `The training examples ${which}; classification needs two labels or more. Is --label-column right?`);
  }
  return openModel(source, {
    seed,
    task: (config) => {
      if (isRegression) return regression();
      const { labels } = taskOf(config);
      return sequenceClassification(sameLabels(labels, found) ? labels : found);
    },
  });
};
