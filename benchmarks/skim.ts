/**
 * Learned choice: tokens ranked by what a predictor in each layer has learned beside the task, against attention on the same weights, and what
 * tokens answer that left. One training serves every chain, and the lengths that a search chooses on a dev set. `BENCH_TASKS=wnut17,squad,sst2,imdb,imdb_long,overhead,thresholds` chooses,
 * `BENCH_TASKS=wnut17.skim` a task's own training alone, `BENCH_TASKS=wnut17.skim_straight` one of the others; `BENCH_SEEDS=3` repeats.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { constantRatioConfig, formatLengthConfig } from '@length-adaptive/core';
import type { SearchResult } from './accuracy/accuracy-rows.js';
import { chosen, dataFolder, runsFolder } from './accuracy/accuracy-rows.js';
import type { Flags } from './accuracy/recipe.js';
import { runStage } from './accuracy/run-stage.js';
import type { Row } from './harness.js';
import { formatTable, report, rowsLeftOut } from './harness.js';
import { overheadRows } from './skim/overhead.js';
import type { SkimTask, Variant } from './skim/tasks.js';
import { skimTasks } from './skim/tasks.js';
import { thresholdRows } from './skim/thresholds.js';

interface Scored {
  readonly score: number;
  readonly cost: number;
  /** Shares of the tokens of an input that its layers keep. */
  readonly lengths: readonly number[];
}

/** Shares of the full MACs within which the search has to say what is best. */
const budgets = [0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6];

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean, and how far apart the seeds are where there are several. */
const summary = (values: readonly number[]): string =>
  values.length === 1
    ? 'one seed'
    : `mean of ${values.length} seeds, ${Math.min(...values).toFixed(4)} to ${Math.max(...values).toFixed(4)}`;

/** What is run of a task: its own training, and others beside it. */
interface Chosen {
  readonly task: SkimTask;
  readonly own: boolean;
  readonly variants: readonly Variant[];
}

const scoresOf = async ({ task, own, variants }: Chosen, seed: number): Promise<ReadonlyMap<string, Scored>> => {
  const { name, metric, sample, data, kept, contenders } = task;
  const folder = path.join(runsFolder, 'skim', `${name}-${seed}`);
  const files = await task.prepare(path.join(runsFolder, name, 'data'));
  /** The model that is trained with these flags beside the task's. */
  const train = async (out: string, more: Flags): Promise<string> => {
    await runStage({
      command: 'train',
      folder: out,
      flags: { model: files.model, train: files.train, ...data, ...task.train, reducer: 'skim', ...more, seed, out },
    });
    return path.join(out, 'model');
  };
  const scored = new Map<string, Scored>();
  const score = async (model: string, id: string, config: string, flags: Flags = {}): Promise<void> => {
    const out = path.join(folder, 'held-out', id);
    const found = await runStage<{ readonly scores: Readonly<Record<string, number>>; readonly cost: number }>({
      command: 'evaluate',
      folder: out,
      flags: {
        ...{ model, data: files.heldOut, ...data, metric, 'length-config': config, ...flags },
        ...(sample !== undefined && { limit: sample, seed: 42 }),
        out,
      },
    });
    const lengths = config === 'full' ? [] : config.split(',').map(Number);
    scored.set(id, { score: found.scores[metric] ?? Number.NaN, cost: found.cost, lengths });
  };
  const chainOf = (keep: number): string => constantRatioConfig(6, keep).join(',');
  /** What a search of the lengths finds best within each budget. */
  const scoreSearched = async (model: string, out: string, id: string): Promise<void> => {
    if (!task.search || files.search === undefined) return;
    const { paretoSet } = await runStage<SearchResult>({
      command: 'search',
      folder: out,
      flags: { model, data: files.search, ...data, ...task.search, seed, 'no-latency': true, out },
    });
    for (const { budget, point } of chosen(paretoSet, budgets))
      await score(model, `${id}.within_${budget}`, (point.lengths ?? []).join(','));
  };
  const scoreOwn = async (): Promise<void> => {
    const model = task.train ? await train(folder, {}) : files.model;
    await score(model, 'full', 'full');
    for (const keep of kept)
      for (const { id, flags, start } of contenders)
        await score(start ? files.model : model, `${id}.${Math.round(100 * keep)}`, chainOf(keep), flags);
    await scoreSearched(model, path.join(folder, 'search'), 'skim');
  };
  if (own) await scoreOwn();
  for (const { id, train: more, searched = false } of variants) {
    const model = await train(path.join(folder, id), more);
    await score(model, `${id}.full`, 'full');
    for (const keep of kept) await score(model, `${id}.${Math.round(100 * keep)}`, chainOf(keep));
    if (searched) await scoreSearched(model, path.join(folder, id, 'search'), id);
  }
  return scored;
};

