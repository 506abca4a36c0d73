import { checkOptions } from './check-options.js';
import { axesOf, type Directions, type Objectives } from './dominance.js';
import { SearchError } from './errors.js';

/** Where a search stands, for the question whether it should end. */
export interface SearchState<Name extends string = string> {
  /** The last completed generation; -1 before the initial one. */
  readonly generation: number;
  readonly evaluations: number;
  /** Seconds since this search was made or resumed. */
  readonly seconds: number;
  readonly directions: Directions<Name>;
  /** Objectives of the population's feasible front; empty where none is feasible yet. */
  readonly front: readonly Objectives<Name>[];
  /** Hypervolume of the front after each generation; there if the search has a `reference`. */
  readonly hypervolumes?: readonly number[];
}

export interface TerminationStatus {
  /** From 0 to 1, where the search ends. */
  readonly progress: number;
  /** Why it ends, when it does. */
  readonly reason: string;
}

/** Tells how far a search has come. A function of the state alone, so that a resumed search ends where the whole one does. */
export type Termination<Name extends string = string> = (state: SearchState<Name>) => TerminationStatus;

const positive = (name: string, value: number): void => {
  if (!(value > 0)) throw new SearchError('INVALID_OPTION', `${name} is ${value}: expected a number above 0.`);
};

const share = (done: number, all: number): number => Math.min(1, Math.max(0, done / all));

/** Ends after so many generations that follow the initial one. */
export const afterGenerations = (generations: number): Termination => {
  positive('generations', generations);
  return ({ generation }) => ({ progress: share(generation, generations), reason: 'generations' });
};

/** Ends with the generation in which so many evaluations are reached. (The option `evaluations` of a search cuts that one short.) */
export const afterEvaluations = (evaluations: number): Termination => {
  positive('evaluations', evaluations);
  return (state) => ({ progress: share(state.evaluations, evaluations), reason: 'evaluations' });
};

/** Ends with the generation in which so many seconds have passed since the search was made or resumed. */
export const afterSeconds = (seconds: number): Termination => {
  positive('seconds', seconds);
  return (state) => ({ progress: share(state.seconds, seconds), reason: 'time' });
};

/**
 * Ends when the hypervolume of the front has grown by less than `tolerance`, as a share of itself, over the last `generations`. The
 * search needs a `reference`.
 *
 * @throws SearchError `INVALID_OPTION`, also at the start of a search without a reference
 */
export const whenStagnant = ({
  generations = 20,
  tolerance = 1e-3,
  ...others
}: { readonly generations?: number; readonly tolerance?: number } = {}): Termination => {
  checkOptions('whenStagnant()', others, ['generations', 'tolerance']);
  positive('generations', generations);
  positive('tolerance', tolerance);
  return ({ hypervolumes }) => {
    if (!hypervolumes) {
      throw new SearchError(
        'INVALID_OPTION',
        'whenStagnant() watches the hypervolume, and the search has no reference point: give `reference`.',
      );
    }
    const last = hypervolumes.at(-1) ?? 0;
    // How many generations ago the front had all but the tolerated share of what it has.
    let still = 0;
    for (
      let i = hypervolumes.length - 2;
      i >= 0 && last > 0 && last - (hypervolumes[i] ?? 0) < tolerance * last;
      i -= 1
    )
      still += 1;
    return { progress: share(still, generations), reason: 'stagnation' };
  };
};

/**
 * Ends when one solution of the front is at least as good as `target` in every objective that it names; progress is 0 until then.
 *
 * @example
 * const enough = anyOf(afterSeconds(60), whenReached({ score: 0.9, cost: 0.5 }));
 */
export const whenReached =
  <Name extends string>(target: Partial<Objectives<Name>>): Termination<Name> =>
  ({ front, directions }) => {
    const unknown = Object.keys(target).find((name) => !(name in directions));
    if (unknown !== undefined) {
      throw new SearchError(
        'INVALID_OPTION',
        `whenReached() names "${unknown}": expected objectives of the search, ${Object.keys(directions).join(', ')}.`,
      );
    }
    const axes = axesOf(directions).filter(({ name }) => target[name] !== undefined);
    const reached = front.some((point) =>
      axes.every(({ name, sign }) => sign * point[name] <= sign * (target[name] ?? Infinity)),
    );
    return { progress: reached ? 1 : 0, reason: 'target' };
  };

/** Ends as soon as one of them would. */
export const anyOf =
  <Name extends string>(...terminations: readonly Termination<Name>[]): Termination<Name> =>
  (state) =>
    terminations
      .map((termination) => termination(state))
      .reduce((furthest, status) => (status.progress > furthest.progress ? status : furthest), {
        progress: 0,
        reason: 'never',
      });

/** Ends when all of them would. */
export const allOf =
  <Name extends string>(...terminations: readonly Termination<Name>[]): Termination<Name> =>
  (state) => {
    const statuses = terminations.map((termination) => termination(state));
    return {
      progress: Math.min(...statuses.map(({ progress }) => progress), statuses.length === 0 ? 0 : 1),
      reason: statuses.map(({ reason }) => reason).join(' and '),
    };
  };
