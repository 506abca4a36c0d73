/** What went wrong, as a stable word a program can branch on. */
export type SearchErrorCode =
  | 'INVALID_OPTION'
  | 'INVALID_PROBLEM'
  | 'INVALID_OBJECTIVES'
  | 'NO_CANDIDATES'
  | 'ABORTED'
  | 'BUSY'
  | 'TIMED_OUT'
  | 'WORKER_NOT_STARTED'
  | 'WORKER_DIED'
  | 'NOT_A_WORKER'
  | 'CLOSED'
  | 'UNKNOWN_CANDIDATE'
  | 'INVALID_CHECKPOINT'
  | 'CHECKPOINT_VERSION'
  | 'CHECKPOINT_MISMATCH';

/**
 * The one error this package throws.
 *
 * The message says what came, what was expected and how to mend it; `code` is stable across releases.
 * An error thrown by your own `evaluate` or operators is never wrapped; the reason of an abort is the `cause` of `ABORTED`.
 */
export class SearchError extends Error {
  readonly code: SearchErrorCode;

  constructor(code: SearchErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'SearchError';
    this.code = code;
  }
}

/** The error of an option that cannot be used: what came, and what was expected. */
export const invalidOption = (name: string, value: unknown, expected: string): SearchError =>
  new SearchError('INVALID_OPTION', `${name} is ${String(value)}: expected ${expected}.`);
