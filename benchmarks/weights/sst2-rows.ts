/** Ranks with lengths on SST-2: answers on the dev set, and the time of short inputs. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EncoderInput, OperatingPoint } from '@length-adaptive/core';
import { createRandom, shuffled, uniformRanks } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { LabelledInput, RunnableModel, TextModel } from '@length-adaptive/models';
import {
  encodeExamples,
  factoriseModel,
  macsShare,
  openText,
  openTrainedModel,
  parseExamples,
  predictLogits,
  saveModel,
} from '@length-adaptive/models';
import type { Precision } from '@length-adaptive/onnx';
import { openOnnx } from '@length-adaptive/onnx';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, formatTable, ratio, spread } from '../harness.js';
import { roundsOf } from '../onnx/rounds.js';

/** Texts that the factors are found on: training phrases as long as what is read, of so many tokens at least. */
const calibrationTexts = 400;
const calibrationTokens = 16;

/** The lengths of the table: the full ones, one that a search found for much of the cost, and one for half of it. */
const lengths: Readonly<Record<string, readonly number[] | undefined>> = {
  full: undefined,
  long: [0.92, 0.87, 0.86, 0.77, 0.74, 0.17],
  short: [0.83, 0.68, 0.52, 0.46, 0.44, 0.11],
};
const shares = [1, 0.75, 0.5];

/** About 0.4 of the MACs. */
const jointPoint = (): OperatingPoint => pointOf(lengths['short'], 0.62);

/** The model of the `sst2` benchmark after LengthDrop, or the one of the docs' demo, which is the same in 8-bit weights with 12,000 tokens. */
const source = (): { readonly folder: string; readonly about: string } => {
  const trained = path.join(runsFolder, 'sst2/adaptive/model');
  return existsSync(trained)
    ? { folder: trained, about: 'MiniLM-L6 after LengthDrop on SST-2' }
    : {
        folder: fileURLToPath(new URL('../../apps/docs/public/models/sentiment', import.meta.url)),
        about: 'MiniLM-L6 after LengthDrop on SST-2, from 8-bit weights with 12,000 tokens',
      };
};

const pointOf = (config: readonly number[] | undefined, share: number): OperatingPoint => ({
  ...(config && { lengths: config }),
  ...(share < 1 && { ranks: uniformRanks(6, share) }),
});

const softmax = ([a = 0, b = 0]: Float32Array): readonly [number, number] => {
  const p = 1 / (1 + Math.exp(b - a));
  return [p, 1 - p];
};

/** Mean KL divergence of answers from those of the full model, and the share that are the same. */
const against = (
  full: readonly Float32Array[],
  given: readonly Float32Array[],
): { readonly kl: number; readonly same: number } => {
  let [kl, same] = [0, 0];
  full.forEach((row, i) => {
    const [p, q] = [softmax(row), softmax(given[i] as Float32Array)];
    kl += p[0] * Math.log(p[0] / q[0]) + p[1] * Math.log(p[1] / q[1]);
    if (p[0] > 0.5 === q[0] > 0.5) same += 1;
  });
  return { kl: kl / full.length, same: same / full.length };
};

interface Measured {
  readonly score: number;
  readonly kl: number;
  readonly same: number;
  readonly cost: number;
}

const read = async (file: string): Promise<ReturnType<typeof parseExamples>> =>
  parseExamples(await openText(path.join(dataFolder, 'sst2', file)), file.replace(/\.gz$/, ''));

/** Factorises a model, writes it, and opens it again where it is to run. */
const openFactorised = async (
  text: TextModel,
  calibration: readonly EncoderInput[],
  method: 'whitened' | 'scaled' | 'plain',
  folder: string,
): Promise<(precision: Precision) => Promise<RunnableModel>> => {
  const { model } = await factoriseModel(text.model, calibration, { method });
  await saveModel(folder, { ...text, model });
  model.dispose();
  return async (precision) => (await openOnnx(folder, { precision, threads: 1 })).model;
};

