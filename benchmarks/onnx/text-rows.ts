/** Embeddings of real texts, from text in to vectors out: ours at full and at shorter lengths against transformers.js. Nothing was trained to drop tokens. */
import type { LengthConfig } from '@length-adaptive/core';
import { relativeCost } from '@length-adaptive/core';
import type { Dimensions } from '@length-adaptive/models';
import type { HostModel } from '@length-adaptive/onnx';
import { constantRatioChain } from '@length-adaptive/search';
import type { Row } from '../harness.js';
import { compareInTurn, formatSpread, formatTable, ratio, spread } from '../harness.js';
import { openOurs } from './bare-encoder.js';
import { openTheirEmbedder, ourEmbedder, readTokenizer } from './embedders.js';
import { threadCounts } from './gemm-peak.js';
import type { ModelName } from './peers.js';
import { roundsOf } from './rounds.js';
import type { Embed, Embeddings, TextCounts, TextSet } from './text-data.js';
import { readTextSets } from './text-data.js';

/** What is measured of a model. */
interface Plan {
  readonly name: ModelName;
  readonly slug: string;
  /** Tokens that texts are cut at. */
  readonly maxTokens: number;
  readonly counts: TextCounts;
  readonly precisions: readonly ('fp32' | 'int8')[];
  /** Measured rounds by threads. */
  readonly rounds: Readonly<Record<number, number>>;
}

const plans: readonly Plan[] = [
  // 256 tokens is what all-MiniLM-L6-v2 was trained with (its max_seq_length).
  {
    name: 'all-MiniLM-L6-v2',
    slug: 'minilm',
    maxTokens: 256,
    counts: { reviews: 64, known: 200, paragraphs: 48 },
    precisions: ['fp32', 'int8'],
    rounds: { 1: 3, 2: 2 },
  },
  {
    name: 'gte-small',
    slug: 'gte-small',
    maxTokens: 384,
    counts: { reviews: 16, known: 60, paragraphs: 16 },
    precisions: ['fp32'],
    rounds: { 1: 2 },
  },
];

/** The MACs of our side, as a share of its full length's. */
const levels = { full: 1, '0.5x': 0.5, '0.3x': 0.3 } as const;
type Level = keyof typeof levels;
const levelNames = Object.keys(levels) as Level[];

/** Which of ours against which of theirs. */
const pairs = [
  { id: 'onnx.vs_transformersjs.fp32', ours: 'fp32', theirs: 'fp32' },
  { id: 'onnx.vs_transformersjs.int8', ours: 'int8', theirs: 'int8' },
  { id: 'onnx.int8_vs_transformersjs_fp32', ours: 'int8', theirs: 'fp32' },
] as const;

/** The constant-ratio chain that spends this share of the MACs on inputs of these lengths. */
const chainOfCost = (dimensions: Dimensions, share: number, lengths: readonly number[]): LengthConfig => {
  let [low, high] = [0.3, 1];
  for (let step = 0; step < 20; step++) {
    const middle = (low + high) / 2;
    if (relativeCost(dimensions, constantRatioChain(dimensions.layers, middle), lengths) > share) high = middle;
    else low = middle;
  }
  return constantRatioChain(dimensions.layers, low);
};

type Score = (embeddings: Embeddings) => number;

/** A ratio of one pair at one level on one set of texts. */
interface Comparison {
  readonly pair: string;
  readonly level: Level;
  readonly slug: string;
  readonly set: string;
  readonly threads: number;
  readonly value: number;
  readonly accuracy: number;
  readonly note: string;
  /** The model and the texts. */
  readonly about: string;
}

const idOf = ({ pair, level, slug, set, threads }: Comparison): string => `${pair}.${level}.${slug}.${set}.t${threads}`;

interface Contenders {
  /** Tokens of each text. */
  readonly lengths: readonly number[];
  readonly embed: Readonly<Record<string, Embed>>;
  release(): Promise<unknown>;
}

const openContenders = async (
  { name, maxTokens, precisions }: Plan,
  model: HostModel,
  texts: readonly string[],
  threads: number,
): Promise<Contenders> => {
  const tokenizer = readTokenizer(name);
  const lengths = texts.map((text) => tokenizer.encode(text, undefined, { maxLength: maxTokens }).ids.length);
  const embed: Record<string, Embed> = {};
  const opened: { release(): Promise<void> }[] = [];
  for (const precision of precisions) {
    const theirs = await openTheirEmbedder(name, { dtype: precision === 'fp32' ? 'fp32' : 'q8', threads, maxTokens });
    const ours = await openOurs(model, precision, threads);
    opened.push(theirs, ours);
    embed[`transformers.js ${precision}`] = theirs.embed;
    for (const level of levelNames) {
      const config = level === 'full' ? undefined : chainOfCost(model.dimensions, levels[level], lengths);
      embed[`ours ${precision} ${level}`] = ourEmbedder(ours, tokenizer, maxTokens, config);
    }
  }
  return { lengths, embed, release: () => Promise.all(opened.map((one) => one.release())) };
};

/** The measure of embeddings; what it must know of other texts comes from our full length in fp32. */
const openScore = async ({ name, maxTokens }: Plan, model: HostModel, set: TextSet): Promise<Score> => {
  const encoder = await openOurs(model, 'fp32', Math.max(...threadCounts));
  const score = await set.scorer(ourEmbedder(encoder, readTokenizer(name), maxTokens));
  await encoder.release();
  return score;
};

