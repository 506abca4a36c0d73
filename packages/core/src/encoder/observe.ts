import { CoreError } from '../errors.js';
import type { Attended, ProjectionsOf } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';

/** What the encoder shall report of its inside, for distillation. All lists ascend; layers count from 0. */
export interface Observe {
  /** Depths whose hidden states are wanted: 0 is the embeddings, i what leaves layer i - 1. */
  readonly states?: readonly number[];
  /** Layers whose attention probabilities are wanted. */
  readonly attention?: readonly number[];
  /** Layers whose queries, keys and values are wanted. */
  readonly projections?: readonly number[];
}

/** What was asked for, in that order, of the tokens that were there. Slots of padding hold no meaning. */
export interface ObservedBy<E extends EngineTypes> {
  /** Hidden states each. */
  readonly states: readonly E['states'][];
  /** [B, heads, T, T] each, queries by keys, before dropout. */
  readonly attention: readonly E['probabilities'][];
  /** All heads side by side. */
  readonly projections: readonly ProjectionsOf<E['states']>[];
}

/** Collects what passes by. */
export interface Observer<E extends EngineTypes> {
  state(depth: number, states: E['states']): void;
  attention(layer: number, attended: Pick<Attended<E>, 'probabilities' | 'projections'>): void;
  /** @throws CoreError `OPTION_INVALID` when a layer that was asked for did not run */
  end(): ObservedBy<E>;
}

export const createObserver = <E extends EngineTypes>({
  states = [],
  attention = [],
  projections = [],
}: Observe = {}): Observer<E> => {
  const seen = {
    states: [] as E['states'][],
    attention: [] as E['probabilities'][],
    projections: [] as ProjectionsOf<E['states']>[],
  };
  const check = (name: keyof Observe, wanted: readonly number[]): void => {
    if (seen[name].length === wanted.length) return;
    throw new CoreError(
      'OPTION_INVALID',
      `observe.${name} is [${wanted.join(', ')}], but only ${seen[name].length} of these ran; ask for layers that run.`,
    );
  };
  return {
    state: (depth, hidden) => {
      if (states.includes(depth)) seen.states.push(hidden);
    },
    attention: (layer, { probabilities, projections: own }) => {
      if (attention.includes(layer)) seen.attention.push(probabilities);
      if (projections.includes(layer)) seen.projections.push(own);
    },
    end: () => {
      check('states', states);
      check('attention', attention);
      check('projections', projections);
      return seen;
    },
  };
};
