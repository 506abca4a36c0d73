import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { Reducer, ReducerSettings } from '../reducer.js';
import type { ReducerDefinition } from '../reducer-definition.js';
import { predictedAt } from '../token-predictor.js';
import type { TokenPredictor } from '../token-predictor.js';
import { blockPredictor, linearPredictor } from './predictors.js';

const predictors = { linear: linearPredictor, block: blockPredictor } as const;

/** What predicts how much a token matters: one linear map, or Transkimmer's block. */
export type SkimPredictor = keyof typeof predictors;

export interface SkimSettings {
  /** Default `linear`. */
  readonly predictor?: SkimPredictor;
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

const reducerOf = (name: SkimPredictor): Reducer => {
  const predictor: TokenPredictor = predictors[name];
  return {
    name: 'skim',
    settings: { predictor: name },
    predictor,
    score: (ops, at) => positive(ops, predictor.predict(ops, predictedAt(at)), at.tokens),
  };
};

const reducers: Readonly<Record<SkimPredictor, Reducer>> = /* @__PURE__ */ (() => ({
  linear: reducerOf('linear'),
  block: reducerOf('block'),
}))();

/** Tokens stay by what a predictor in each layer has learned of how much they matter (after Transkimmer, Guan et al. 2022). */
export const skimReducer = ({ predictor = 'linear' }: SkimSettings = {}): Reducer => reducers[predictor];

const problem = ({ predictor, ...others }: ReducerSettings): string | undefined => {
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return `has no setting "${unknown}"; it has predictor`;
  if (predictor === undefined || Object.keys(predictors).some((known) => known === predictor)) return undefined;
  return `has predictor ${JSON.stringify(predictor)}; expected ${Object.keys(predictors)
    .map((known) => `"${known}"`)
    .join(' or ')}`;
};

export const skimDefinition: ReducerDefinition = {
  name: 'skim',
  problem,
  create: (settings) => skimReducer(settings),
};
