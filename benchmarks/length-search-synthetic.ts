/** Length searches on models that are formulas: how near each comes to the best within 50, 100 and 200 evaluations. */
import type { Row } from './harness.js';
import { report, spread } from './harness.js';
import type { Comparison, Method } from './length-search/compare-searches.js';
import { budgets, compareSearches, methods } from './length-search/compare-searches.js';
import { raceRows } from './length-search/race-rows.js';
import { syntheticModel } from './length-search/synthetic-models.js';

const models = Array.from({ length: 11 }, (_, i) => i + 1);

const what: Record<Method, string> = {
  random: 'configurations drawn at random',
  plain: 'Search with the population of 20, the rates and the seeds of lat search',
  ridge: 'SurrogateSearch with ridge regression alone',
  surrogate: 'SurrogateSearch as it comes',
};

const rowsOf = (layers: number, comparisons: readonly Comparison[]): Row[] => {
  const of = (values: readonly number[], digits: number): { readonly value: number; readonly range: string } => ({
    value: spread(values).p50,
    range: `median of ${values.length} models (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`,
  });
  const row = (id: string, values: readonly number[], unit: string, note: string): Row => {
    const { value, range } = of(values, unit === 'points' ? 2 : 3);
    return { id: `length-search.synthetic.${layers}.${id}`, value, unit, note: `${range}; ${note}` };
  };
  const volumes = methods.flatMap((method) =>
    budgets.map((budget, b) =>
      row(
        `${budget}${method === 'surrogate' ? '' : `.${method}`}`,
        comparisons.map(({ shares }) => shares[method][b] ?? Number.NaN),
        'share of the best hypervolume',
        `${what[method]}; the measured front at its true scores; best: of all searches here and one of 40,000 evaluations without error`,
      ),
    ),
  );
  return [
    ...volumes,
    row(
      'saved',
      comparisons.map(({ saved }) => saved),
      'times',
      'evaluations of the plain search (200) for each one that the surrogate search needs for as much hypervolume',
    ),
    row(
      'curse.measured',
      comparisons.map(({ above }) => 100 * above.measured),
      'points',
      `after ${budgets[0]} evaluations, mean over the front: the measured score less the true one`,
    ),
    row(
      'curse.expected',
      comparisons.map(({ above }) => 100 * above.expected),
      'points',
      `after ${budgets[0]} evaluations, mean over the same front: what the model expects less the true score`,
    ),
  ];
};

const rows: Row[] = [];
for (const layers of [6, 12, 24]) {
  const comparisons: Comparison[] = [];
  for (const model of models) comparisons.push(await compareSearches(syntheticModel(layers, model), model));
  rows.push(...rowsOf(layers, comparisons));
}
report('length-search-synthetic', [...rows, ...(await raceRows())], { alsoUnder: ['length-search'] });
