import { readFileSync } from 'node:fs';
import path from 'node:path';
import { costFigure } from './figures/cost.js';
import { lengthDropFigure } from './figures/length-drop.js';
import { paretoFigure } from './figures/pareto.js';
import { significanceFigure } from './figures/significance.js';
import type { Figure } from './figures/svg.js';
import { toHtml } from './figures/svg.js';
import { travelFigure } from './figures/travel.js';
import { withAndWithoutFigure } from './figures/with-and-without.js';
import { familiesTable, tasksTable } from './opens.js';
import { longInputsTable, sameWeightsTable, throughputTable, whyNotTable } from './long-inputs.js';
import { readExample, readSearch } from './recorded.js';
import { resultNames } from './results.js';
import { siteFolder } from './workspace.js';
import {
  accuracyTable,
  familySpeedTable,
  fullTable,
  otherResults,
  paddingTable,
  shortAccuracyTable,
  speedTable,
  webGpuTable,
} from './tables.js';

const figures = (): Readonly<Record<string, Figure>> => {
  const example = readExample();
  return {
    travel: travelFigure(example),
    significance: significanceFigure(example, 0),
    'length-drop': lengthDropFigure(),
    pareto: paretoFigure(readSearch()),
    'with-and-without': withAndWithoutFigure('sst2'),
    cost: costFigure(example),
  };
};

/** Everything that pages include and nobody writes: the name of each file, and its text. */
export const generatedParts = (): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(Object.entries(figures()).map(([name, figure]) => [`figure-${name}.md`, toHtml(figure)])),
  ...Object.fromEntries(resultNames().map((name) => [`results-${name}.md`, fullTable(name)])),
  'accuracy.md': accuracyTable(),
  'accuracy-short.md': shortAccuracyTable(),
  'families.md': familiesTable(),
  'family-speed.md': familySpeedTable(),
  'long-inputs.md': longInputsTable(),
  'throughput.md': throughputTable(),
  'same-weights.md': sameWeightsTable(),
  'why-not.md': whyNotTable(),
  'other-results.md': otherResults(readFileSync(path.join(siteFolder, 'benchmarks/index.md'), 'utf8')),
  'padding.md': paddingTable(readSearch()),
  'speed.md': speedTable(),
  'tasks.md': tasksTable(),
  'webgpu.md': webGpuTable(),
});
