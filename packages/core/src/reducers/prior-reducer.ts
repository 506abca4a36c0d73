import type { EncoderOps } from '../encoder/encoder-ops.js';
import type { EngineTypes } from '../encoder/engine-types.js';
import { problemOf } from './choices.js';
import type { Reducer } from './reducer.js';
import type { ReducerDefinition } from './reducer-definition.js';

/** When those tokens leave that the first layer lets go: once it has attended, as in every other layer, or before it begins. */
export type PriorLeave = 'after' | 'before';

const leaves = ['after', 'before'] as const satisfies readonly PriorLeave[];

export interface PriorReducerSettings {
  /** Default `after`. With `before` the first layer computes nothing for those that leave, which nobody sees then. */
  readonly leave?: PriorLeave;
}

/** Nobody is better than anybody: what the prior adds decides, and of equal ones the earlier stays. */
const nothing = <E extends EngineTypes>({ numbers: n }: EncoderOps<E>, tokens: E['tokens']): E['scores'] =>
  n.multiply(n.sizes(tokens), 0);

const after: Reducer = {
  name: 'prior',
  settings: { leave: 'after' },
  needsPrior: true,
  score: (ops, { tokens }) => nothing(ops, tokens),
};

const before: Reducer = { ...after, settings: { leave: 'before' }, before: nothing };

/**
 * Tokens stay by what is known of them from outside, the prior of an input, and by nothing that the encoder has seen: attention has no vote
 * (after CageViT, Zheng et al. 2023, whose saliency chooses the patches before the encoder begins). Each input must say what its tokens are worth.
 */
export const priorReducer = ({ leave = 'after' }: PriorReducerSettings = {}): Reducer =>
  leave === 'before' ? before : after;

export const priorDefinition: ReducerDefinition = {
  name: 'prior',
  problem: /* @__PURE__ */ problemOf({ leave: leaves }),
  create: (settings) => priorReducer(settings),
};