const rowsOf = async (choice: Chosen, seeds: readonly number[]): Promise<Row[]> => {
  const { task } = choice;
  const all: ReadonlyMap<string, Scored>[] = [];
  for (const seed of seeds) all.push(await scoresOf(choice, seed));
  const of = (id: string, field: 'score' | 'cost'): number[] =>
    all.map((scored) => scored.get(id)?.[field] ?? Number.NaN);
  /** What every seed has: a search may find nothing within a budget. */
  const ids = [...(all[0]?.keys() ?? [])].filter((id) => all.every((scored) => scored.has(id)));
  const row = (id: string, value: number, unit: string, note: string): Row => ({
    id: `${task.name}.${id}`,
    value,
    unit,
    note: `${note}; ${task.about}`,
  });
  const points = ids.map((id) => ({ id, score: mean(of(id, 'score')), cost: mean(of(id, 'cost')) }));
  console.log(`\n${task.name}`);
  console.log(
    formatTable(
      ['point', 'MACs', task.metric],
      points.map(({ id, cost, score }) => [id, cost.toFixed(3), score.toFixed(4)]),
    ),
  );
  const searched = (id: string): string =>
    all.length === 1 ? ` (${formatLengthConfig(all[0]?.get(id)?.lengths ?? [])})` : '';
  /** How the model of a point was trained, where it is another than the task's. */
  const trained = (id: string): string => {
    const variant = task.variants?.find((known) => id.startsWith(`${known.id}.`));
    return variant ? `, ${variant.about}` : '';
  };
  /** What the layers keep at a point. */
  const keptIn = (id: string): string => {
    if (id.includes('.within_')) return `what the search chose on the dev set${searched(id)}${trained(id)}`;
    if (id.endsWith('.full')) return `full length${trained(id)}`;
    return `${id.replace(/.*\./, '')} % of its tokens kept a layer${trained(id)}`;
  };
  const at = ({ id, cost }: (typeof points)[number]): string => `${keptIn(id)}, at ${cost.toFixed(3)}x MACs`;
  const scores = points
    .filter(({ id }) => id !== 'full')
    .map((point) => row(point.id, point.score, task.metric, `${at(point)}; ${summary(of(point.id, 'score'))}`));
  const full = points.find(({ id }) => id === 'full');
  if (!full) return scores;
  const learned = points.filter(({ id }) => id.startsWith('skim.'));
  const half =
    points.find(({ id }) => id === 'skim.within_0.5') ??
    learned.filter(({ cost }) => cost <= 0.5).sort((a, b) => b.cost - a.cost)[0];
  const [enough = full] = [...learned, full]
    .filter(({ score }) => score >= full.score - 0.01)
    .sort((a, b) => a.cost - b.cost);
  return [
    row('skim.full', full.score, task.metric, `full length, unpadded; ${summary(of('full', 'score'))}`),
    ...(half
      ? [row('skim.best_at_half', half.score, task.metric, `${at(half)}; ${summary(of(half.id, 'score'))}`)]
      : []),
    row(
      'skim.macs_at_1_point',
      enough.cost,
      'share of the full MACs',
      `the cheapest of ${learned.length + 1} configurations within a point of the full length by its held-out score, ${enough.score.toFixed(4)} of ${full.score.toFixed(4)}; ${summary(of(enough.id, 'score'))}`,
    ),
    ...scores,
  ];
};

/** Another training of a task, as it is asked for. */
const nameOf = ({ name }: SkimTask, { id }: Variant): string => `${name}.${id}`;

const variantNames = skimTasks.flatMap((task) => (task.variants ?? []).map((variant) => nameOf(task, variant)));

/** What an id says that it is of: a training, or what is measured beside them. Rows of one group are of one run. */
const groupOf = ({ id }: Row): string =>
  variantNames.find((name) => id.startsWith(`${name}.`)) ?? /^skim\.[^.]*|^[^.]*/.exec(id)?.[0] ?? '';

const asked = process.env['BENCH_TASKS']?.split(',');
const seeds = Array.from({ length: Number(process.env['BENCH_SEEDS'] ?? 1) }, (_, i) => 42 + i);
const rows: Row[] = [];
for (const task of skimTasks) {
  const whole = asked?.includes(task.name) ?? true;
  const own = whole || asked?.includes(`${task.name}.skim`) === true;
  const variants = (task.variants ?? []).filter((variant) => whole || asked?.includes(nameOf(task, variant)));
  if (!own && variants.length === 0) continue;
  if (!existsSync(path.join(dataFolder, task.needs))) {
    console.log(`${task.name} is left out: it is not in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
    continue;
  }
  rows.push(...(await rowsOf({ task, own, variants }, seeds)));
}
if (asked?.includes('overhead') ?? true) rows.push(...(await overheadRows()));
if (asked?.includes('thresholds') ?? true) rows.push(...(await thresholdRows()));
if (rows.length > 0)
  report('skim', [...rows, ...rowsLeftOut('skim', rows, groupOf)], { alsoUnder: skimTasks.map(({ name }) => name) });