/** Median milliseconds of single texts of 16 tokens at points, in turn. */
const timed = async (
  contenders: Readonly<Record<string, { readonly model: RunnableModel; readonly point: OperatingPoint }>>,
  inputs: readonly EncoderInput[],
): Promise<Record<string, number[]>> =>
  compareInTurn(
    Object.fromEntries(
      Object.entries(contenders).map(([name, { model, point }]) => [
        name,
        async () => {
          for (const input of inputs) await model.run([input], { point });
        },
      ]),
    ),
    { rounds: roundsOf(25) },
  );

/** What every part of the table needs. */
interface Prepared {
  readonly text: TextModel;
  readonly labelled: readonly LabelledInput[];
  readonly inputs: readonly EncoderInput[];
  readonly calibration: readonly EncoderInput[];
  readonly about: string;
  readonly note: string;
}

/** Opens the model and its data; undefined, with a word of why, where these are not there. */
const prepare = async (): Promise<Prepared | undefined> => {
  if (!existsSync(path.join(dataFolder, 'sst2'))) {
    console.log(`The table of SST-2 is left out: there is no sst2 in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
    return undefined;
  }
  await useWasm();
  const { folder, about } = source();
  const text = await openTrainedModel(folder);
  const { task } = text.model;
  const examples = (await read('dev.tsv.gz')).map((example) => ({
    ...example,
    label: task.labels[Number(example.label)] ?? '', // the demo's have names
  }));
  const labelled = encodeExamples(text.tokenizer, task, examples);
  const calibration = shuffled(await read('train.tsv.gz'), createRandom(42))
    .slice(0, 10 * calibrationTexts)
    .map((example) => text.tokenizer.encode(example.text))
    .filter(({ ids }) => ids.length >= calibrationTokens)
    .slice(0, calibrationTexts);
  const tokens = calibration.reduce((sum, { ids }) => sum + ids.length, 0);
  return {
    ...{ text, labelled, calibration, about },
    inputs: labelled.map(({ input }) => input),
    note: `${about}; dev set of ${examples.length} sentences; factors from ${tokens} tokens of ${calibration.length} training phrases, nothing trained`,
  };
};

/** Measures a point on the dev set against the answers of the full model. */
const measurer =
  ({ text, inputs, labelled }: Prepared, full: readonly Float32Array[]) =>
  async (model: RunnableModel, point: OperatingPoint): Promise<Measured> => {
    const logits = await predictLogits(model, inputs, { point });
    return {
      score: text.model.task.score('accuracy', logits, labelled),
      ...against(full, logits),
      cost: macsShare(
        model,
        point,
        inputs.map(({ ids }) => ids.length),
      ),
    };
  };

const describe = ({ cost, same, kl }: Measured): string =>
  `${cost.toFixed(3)}x MACs, ${(100 * same).toFixed(1)} % same answers as at full length, KL ${kl.toFixed(4)}`;

/** Half the rank by factors of other kinds: what the whitening gives. */
export const methodRows = async (): Promise<Row[]> => {
  const prepared = await prepare();
  if (!prepared) return [];
  const { text, inputs, calibration, note } = prepared;
  const temporary = mkdtempSync(path.join(tmpdir(), 'weights-'));
  const rows: Row[] = [];
  try {
    for (const method of ['scaled', 'plain'] as const) {
      const model = await (await openFactorised(text, calibration, method, path.join(temporary, method)))('fp32');
      const measured = await measurer(prepared, await predictLogits(model, inputs))(model, pointOf(undefined, 0.5));
      const by = method === 'plain' ? 'by plain SVD' : 'of the matrix weighed by its inputs';
      rows.push({
        id: `weights.sst2.${method}.half_rank`,
        value: measured.score,
        unit: 'accuracy',
        note: `${describe(measured)}, factors ${by}; ${note}`,
      });
      model.dispose();
    }
  } finally {
    text.model.dispose();
    rmSync(temporary, { recursive: true, force: true });
  }
  return rows;
};

export const sst2Rows = async (): Promise<Row[]> => {
  const prepared = await prepare();
  if (!prepared) return [];
  const { text, inputs, calibration, about, note } = prepared;
  const rows: Row[] = [];
  const temporary = mkdtempSync(path.join(tmpdir(), 'weights-'));
  try {
    const open = await openFactorised(text, calibration, 'whitened', path.join(temporary, 'whitened'));
    const [fp32, int8] = [await open('fp32'), await open('int8')];
    const measure = measurer(prepared, await predictLogits(fp32, inputs));
    const table: (string | number)[][] = [];
    const found = new Map<string, Measured>();
    const add = (id: string, measured: Measured, more = ''): void => {
      found.set(id, measured);
      rows.push({
        id: `weights.sst2.${id}`,
        value: measured.score,
        unit: 'accuracy',
        note: `${describe(measured)}${more}; ${note}`,
      });
      table.push([
        id,
        ...[measured.cost, measured.score, measured.same, measured.kl].map((value) => Number(value.toFixed(4))),
      ]);
    };
    const names: Readonly<Record<string, string>> = {
      'full.1': 'full',
      'full.0.5': 'half_rank',
    };
    for (const [name, config] of Object.entries(lengths))
      for (const share of shares)
        add(names[`${name}.${share}`] ?? `${name}.rank_${share}`, await measure(fp32, pointOf(config, share)));
    add('joint_at_0.4', await measure(fp32, jointPoint()));
    for (const share of [1, 0.75, 0.6, 0.5])
      add(`int8.rank_${share}`, await measure(int8, pointOf(undefined, share)), ', int8');
    add('int8.joint_at_0.4', await measure(int8, jointPoint()), ', int8');
    console.log(`\n${formatTable(['point', 'MACs', 'accuracy', 'same', 'KL'], table)}`);

    const of16 = inputs.filter(({ ids }) => ids.length === 16).slice(0, 12);
    const contenders = {
      fp32: { model: fp32, point: {} },
      fp32_lengths: { model: fp32, point: pointOf(lengths['short'], 1) },
      fp32_rank: { model: fp32, point: pointOf(undefined, 0.5) },
      fp32_joint: { model: fp32, point: jointPoint() },
      int8: { model: int8, point: {} },
      'int8_rank_0.75': { model: int8, point: pointOf(undefined, 0.75) },
      'int8_rank_0.6': { model: int8, point: pointOf(undefined, 0.6) },
      int8_rank: { model: int8, point: pointOf(undefined, 0.5) },
      int8_joint: { model: int8, point: jointPoint() },
    };
    const times = await timed(contenders, of16);
    const of = (name: string): number[] => times[name] ?? [];
    const shortNote = `${of16.length} sentences of 16 tokens, one by one, ONNX Runtime, one thread; ${about}`;
    for (const name of Object.keys(contenders)) {
      const each = spread(of(name).map((milliseconds) => milliseconds / of16.length));
      rows.push({
        id: `weights.short.${name}.ms`,
        value: each.p50,
        unit: 'ms',
        note: `${formatSpread(each)}; ${shortNote}`,
      });
    }
    const scoreOf: Readonly<Record<string, string>> = {
      fp32_rank: 'half_rank',
      fp32_joint: 'joint_at_0.4',
      'int8_rank_0.75': 'int8.rank_0.75',
      'int8_rank_0.6': 'int8.rank_0.6',
      int8_rank: 'int8.rank_0.5',
      int8_joint: 'int8.joint_at_0.4',
    };
    const least = (found.get('full')?.score ?? Number.NaN) - 0.01;
    const best = Object.keys(scoreOf)
      .filter((name) => (found.get(scoreOf[name] ?? '')?.score ?? 0) >= least)
      .sort((a, b) => spread(of(a)).p50 - spread(of(b)).p50)[0];
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
        note: `time of ${what} by that of ${best}, the fastest with ranks within a point of accuracy of fp32 at full length, ${formatSpread(factor)}; ${shortNote}`,
      });
    }
    fp32.dispose();
    int8.dispose();
  } finally {
    text.model.dispose();
    rmSync(temporary, { recursive: true, force: true });
  }
  return rows;
};
