import { cosine, createPredictor, mean } from '@length-adaptive/models';
import type { Predictor } from '@length-adaptive/models';
import type { OperatingPoint } from '@length-adaptive/core';
import type { Context } from '../context/command.js';
import { openRunnable } from '../engine/engine.js';
import type { EngineSettings } from '../engine/opened-model.js';
import type { UsedEngine } from '../engine/used-engine.js';
import type { Mail } from './read-mails.js';

/** What is looked for among the mails. */
const queries = [
  'lower the interest rate of a mortgage',
  'a conference and its call for papers',
  'the sound card does not work under Linux',
  'a new version of the spam filter',
  'what happened to the economy after the bubble',
  'work from home and earn money',
  'a bug in the mail program',
  'books and films worth seeing',
];

/** How many mails of a query are compared. */
const nearest = 10;

/** Shares of its tokens that each of six layers leaves, those of other depths by their own exponent. */
const shares = { full: 1, half: 0.8, third: 0.67 } as const;

/** Mails as vectors at one budget. */
export interface VectorRow {
  readonly name: keyof typeof shares;
  /** Share of the full MACs, mean over the mails. */
  readonly cost: number;
  /** Mails a second, one at a time. */
  readonly perSecond: number;
  readonly speedup: number;
  /** Mean cosine to the vectors of the full length. */
  readonly cosine: number;
  /** Share of the ten nearest mails of a query that are those of the full length. */
  readonly top: number;
  /** The mail that each query finds first. */
  readonly first: readonly string[];
}

/** What making vectors gave. */
export interface VectorStory {
  readonly used: UsedEngine;
  readonly queries: readonly string[];
  readonly tokens: number;
  readonly mails: number;
  readonly rows: readonly VectorRow[];
}

/** Merging by likeness, in every layer the same share: what a model can take that was never trained for less. */
const pointOf = (share: number, layers: number): OperatingPoint => {
  const each = share ** (6 / layers);
  return share === 1 ? {} : { lengths: Array.from({ length: layers }, (_, i) => each ** (i + 1)), reducer: 'tome' };
};

const nearestOf = (query: Float32Array, vectors: readonly Float32Array[]): number[] => {
  const near = vectors.map((vector) => cosine(query, vector));
  return [...vectors.keys()].sort((a, b) => (near[b] ?? 0) - (near[a] ?? 0)).slice(0, nearest);
};

interface Embedded {
  readonly vectors: Float32Array[];
  milliseconds: number;
  cost: number;
}

/** Vectors of every mail at every point: mail by mail, point after point, so that all of them meet the same machine. */
const embedInTurn = async (
  predictor: Predictor,
  texts: readonly string[],
  points: readonly OperatingPoint[],
  context: Context,
): Promise<{ readonly found: readonly Embedded[]; readonly tokens: number }> => {
  const found = points.map((): Embedded => ({ vectors: [], milliseconds: 0, cost: 0 }));
  const progress = context.progress('vectors', 'mails');
  for (const point of points) for (const text of texts.slice(0, 2)) await predictor.embed(text, { point });
  let tokens = 0;
  for (const [at, text] of texts.entries()) {
    for (const [i, each] of found.entries()) {
      const start = performance.now();
      const { vector, cost, tokens: count } = await predictor.embed(text, { point: points[i], signal: context.signal });
      each.milliseconds += performance.now() - start;
      each.vectors.push(vector);
      each.cost += cost;
      if (i === 0) tokens += count;
    }
    progress.update(at + 1, texts.length);
  }
  progress.end();
  return { found, tokens: tokens / texts.length };
};

/**
 * Makes vectors of mails at three budgets with an encoder as it is, and looks for the same queries in each of the three indexes. The queries are read whole.
 */
export const compareVectors = async (
  source: string,
  mails: readonly Mail[],
  { settings, context }: { readonly settings: EngineSettings; readonly context: Context },
): Promise<VectorStory> => {
  const opened = await openRunnable(source, settings, context);
  const predictor = createPredictor(opened);
  try {
    const names = Object.keys(shares) as (keyof typeof shares)[];
    const points = names.map((name) => pointOf(shares[name], predictor.dimensions.layers));
    const texts = mails.map(({ text }) => text);
    const { found, tokens } = await embedInTurn(predictor, texts, points, context);
    const asked = await Promise.all(queries.map((query) => predictor.embed(query)));
    const lists = found.map(({ vectors }) => asked.map(({ vector }) => nearestOf(vector, vectors)));
    const full = found[0];
    return {
      used: opened.used,
      queries,
      tokens,
      mails: mails.length,
      rows: found.map(({ vectors, milliseconds, cost }, i) => ({
        name: names[i] ?? 'full',
        cost: cost / mails.length,
        perSecond: (1000 * mails.length) / milliseconds,
        speedup: (full?.milliseconds ?? Number.NaN) / milliseconds,
        cosine: mean(vectors.map((vector, mail) => cosine(vector, full?.vectors[mail] ?? vector))),
        top: mean(
          queries.map((_, query) => {
            const whole = new Set(lists[0]?.[query]);
            const here = lists[i]?.[query] ?? [];
            return here.filter((mail) => whole.has(mail)).length / Math.max(1, here.length);
          }),
        ),
        first: queries.map((_, query) => texts[lists[i]?.[query]?.[0] ?? 0] ?? ''),
      })),
    };
  } finally {
    predictor.dispose();
  }
};
