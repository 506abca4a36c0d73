/** What long inputs gain, job by job, from `benchmarks/results`: the front page and the README of the repository show it. */
import { markdownTable, percent, times } from './format.js';
import type { Row } from './results.js';
import { readRows, resultNames, rowOf } from './results.js';

/** A score with the share of the MACs that it took. */
const at = (row: Row | undefined): string => {
  const [, share] = /([\d.]+)x (?:of the )?MACs/.exec(row?.note ?? '') ?? [];
  return row && share !== undefined ? `${percent(row.value)} at ${times(Number(share))}` : '–';
};

interface Job {
  /** Benchmark that has its rows. */
  readonly benchmark: string;
  readonly job: string;
  readonly data: string;
  readonly full: string;
  /** What there is without the model: a job that no length of it does better is no example. */
  readonly without?: string;
  readonly shorter: readonly [string, string];
}

/** What most people run first. A job whose benchmark has no results is left out. */
const jobs: readonly Job[] = [
  {
    benchmark: 'rerank',
    job: 'rerank',
    data: 'questions of SQuAD with 30 passages of BM25, 361 tokens a pair, nDCG@10',
    full: 'rerank.full',
    without: 'rerank.bm25',
    shorter: ['rerank.at_half', 'rerank.cascade'],
  },
  {
    benchmark: 'embeddings',
    job: 'embed',
    data: 'SciFact, 5,183 abstracts and 300 queries, nDCG@10; adapted on the abstracts alone',
    full: 'embeddings.minilm.scifact.full',
    shorter: ['embeddings.minilm.scifact.at_half', 'embeddings.minilm.scifact.at_third'],
  },
  {
    benchmark: 'imdb',
    job: 'classify',
    data: 'IMDB reviews of at most 256 tokens, accuracy',
    full: 'imdb.full',
    shorter: ['imdb.adaptive.within_0.5', 'imdb.adaptive.within_0.33'],
  },
  {
    benchmark: 'skim',
    job: 'answer questions',
    data: 'SQuAD 1.1, 176 tokens, F1; trained at the full length alone',
    full: 'squad.skim.full',
    shorter: ['squad.skim.90', 'squad.skim.80'],
  },
  {
    benchmark: 'skim',
    job: 'tag',
    data: 'names in tweets, which are short: F1; what may leave was learned',
    full: 'wnut17.skim.full',
    shorter: ['wnut17.skim.within_0.6', 'wnut17.skim.within_0.45'],
  },
];

/** What each job keeps of its score at about two thirds or a half of the MACs, and at less. */
export const longInputsTable = (): string =>
  markdownTable(
    ['job', 'data', 'full length', 'shorter', 'shorter still'],
    jobs
      .filter(({ benchmark }) => resultNames().includes(benchmark))
      .flatMap(({ benchmark, job, data, full, without, shorter }) => {
        const rows = new Map(readRows(benchmark).map((row) => [row.id, row]));
        const whole = rows.get(full);
        const simple = without === undefined ? undefined : rows.get(without);
        const best = Math.max(...[full, ...shorter].map((id) => rows.get(id)?.value ?? 0));
        if (simple && best <= simple.value) return [];
        const on = simple ? `${data} (${percent(simple.value)} as they come)` : data;
        return [[`**${job}**`, on, whole ? percent(whole.value) : '–', ...shorter.map((id) => at(rows.get(id)))]];
      }),
    'llrrr',
  );

const gains = (precision: string): string[] => {
  const rows = new Map(readRows('onnx').map(({ id, value }) => [id, value]));
  return ['full', '0.5x', '0.3x'].map((share) => {
    const value = rows.get(`onnx.${precision}.${share}.minilm.imdb.t2`);
    return value === undefined ? '–' : times(value);
  });
};

/** Texts a second against transformers.js on the same weights, text in, vectors out, tokenizers included. */
export const throughputTable = (): string =>
  markdownTable(
    ['texts a second, as a multiple of transformers.js in fp32', 'full length', '0.5x MACs', '0.3x MACs'],
    [
      ['fp32', ...gains('vs_transformersjs.fp32')],
      ['int8', ...gains('int8_vs_transformersjs_fp32')],
    ],
    'lrrr',
  );

const sameWeights = {
  'weights.sst2.full': 'full length',
  'weights.sst2.short.rank_1': 'fewer tokens',
  'weights.sst2.joint_at_0.4': 'fewer tokens and smaller ranks',
  'weights.sst2.three_layers': 'three of six layers, distilled',
} as const;

/** What one model gives at fewer tokens, smaller ranks and fewer layers. */
export const sameWeightsTable = (): string =>
  markdownTable(
    ['', 'MACs', 'right', 'answers of the full length'],
    Object.entries(sameWeights).map(([id, about]) => {
      const { value, note } = rowOf(id);
      const [, macs, same] = /([\d.]+)x MACs, ([\d.]+) % same answers/.exec(note) ?? [];
      return [about, times(Number(macs)), percent(value), percent(Number(same) / 100)];
    }),
    'lrrr',
  );

const ways = {
  full: 'full length',
  merged: 'tokens that merge (`tome`)',
  dropped: 'tokens that leave, by attention',
  cut: 'the first half of each text',
  fewer_layers: 'every other layer',
  one_layer: 'one layer: all but a static embedding',
  int8: '8-bit integers',
  int8_merged: '8-bit integers, and tokens that merge',
} as const;

/** Other ways to half the work, measured in one run; until that was run, how to. */
export const whyNotTable = (): string => {
  if (!resultNames().includes('why-not'))
    return '*There are no results of this benchmark yet: the command above measures it.*';
  const rows = new Map(readRows('why-not').map(({ id, value }) => [id, value]));
  return markdownTable(
    ['', 'own paragraph first', 'faster'],
    Object.entries(ways).map(([name, about]) => [
      about,
      percent(rows.get(`why-not.${name}.first`) ?? Number.NaN),
      times(rows.get(`why-not.${name}.speedup`) ?? Number.NaN),
    ]),
    'lrr',
  );
};
