import { invalidOption } from '../errors.js';
import { LONGEST_TIMER_MS } from './platform.js';

/** What happens when the evaluation of a candidate throws, rejects or takes too long. */
export interface FailurePolicy {
  /** Tries after the first that failed. Default 0. */
  readonly retries?: number;
  /** Milliseconds before the first retry; doubled before each further one. Default 100. */
  readonly backoffMs?: number;
  /**
   * When the last try has failed: `throw` its error, which ends the batch, or `discard` the candidate and go on with the others.
   * Default `throw`.
   */
  readonly onFailure?: 'throw' | 'discard';
}

/** @throws SearchError `INVALID_OPTION` unless it is an integer from `least` up, or Infinity */
export const checkCountOrInfinity = (name: string, value: number, least: number): number => {
  if (value === Infinity || (Number.isInteger(value) && value >= least)) return value;
  throw invalidOption(name, value, `an integer >= ${least}, or Infinity`);
};

/** @throws SearchError `INVALID_OPTION` unless it is a time limit: milliseconds that a timer can count, or Infinity */
export const checkLimit = (name: string, ms: number): number => {
  if (ms === Infinity || (ms > 0 && ms <= LONGEST_TIMER_MS)) return ms;
  throw invalidOption(
    name,
    ms,
    `milliseconds above 0, at most ${LONGEST_TIMER_MS} (25 days), or Infinity for no limit`,
  );
};

/** @throws SearchError `INVALID_OPTION` */
export const resolvePolicy = ({
  retries = 0,
  backoffMs = 100,
  onFailure = 'throw',
}: FailurePolicy): Required<FailurePolicy> => {
  checkCountOrInfinity('retries', retries, 0);
  if (!(backoffMs >= 0 && backoffMs <= LONGEST_TIMER_MS))
    throw invalidOption('backoffMs', backoffMs, 'milliseconds, 0 or more');
  if (onFailure !== 'throw' && onFailure !== 'discard')
    throw invalidOption('onFailure', onFailure, "'throw' or 'discard'");
  return { retries, backoffMs, onFailure };
};
