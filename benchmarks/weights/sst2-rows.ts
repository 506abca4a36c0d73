/** Ranks with lengths on SST-2: answers on the dev set, means of models that were trained from three seeds, and the time of short inputs. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { EncoderInput, OperatingPoint } from '@length-adaptive/core';
import { pointKey, uniformRanks } from '@length-adaptive/core';
import type { LabelledInput, RunnableModel } from '@length-adaptive/models';
import { encodeExamples, openText, parseExamples } from '@length-adaptive/models';
import type { Precision } from '@length-adaptive/onnx';
import { openOnnx } from '@length-adaptive/onnx';
import { dataFolder } from '../accuracy/accuracy-rows.js';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, formatTable, ratio, spread } from '../harness.js';
import { roundsOf } from '../onnx/rounds.js';
import { calibration, factored, recovery, student } from './factored-models.js';
import type { Measured, MeasuredPoints, OpenModel } from './measured-points.js';
import { measuredPoints } from './measured-points.js';
import { about, seeds, trainedModel } from './trained-models.js';

/** The lengths of the table: the full ones, one that a search found for much of the cost, and one for half of it. */
const lengths: Readonly<Record<string, readonly number[] | undefined>> = {
  full: undefined,
  long: [0.92, 0.87, 0.86, 0.77, 0.74, 0.17],
  short: [0.83, 0.68, 0.52, 0.46, 0.44, 0.11],
};
const shares = [1, 0.75, 0.5];

/** With the short lengths about 0.4 and 0.3 of the MACs. */
const jointShares = { 'joint_at_0.4': 0.62, 'joint_at_0.3': 0.47 } as const;

const pointOf = (config: readonly number[] | undefined, share: number): OperatingPoint => ({
  ...(config && { lengths: config }),
  ...(share < 1 && { ranks: uniformRanks(6, share) }),
});

const jointPoint = pointOf(lengths['short'], jointShares['joint_at_0.4']);

/** What a measurement is of. */
interface Contender {
  /** Last part of its row. */
  readonly id: string;
  readonly model: keyof Folders;
  readonly precision: Precision;
  readonly point: OperatingPoint;
  /** What is to be known of it, for its note. */
  readonly more?: string;
}

/** The folders of a seed's models. */
interface Folders {
  /** As it was trained, with factors beside its matrices. */
  readonly whole: string;
  /** Its factors, after they learnt from it. */
  readonly recovered: string;
  /** Three of its layers, after they learnt from it. */
  readonly layers: string;
}

const names: Readonly<Record<string, string>> = { 'full.rank_1': 'full', 'full.rank_0.5': 'half_rank' };

const contenders: readonly Contender[] = [
  ...Object.entries(lengths).flatMap(([name, config]) =>
    shares.map((share): Contender => {
      const id = `${name}.rank_${share}`;
      return { id: names[id] ?? id, model: 'whole', precision: 'fp32', point: pointOf(config, share) };
    }),
  ),
  { id: 'joint_at_0.4', model: 'whole', precision: 'fp32', point: jointPoint },
  {
    id: 'joint_at_0.3.untrained',
    model: 'whole',
    precision: 'fp32',
    point: pointOf(lengths['short'], jointShares['joint_at_0.3']),
  },
  {
    id: 'joint_at_0.3',
    model: 'recovered',
    precision: 'fp32',
    point: pointOf(lengths['short'], 1),
    more: recovery,
  },
  { id: 'recovered.full', model: 'recovered', precision: 'fp32', point: {}, more: recovery },
  { id: 'three_layers', model: 'layers', precision: 'fp32', point: {}, more: `layers 0, 2 and 4, ${recovery}` },
  ...[1, 0.75, 0.6, 0.5].map((share): Contender => ({
    id: `int8.rank_${share}`,
    model: 'whole',
    precision: 'int8',
    point: pointOf(undefined, share),
  })),
  { id: 'int8.joint_at_0.4', model: 'whole', precision: 'int8', point: jointPoint },
  {
    id: 'int8.joint_at_0.3',
    model: 'recovered',
    precision: 'int8',
    point: pointOf(lengths['short'], 1),
    more: recovery,
  },
];

const dev = path.join(dataFolder, 'sst2/dev.tsv.gz');

/** Says why where the data are not there. */
const hasData = (): boolean => {
  if (existsSync(dev)) return true;
  console.log(`The table of SST-2 is left out: there is no ${dev} (LENGTH_ADAPTIVE_DATA).`);
  return false;
};

