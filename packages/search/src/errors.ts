/** What went wrong, as a stable word a program can branch on. */
export type SearchErrorCode =
  | 'INVALID_OPTION'
  | 'INVALID_PROBLEM'
  | 'INVALID_OBJECTIVES'
  | 'NO_CANDIDATES'
  | 'ABORTED'
  | 'BUSY'
  | 'UNSUPPORTED'
  | 'INVALID_CHECKPOINT'
  | 'CHECKPOINT_VERSION'
  | 'CHECKPOINT_MISMATCH';

/**
 * The one error this package throws.
 *
 * The message says what came, what was expected and how to mend it; `code` is stable across releases.
 * An error thrown by your own `evaluate` or operators is never wrapped, unless the search was aborted:
 * then it is the `cause` of an `ABORTED` error.
 */
export class SearchError extends Error {
  readonly code: SearchErrorCode;

  constructor(code: SearchErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'SearchError';
    this.code = code;
  }
}
