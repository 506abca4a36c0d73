/** Runs the recipe of a data set and makes rows of what came of it. */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OperatingPoint } from '@length-adaptive/core';
import { formatPoint } from '@length-adaptive/core';
import type { ParetoPoint } from '@length-adaptive/models';
import type { Row } from '../harness.js';
import { formatTable } from '../harness.js';
import type { DataFiles, Recipe } from './recipe.js';
import { runStage } from './run-stage.js';

/** Where runs are kept: a second run of a benchmark takes from here what is done. */
export const runsFolder = process.env['BENCH_RUNS'] ?? fileURLToPath(new URL('../../runs/bench', import.meta.url));

/** Real data sets. */
export const dataFolder =
  process.env['LENGTH_ADAPTIVE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

const seed = 42;

/** An operating point with its score on the held-out examples. */
interface Point {
  /** The share of the MACs that it was chosen for. */
  readonly budget: number;
  readonly point: OperatingPoint;
  /** Share of the full length's MACs on the held-out examples. */
  readonly cost: number;
  readonly score: number;
}

interface Searched {
  readonly full: Point;
  readonly points: readonly Point[];
  readonly heldOut: number;
  readonly searched: number;
}

export interface SearchResult {
  readonly paretoSet: readonly ParetoPoint[];
  readonly examples: number;
  /** The `length_adaptive.json` that was written. */
  readonly lengthAdaptive: string;
}

interface EvaluationResult {
  readonly scores: Readonly<Record<string, number>>;
  readonly examples: number;
  readonly cost: number;
  readonly point: OperatingPoint;
}

/** For each budget the point that the search scored best within it. */
export const chosen = (
  paretoSet: readonly ParetoPoint[],
  budgets: readonly number[],
): { readonly budget: number; readonly point: OperatingPoint }[] =>
  budgets.flatMap((budget) => {
    const within = paretoSet.filter(({ cost }) => cost <= budget);
    return within.length === 0
      ? []
      : [{ budget, point: within.reduce((top, found) => (found.score > top.score ? found : top)).point }];
  });

/** What tokens are ranked by, in rows and tables: attention where nothing is added to it. */
const rankedBy = (prior: string): string => (prior === 'none' ? 'attention' : prior);

/** Searches a trained model by fidelity, unless that is done. With a prior that is asked for, in a folder of its own, so that the model stays as it was trained. */
export const searchStage = (recipe: Recipe, files: DataFiles, run: string, prior?: string): Promise<SearchResult> => {
  const model = path.join(run, 'model');
  const out = path.join(run, `search-${prior}`);
  return runStage({
    command: 'search',
    folder: prior === undefined ? path.join(model, 'search') : out,
    flags: {
      model,
      data: files.search,
      ...recipe.data,
      metric: 'fidelity',
      seed,
      'no-latency': true,
      ...recipe.search,
      ...(prior !== undefined && { prior, out }),
    },
  });
};

/** Searches a model and scores what it finds; with a prior that is asked for, in folders of its own. */
const searchAndScore = async (
  recipe: Recipe,
  files: DataFiles,
  run: string,
  { prior, limit }: { readonly prior?: string | undefined; readonly limit?: number | undefined },
): Promise<Searched> => {
  const model = path.join(run, 'model');
  const ranked = prior === undefined ? {} : { prior };
  const search = await searchStage(recipe, files, run, prior);
  const score = async (lengths: readonly number[] | 'full'): Promise<EvaluationResult> => {
    const [config, name] =
      lengths === 'full'
        ? ['full', 'full']
        : [lengths.join(','), lengths.map((ratio) => Math.round(100 * ratio)).join('-')];
    const own = lengths === 'full' ? {} : ranked; // nothing is ranked at the full length
    const sample = limit === undefined ? {} : { limit, seed };
    const folder = path.join(
      run,
      ['held-out', ...Object.values(own), ...(limit === undefined ? [] : [limit])].join('-'),
      name,
    );
    return runStage({
      command: 'evaluate',
      folder,
      flags: {
        model,
        data: files.heldOut,
        ...recipe.data,
        metric: recipe.metric,
        'length-config': config,
        ...own,
        ...sample,
        out: folder,
      },
    });
  };
  const toPoint = (budget: number, { scores, cost, point }: EvaluationResult): Point => ({
    budget,
    point,
    cost,
    score: scores[recipe.metric] ?? Number.NaN,
  });
  const full = await score('full');
  const points: Point[] = [];
  for (const { budget, point } of chosen(search.paretoSet, recipe.budgets))
    points.push(toPoint(budget, await score(point.lengths ?? 'full')));
  return { full: toPoint(1, full), points, heldOut: full.examples, searched: search.examples };
};

/** What the search chose for the largest budget of at most half; held-out scores have no say in it. */
const atHalf = (points: readonly Point[]): Point | undefined =>
  points.filter(({ budget }) => budget <= 0.5).sort((a, b) => b.budget - a.budget)[0];

const describe = ({ point, cost }: Point): string => `at ${cost.toFixed(3)}x MACs (${formatPoint(point)})`;

const table = (title: string, { full, points }: Searched): void => {
  console.log(`\n${title}`);
  console.log(
    formatTable(
      ['MACs', 'score', 'lengths'],
      [...points, full].map(({ cost, score, point }) => [cost.toFixed(3), score.toFixed(4), formatPoint(point)]),
    ),
  );
};

/** Fine-tunes a recipe's model at full length, unless that is done. @returns the run folder, whose `model` it is */
export const fineTuneStage = async ({ name, model, data, fineTune }: Recipe, { train }: DataFiles): Promise<string> => {
  const folder = path.join(runsFolder, name, 'plain');
  await runStage({
    command: 'train',
    folder,
    flags: { model, train, ...data, seed, 'length-drop-epochs': 0, ...fineTune, out: folder },
  });
  return folder;
};

/** Trains a recipe's model with LengthDrop from where its fine-tuning ended, unless that is done. @returns the run folder, whose `model` it is */
export const lengthDropStages = async (
  { name, data, lengthDrop }: Recipe,
  { train }: DataFiles,
  plain: string,
): Promise<string> => {
  let adaptive = plain;
  for (const [index, own] of lengthDrop.entries()) {
    const flags = { model: path.join(adaptive, 'model'), train, ...data, seed: seed + index, epochs: 0, ...own };
    adaptive = path.join(runsFolder, name, index === 0 ? 'adaptive' : `adaptive-${index + 1}`);
    await runStage({ command: 'train', folder: adaptive, flags: { ...flags, out: adaptive } });
  }
  return adaptive;
};

/** Runs all stages of a recipe; undefined, with a word of why, where its data are not there. */
export const accuracyRows = async (recipe: Recipe, needs: string): Promise<Row[] | undefined> => {
  if (!existsSync(path.join(dataFolder, needs))) {
    console.log(`${recipe.name} is left out: there is no ${needs} in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
    return undefined;
  }
  const folder = path.join(runsFolder, recipe.name);
  mkdirSync(folder, { recursive: true });
  const files = await recipe.prepare(path.join(folder, 'data'));
  const plain = await fineTuneStage(recipe, files);
  const adaptive = await lengthDropStages(recipe, files, plain);
  const [first, ...more] = recipe.priors ?? [];
  const after = await searchAndScore(recipe, files, adaptive, { prior: first });
  const before = await searchAndScore(recipe, files, plain, { prior: first, limit: recipe.comparedOn });
  const others: { readonly prior: string; readonly found: Searched }[] = [];
  for (const prior of more)
    others.push({
      prior,
      found: await searchAndScore(recipe, files, adaptive, { prior, limit: recipe.comparedOn }),
    });
  table(`${recipe.name} after LengthDrop`, after);
  for (const { prior, found } of others) table(`${recipe.name} after LengthDrop, ranked by ${rankedBy(prior)}`, found);
  table(`${recipe.name} without LengthDrop`, before);

  const unit = recipe.metric;
  const ranking = first === undefined ? '' : `; tokens ranked by ${rankedBy(first)} unless told otherwise`;
  const about = `${recipe.about}${ranking}; searched on ${after.searched} examples by fidelity, scored on ${after.heldOut} held-out ones, seed ${seed}`;
  const row = (id: string, value: number, note: string): Row => ({
    id: `${recipe.name}.${id}`,
    value,
    unit,
    note: `${note}; ${about}`,
  });
  const sampled = ({ heldOut }: Searched): string =>
    heldOut === after.heldOut ? '' : `, on a random ${heldOut} of the held-out examples`;
  const half = atHalf(after.points);
  const untrained = atHalf(before.points);
  const enough = [...after.points, after.full]
    .filter(({ score }) => score >= after.full.score - 0.01)
    .reduce((low, point) => (point.cost < low.cost ? point : low));
  return [
    row('full', after.full.score, 'full length, unpadded, after LengthDrop'),
    row('untrained_full', before.full.score, `full length, unpadded, before LengthDrop${sampled(before)}`),
    ...(half ? [row('best_at_half', half.score, describe(half))] : []),
    ...(untrained
      ? [
          row(
            'untrained_at_half',
            untrained.score,
            `never trained with LengthDrop, ${describe(untrained)}${sampled(before)}`,
          ),
        ]
      : []),
    ...after.points.map((point) => row(`adaptive.within_${point.budget}`, point.score, describe(point))),
    ...others.flatMap(({ prior, found }) => [
      ...(recipe.comparedOn === undefined
        ? []
        : [row(`${rankedBy(prior)}.full`, found.full.score, `full length${sampled(found)}`)]),
      ...found.points.map((point) =>
        row(
          `${rankedBy(prior)}.within_${point.budget}`,
          point.score,
          `ranked by ${rankedBy(prior)}, ${describe(point)}${sampled(found)}`,
        ),
      ),
    ]),
    ...before.points.map((point) =>
      row(
        `plain.within_${point.budget}`,
        point.score,
        `never trained with LengthDrop, ${describe(point)}${sampled(before)}`,
      ),
    ),
    {
      ...row(
        'macs_at_1_point',
        enough.cost,
        `the cheapest of ${after.points.length + 1} configurations by its held-out score, ${enough.score.toFixed(4)} ${describe(enough)}; full length ${after.full.score.toFixed(4)}`,
      ),
      unit: 'share of the full MACs',
    },
  ];
};
