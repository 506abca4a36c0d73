/** `lat search` by a regression and by evolution, on real models and real texts. Scores are kept in `runs/bench/length-search`. */
import type { Row } from './harness.js';
import { report, spread } from './harness.js';
import type { SeedComparison } from './length-search/compare-on-model.js';
import { compareOnModel, fewEvaluations, plainEvaluations } from './length-search/compare-on-model.js';
import { hasData, searchedModels } from './length-search/real-models.js';
import { openScoreTable } from './length-search/score-table.js';

const seeds = [1, 2, 3] as const;

const rowsOf = (id: string, comparisons: readonly SeedComparison[], about: string): Row[] => {
  const row = (name: string, values: readonly number[], unit: string, note: string): Row => ({
    id: `length-search.${id}.${name}`,
    value: spread(values).p50,
    unit,
    note: `median of ${values.length} seeds (${values.map((value) => value.toFixed(3)).join(', ')}); ${note}; ${about}`,
  });
  const reached = comparisons.filter((comparison) => comparison.reached).length;
  const raceRows = (['surrogate', 'nsga2'] as const).flatMap((method) => {
    const races = comparisons.flatMap(({ races: both }) => both?.[method] ?? []);
    if (races.length === 0) return [];
    const suffix = method === 'surrogate' ? '' : `.${method}`;
    return [
      row(
        `race.passes${suffix}`,
        races.map(({ passes }) => passes),
        'share',
        `passes over an example that were made by ${method} where points race, of all points on all examples`,
      ),
      row(
        `race.hv_ratio${suffix}`,
        races.map(({ ratio }) => ratio),
        'share',
        `hypervolume of its Pareto set, as a share of that without a race`,
      ),
    ];
  });
  return [
    ...raceRows,
    row(
      'hv_ratio',
      comparisons.map(({ ratio }) => ratio),
      'share',
      `hypervolume of the front after ${fewEvaluations} points by surrogate, as a share of that after ${plainEvaluations} by nsga2`,
    ),
    row(
      'hv_ratio.nsga2',
      comparisons.map(({ plainRatio }) => plainRatio),
      'share',
      `the same after ${fewEvaluations} points by nsga2`,
    ),
    row(
      'saved.evaluations',
      comparisons.map(({ saved }) => saved),
      'times',
      `points of nsga2 (${plainEvaluations}) for each that surrogate needs for as much hypervolume, which ${reached} of ${comparisons.length} seeds reached`,
    ),
    row(
      'shared_layers',
      comparisons.map((comparison) => comparison.sharedLayers.batches),
      'times',
      `MACs that ${fewEvaluations} points by surrogate take, for each that they would if the points of a batch shared first layers in which they keep as many tokens; all points, states of earlier ones kept: ${comparisons.map((comparison) => comparison.sharedLayers.all.toFixed(3)).join(', ')}`,
    ),
    row(
      'foretold',
      comparisons.map(({ foretold }) => foretold),
      'rank correlation',
      'scores with what was foretold of them before they were measured',
    ),
  ];
};

/** The median over all seeds of all models that were searched. */
const overall = (id: string, unit: string, values: readonly number[], ids: readonly string[]): Row => ({
  id: `search.${id}`,
  value: spread(values).p50,
  unit,
  note: `median of ${values.length} searches of ${ids.join(', ')}: see length-search.${ids.join(', length-search.')}`,
});

const rows: Row[] = [];
const all: SeedComparison[] = [];
const ids: string[] = [];
const only = process.argv[2]; // one of them alone: its rows are all that is reported
for (const searched of searchedModels) {
  if (only !== undefined && searched.id !== only) continue;
  if (!hasData(searched)) {
    console.log(`length-search: ${searched.id} is left out: there is no ${searched.file} (LENGTH_ADAPTIVE_DATA).`);
    continue;
  }
  const opened = await searched.open();
  const table = openScoreTable(searched.id, opened.model, opened.examples);
  const comparisons: SeedComparison[] = [];
  for (const seed of seeds) {
    comparisons.push(await compareOnModel(opened, { table, dropRatioBound: searched.dropRatioBound, seed }));
    console.log(searched.id, seed, comparisons.at(-1));
  }
  opened.model.dispose();
  const about = `${searched.about}; score fidelity, a layer drops at most ${searched.dropRatioBound}`;
  rows.push(...rowsOf(searched.id, comparisons, about));
  all.push(...comparisons);
  ids.push(searched.id);
}
if (rows.length > 0) {
  const ratios = all.map(({ ratio }) => ratio);
  const saved = all.map((comparison) => comparison.saved);
  report(
    'length-search',
    [...rows, overall('hv_ratio', 'share', ratios, ids), overall('saved.evaluations', 'times', saved, ids)],
    { alsoUnder: ['search'] },
  );
}
