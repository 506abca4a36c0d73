import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { Reducer, ReducerSettings } from '../reducer.js';
import type { ReducerDefinition } from '../reducer-definition.js';
import { predictedAt } from '../token-predictor.js';
import type { TokenPredictor } from '../token-predictor.js';
import { convolutionPredictor } from './convolution-predictor.js';
import { blockPredictor, linearPredictor } from './predictors.js';

/** Those that judge each token by itself. */
const predictors = { linear: linearPredictor, block: blockPredictor } as const;

/** What predicts how much a token matters: one linear map, Transkimmer's block, or Block-Skim's convolution over the attention of a block of tokens. */
export type SkimPredictor = keyof typeof predictors | 'convolution';

/** What a predictor learns by: what matters by the task or by gradients, decisions that pass gradients straight through, or both of them. */
export type SkimLearning = 'supervised' | 'straight-through' | 'both';

export interface SkimSettings {
  /** Default `linear`. */
  readonly predictor?: SkimPredictor;
  /** Default `supervised`. */
  readonly learn?: SkimLearning;
  /** Of decisions: what it adds to the loss when all tokens stay in all layers. Default 0.5. */
  readonly price?: number;
  /** Of decisions: the temperature of the sigmoid whose gradient they pass on. Default 1. */
  readonly temperature?: number;
  /** Of decisions: about what the logit of keeping a token is at first, and less than 0 by as much that of skimming it. Default 5. */
  readonly bias?: number;
  /** Of convolution: tokens of a block, a multiple of 4. Default 32. */
  readonly size?: number;
}

/**
 * Any logits as scores above 0 in the same order, 0 for padding: 1 + x, and 1 / (1 - x) below 0. Other than a sigmoid or a logarithm it tells any two
 * numbers apart, however far from 0 they are.
 */
const positive = <E extends EngineTypes>(
  { numbers: n }: EncoderOps<E>,
  logits: E['scores'],
  tokens: E['tokens'],
): E['scores'] => {
  const above = n.add(n.larger(logits, 0), 1);
  const below = n.add(n.larger(n.multiply(logits, -1), 0), 1);
  return n.choose(n.equal(n.sizes(tokens), 0), 0, n.divide(above, below));
};

/** Above what any token scores. */
const held = 1e8;

/** The same scores, above all others for what stands around the last text of an input: its question, where it has one, and separators. */
const holdFrame = <E extends EngineTypes>(
  { numbers: n, tiles }: EncoderOps<E>,
  scores: E['scores'],
  tokens: E['tokens'],
): E['scores'] => n.choose(n.less(0, tiles.frame(tokens)), held, scores);

const learnings: readonly SkimLearning[] = ['supervised', 'straight-through', 'both'];

/** What decisions are trained with where nobody says: as published for short texts. */
const published = { price: 0.5, temperature: 1, bias: 5 } as const;

/** With what is left open filled in. Settings of decisions are there where there are decisions. */
const settingsOf = ({ predictor = 'linear', learn = 'supervised', size = 32, ...given }: SkimSettings) => {
  if (predictor === 'convolution') return { predictor, size };
  return learn === 'supervised' ? { predictor } : { predictor, learn, ...published, ...given };
};

const reducerOf = (settings: ReturnType<typeof settingsOf>): Reducer => {
  const decides = 'learn' in settings;
  const predictor: TokenPredictor = {
    ...(settings.predictor === 'convolution'
      ? convolutionPredictor(settings.size)
      : predictors[settings.predictor](decides ? settings.bias : undefined)),
    ...(decides && {
      decisions: {
        price: settings.price,
        temperature: settings.temperature,
        supervised: settings.learn === 'both',
      },
    }),
  };
  return {
    name: 'skim',
    settings,
    predictor,
    score: (ops, at) => {
      const scores = positive(ops, predictor.predict(ops, predictedAt(at)), at.tokens);
      return predictor.blocks ? holdFrame(ops, scores, at.tokens) : scores;
    },
  };
};

const reducers = /* @__PURE__ */ (() => new Map<string, Reducer>())();

/** Tokens stay by what a predictor in each layer has learned of how much they matter (after Transkimmer, Guan et al. 2022). */
export const skimReducer = (given: SkimSettings = {}): Reducer => {
  const settings = settingsOf(given);
  const key = JSON.stringify(settings);
  const known = reducers.get(key) ?? reducerOf(settings);
  reducers.set(key, known);
  return known;
};

const known = { predictor: [...Object.keys(predictors), 'convolution'], learn: learnings } as const;

const numbers: Readonly<Record<string, (value: number) => boolean>> = {
  size: (value) => value > 0 && value % 4 === 0,
  price: (value) => value >= 0,
  temperature: (value) => value > 0,
  bias: () => true,
};

const expectedNumber: Readonly<Record<string, string>> = {
  size: 'a multiple of 4 above 0',
  price: 'a number of 0 or more',
  temperature: 'a number above 0',
  bias: 'a number',
};

const problem = (settings: ReducerSettings): string | undefined => {
  const names = [...Object.keys(known), ...Object.keys(numbers)];
  const unknown = Object.keys(settings).find((name) => !names.includes(name));
  if (unknown !== undefined) return `has no setting "${unknown}"; it has ${names.join(', ')}`;
  for (const [name, values] of Object.entries<readonly string[]>(known)) {
    const value = settings[name];
    if (value !== undefined && !values.some((expected) => expected === value))
      return `has ${name} ${JSON.stringify(value)}; expected ${values.map((expected) => `"${expected}"`).join(' or ')}`;
  }
  const convolves = settings['predictor'] === 'convolution';
  const decides = (settings['learn'] ?? 'supervised') !== 'supervised';
  if (convolves && decides)
    return `has learn ${JSON.stringify(settings['learn'])}, and its predictor "convolution" learns no decisions; leave learn out, or choose the predictor "linear"`;
  for (const [name, fits] of Object.entries(numbers)) {
    const value = settings[name];
    if (value === undefined) continue;
    if (!Number.isFinite(value) || !fits(value as number))
      return `has ${name} ${JSON.stringify(value)}; expected ${expectedNumber[name] ?? 'a number'}`;
    if (name === 'size' && !convolves) return 'has size, which is of blocks; choose predictor "convolution" with it';
    if (name !== 'size' && !decides)
      return `has ${name}, which is of decisions; choose learn "straight-through" or "both" with it`;
  }
  return undefined;
};

export const skimDefinition: ReducerDefinition = {
  name: 'skim',
  problem,
  create: (settings) => skimReducer(settings),
};