/** At full length in fp32 both sides give the same vectors, or their tokens or weights differ. Texts that were cut are left out: transformers.js cuts [SEP] off too. */
const assertSame = (ours: Embeddings, theirs: Embeddings, isWhole: (row: number) => boolean): void => {
  const differences = ours.flatMap((vector, row) =>
    isWhole(row) ? Array.from(vector, (value, i) => Math.abs(value - (theirs[row]?.[i] ?? Number.NaN))) : [],
  );
  const difference = Math.max(...differences);
  if (!(difference < 1e-3))
    throw new Error(
      `our embeddings and those of transformers.js differ by ${difference}: they do not run the same texts and weights`,
    );
};

const measureSet = async (
  plan: Plan,
  model: HostModel,
  set: TextSet,
  threads: number,
  score: Score,
): Promise<Comparison[]> => {
  const { lengths, embed, release } = await openContenders(plan, model, set.texts, threads);
  const last = new Map<string, Embeddings>();
  const run = Object.fromEntries(
    Object.entries(embed).map(([name, of]) => [name, async () => void last.set(name, await of(set.texts))]),
  );
  for (const of of Object.values(embed)) await of(set.texts.slice(0, 8));
  const rounds = roundsOf(plan.rounds[threads] ?? 1);
  const times = await compareInTurn(run, { rounds, warmup: 0 });
  await release();
  assertSame(
    last.get('ours fp32 full') ?? [],
    last.get('transformers.js fp32') ?? [],
    (row) => (lengths[row] ?? 0) < plan.maxTokens,
  );

  const accuracy = new Map([...last].map(([name, embeddings]) => [name, score(embeddings)]));
  const lines = Object.entries(times).map(([name, ms]) => {
    const { p50 } = spread(ms);
    return [
      name,
      (p50 / 1000).toFixed(2),
      ((1000 * set.texts.length) / p50).toFixed(1),
      (accuracy.get(name) ?? Number.NaN).toFixed(3),
    ];
  });
  console.log(
    `\n${plan.name}, ${set.name}, ${threads} thread${threads > 1 ? 's' : ''}, ${rounds} rounds: ${set.about}`,
  );
  console.log(formatTable(['contender', 'seconds', 'texts/s', 'accuracy'], lines));

  return pairs
    .filter(({ ours }) => plan.precisions.includes(ours))
    .flatMap(({ id, ours, theirs }) =>
      levelNames.map((level): Comparison => {
        const [our, their] = [`ours ${ours} ${level}`, `transformers.js ${theirs}`];
        const gain = ratio(times[their] ?? [], times[our] ?? []);
        const [ourAccuracy, theirAccuracy] = [accuracy.get(our) ?? Number.NaN, accuracy.get(their) ?? Number.NaN];
        return {
          pair: id,
          level,
          slug: plan.slug,
          set: set.name,
          threads,
          value: gain.p50,
          accuracy: ourAccuracy,
          note: `${formatSpread(gain)}; accuracy without training: ours ${ourAccuracy.toFixed(3)}, transformers.js ${theirAccuracy.toFixed(3)}`,
          about: `${plan.name}, texts cut at ${plan.maxTokens} tokens; ${set.about}`,
        };
      }),
    );
};

const unit = 'times the throughput of transformers.js';

/** The smaller of the sets, one thread, MiniLM: the figures that are quoted. */
const headlines = (comparisons: readonly Comparison[]): Row[] =>
  pairs.flatMap(({ id }) =>
    (['0.5x', '0.3x', 'full'] as const).map((level) => {
      const among = comparisons.filter(
        (one) => one.pair === id && one.level === level && one.slug === 'minilm' && one.threads === 1,
      );
      const least = among.reduce((smallest, one) => (one.value < smallest.value ? one : smallest));
      return {
        id: level === '0.5x' ? id : `${id}.${level}`,
        value: least.value,
        unit,
        note: `${level} MACs, one thread; the smaller of ${among.map(({ set }) => set).join(' and ')}: ${least.note}; ${least.about}`,
      };
    }),
  );

/** What each row keeps of usefulness, once for each precision, level and set. */
const accuracyRows = (comparisons: readonly Comparison[]): Row[] =>
  comparisons
    .filter(({ pair, threads }) => threads === 1 && pair.startsWith('onnx.vs'))
    .map(({ pair, level, slug, set, accuracy, about }) => ({
      id: `onnx.accuracy.${pair.split('.').at(-1) ?? ''}.${level}.${slug}.${set}`,
      value: accuracy,
      unit: 'share of right answers',
      note: about,
    }));

/** Section C. */
export const textRows = async (read: (name: ModelName) => Promise<HostModel>): Promise<Row[]> => {
  const comparisons: Comparison[] = [];
  for (const plan of plans) {
    const model = await read(plan.name);
    for (const set of await readTextSets(plan.counts)) {
      const score = await openScore(plan, model, set);
      for (const threads of Object.keys(plan.rounds).map(Number))
        comparisons.push(...(await measureSet(plan, model, set, threads, score)));
    }
  }
  return [
    ...headlines(comparisons),
    ...comparisons.map((one) => ({ id: idOf(one), value: one.value, unit, note: one.note })),
    ...accuracyRows(comparisons),
  ];
};