const open =
  (folder: string, precision: Precision): OpenModel =>
  async () =>
    (await openOnnx(folder, { precision, threads: 1 })).model;

/** The dev set as a model reads it. */
const readDev = async (folder: string): Promise<readonly LabelledInput[]> => {
  const { model, tokenizer } = await openOnnx(folder, { threads: 1 });
  model.dispose();
  const examples = parseExamples(await openText(dev), 'dev.tsv');
  const named = examples.map((example) => ({ ...example, label: model.task.labels[Number(example.label)] ?? '' }));
  return encodeExamples(tokenizer, model.task, named);
};

/** What there is of one seed. */
interface Prepared {
  readonly folders: Folders;
  readonly labelled: readonly LabelledInput[];
  readonly points: MeasuredPoints;
}

const prepare = async (seed: number): Promise<Prepared> => {
  const trained = await trainedModel(seed);
  const whole = await factored(trained);
  const folders: Folders = {
    whole,
    recovered: await student(trained, whole, `ranks:${jointShares['joint_at_0.3']}`),
    layers: await student(trained, trained.model, 'layers:0,2,4'),
  };
  const labelled = await readDev(whole);
  const file = path.join(trained.folder, 'dev-scores.jsonl');
  return { folders, labelled, points: measuredPoints(file, labelled, open(whole, 'fp32')) };
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const list = (values: readonly number[]): string => values.map((value) => value.toFixed(4)).join(', ');

/** The mean of the seeds as a row. */
const rowOf = (id: string, all: readonly Measured[], more: string | undefined, note: string): Row => {
  const of = (field: keyof Measured): number => mean(all.map((measured) => measured[field]));
  const what = `${of('cost').toFixed(3)}x MACs, ${(100 * of('same')).toFixed(1)} % same answers as at full length, KL ${of('kl').toFixed(4)}`;
  const each = `mean of ${all.length} seeds (${list(all.map(({ score }) => score))})`;
  return {
    id: `weights.sst2.${id}`,
    value: of('score'),
    unit: 'accuracy',
    note: `${each}; ${what}${more === undefined ? '' : `; ${more}`}; ${note}`,
  };
};

const noteOf = ({ labelled }: Prepared): string =>
  `${about}; dev set of ${labelled.length} sentences; ${calibration}, nothing trained unless it says so`;

/** Half the rank by factors of other kinds: what the whitening gives. */
export const methodRows = async (): Promise<Row[]> => {
  if (!hasData()) return [];
  const kinds = { scaled: 'of the matrix weighed by its inputs', plain: 'by plain SVD' } as const;
  const found: Record<keyof typeof kinds, Measured[]> = { scaled: [], plain: [] };
  for (const seed of seeds) {
    const trained = await trainedModel(seed);
    const labelled = await readDev(trained.model);
    const points = measuredPoints(path.join(trained.folder, 'dev-scores.jsonl'), labelled, open(trained.model, 'fp32'));
    for (const method of ['scaled', 'plain'] as const) {
      const folder = await factored(trained, method);
      found[method].push(await points.measure(`${method} fp32`, open(folder, 'fp32'), pointOf(undefined, 0.5)));
    }
    points.close();
  }
  return (['scaled', 'plain'] as const).map((method) =>
    rowOf(`${method}.half_rank`, found[method], `factors ${kinds[method]}`, `${about}; ${calibration}`),
  );
};

export const sst2Rows = async (): Promise<Row[]> => {
  if (!hasData()) return [];
  const found = new Map<string, Measured[]>();
  let note = '';
  for (const seed of seeds) {
    const prepared = await prepare(seed);
    note = noteOf(prepared);
    const opened = new Map<string, OpenModel>();
    for (const { id, model, precision, point } of contenders) {
      const name = `${model} ${precision}`;
      const opening = opened.get(name) ?? open(prepared.folders[model], precision);
      opened.set(name, opening);
      const measured = await prepared.points.measure(name, opening, point);
      found.set(id, [...(found.get(id) ?? []), measured]);
      console.log(seed, id, pointKey(point), measured);
    }
    prepared.points.close();
  }
  const rows = contenders.map(({ id, more, precision }) => {
    const said = [more, precision === 'int8' ? 'int8' : undefined].filter((part) => part !== undefined);
    return rowOf(id, found.get(id) ?? [], said.length > 0 ? said.join('; ') : undefined, note);
  });
  console.log(
    `\n${formatTable(
      ['point', 'accuracy'],
      rows.map(({ id, value }) => [id, Number(value.toFixed(4))]),
    )}`,
  );
  return rows;
};

/** Median milliseconds of single texts at points, in turn. */
const timed = async (
  all: Readonly<Record<string, { readonly model: RunnableModel; readonly point: OperatingPoint }>>,
  inputs: readonly EncoderInput[],
): Promise<Record<string, number[]>> =>
  compareInTurn(
    Object.fromEntries(
      Object.entries(all).map(([name, { model, point }]) => [
        name,
        async () => {
          for (const input of inputs) await model.run([input], { point });
        },
      ]),
    ),
    { rounds: roundsOf(25) },
  );

/** The time of inputs of 16 tokens, with the model of the first seed, and what the fastest of those that lose little saves. */
export const shortRows = async (): Promise<Row[]> => {
  if (!hasData()) return [];
  const [seed = 1] = seeds;
  const { folders, labelled, points } = await prepare(seed);
  const of16 = labelled
    .map(({ input }) => input)
    .filter(({ ids }) => ids.length === 16)
    .slice(0, 12);
  const [fp32, int8, recovered, recovered8] = await Promise.all([
    open(folders.whole, 'fp32')(),
    open(folders.whole, 'int8')(),
    open(folders.recovered, 'fp32')(),
    open(folders.recovered, 'int8')(),
  ]);
  const short = pointOf(lengths['short'], 1);
  const raced = {
    fp32: { model: fp32, point: {} },
    fp32_lengths: { model: fp32, point: short },
    fp32_rank: { model: fp32, point: pointOf(undefined, 0.5) },
    fp32_joint: { model: fp32, point: jointPoint },
    fp32_recovered: { model: recovered, point: short },
    int8: { model: int8, point: {} },
    'int8_rank_0.75': { model: int8, point: pointOf(undefined, 0.75) },
    'int8_rank_0.6': { model: int8, point: pointOf(undefined, 0.6) },
    int8_rank: { model: int8, point: pointOf(undefined, 0.5) },
    int8_joint: { model: int8, point: jointPoint },
    int8_recovered: { model: recovered8, point: short },
  };
  const times = await timed(raced, of16);
  const of = (name: string): number[] => times[name] ?? [];
  const note = `${of16.length} sentences of 16 tokens, one by one, ONNX Runtime, one thread; ${about}, seed ${seed}`;
  const rows = Object.keys(raced).map((name): Row => {
    const each = spread(of(name).map((milliseconds) => milliseconds / of16.length));
    return { id: `weights.short.${name}.ms`, value: each.p50, unit: 'ms', note: `${formatSpread(each)}; ${note}` };
  });
  const scoreOf = async (id: string): Promise<number> => {
    const { model, precision, point } = contenders.find((contender) => contender.id === id) as Contender;
    return (await points.measure(`${model} ${precision}`, open(folders[model], precision), point)).score;
  };
  const measuredAs: Readonly<Record<string, string>> = {
    fp32_rank: 'half_rank',
    fp32_joint: 'joint_at_0.4',
    fp32_recovered: 'joint_at_0.3',
    'int8_rank_0.75': 'int8.rank_0.75',
    'int8_rank_0.6': 'int8.rank_0.6',
    int8_rank: 'int8.rank_0.5',
    int8_joint: 'int8.joint_at_0.4',
    int8_recovered: 'int8.joint_at_0.3',
  };
  const least = (await scoreOf('full')) - 0.01;
  const good: string[] = [];
  for (const [name, id] of Object.entries(measuredAs)) if ((await scoreOf(id)) >= least) good.push(name);
  const best = good.sort((a, b) => spread(of(a)).p50 - spread(of(b)).p50)[0];
  if (best === undefined) throw new Error('No point with ranks is within a point of the full length.');
  for (const [id, slow, what] of [
    ['speedup', 'fp32', 'fp32 at full length'],
    ['vs_int8', 'int8', 'int8 at full length'],
  ] as const) {
    const factor = ratio(of(slow), of(best));
    rows.push({
      id: `weights.short.${id}`,
      value: factor.p50,
      unit: 'x',
      note: `time of ${what} by that of ${best}, the fastest with ranks within a point of accuracy of fp32 at full length, ${formatSpread(factor)}; ${note}`,
    });
  }
  points.close();
  for (const { dispose } of [fp32, int8, recovered, recovered8]) dispose();
  return rows;
};
