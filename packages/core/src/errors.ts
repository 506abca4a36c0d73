/** What can go wrong in this package, one word each. */
export type CoreErrorCode =
  | 'LENGTH_CONFIG_INVALID'
  | 'OPERATING_POINT_INVALID'
  | 'INPUT_INVALID'
  | 'OPTION_INVALID'
  | 'REDUCER_UNKNOWN'
  | 'STATE_INVALID'
  | 'BACKEND_UNAVAILABLE'
  | 'DIVERGED'
  | 'ABORTED';

/** The one error class of this package: `code` for programs, `message` (what came, what was expected, how to mend it) for people. */
export class CoreError extends Error {
  override readonly name = 'CoreError';

  constructor(
    readonly code: CoreErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** What an error says; of what is thrown and no error, that as text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
