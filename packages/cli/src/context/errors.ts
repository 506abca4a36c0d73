import { knownCode } from './exit-codes.js';

/** What can go wrong in the command line itself, one word each. */
export type CliErrorCode =
  | 'USAGE'
  | 'CONFIG_INVALID'
  | 'CONFIG_NOT_FOUND'
  | 'INPUT_INVALID'
  | 'INPUT_NOT_FOUND'
  | 'RUN_EXISTS'
  | 'CHECKPOINT_INVALID'
  | 'CHECKPOINT_NOT_FOUND'
  | 'SCORE_TOO_LOW'
  | 'BACKEND_UNAVAILABLE'
  | 'PEER_MISSING'
  | 'STUDY_REFUSED'
  | 'ABORTED';

/** The one error class of this package: `code` for programs, `message` (what came, what was expected, how to mend it) for people. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    readonly code: CliErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The message of anything thrown, for quoting inside another message. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** An interruption, with how to go on behind what it says; any other error as it is. */
export const orHowToGoOn = (error: unknown, how: string): unknown =>
  knownCode(error) === 'ABORTED' && error instanceof Error
    ? new CliError('ABORTED', `${error.message} ${how}`, { cause: error })
    : error;
