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

/**
 * What a run ends with that left some of its inputs out: how many, why the first, and how many more there are.
 *
 * @param were what came of them, for instance `texts were not predicted`; their plural
 */
export const inputsLeftOut = (
  failures: readonly { readonly message: string }[],
  count: number,
  were: string,
): CliError | undefined => {
  const [first, ...others] = failures;
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` And ${others.length} more.`;
  return new CliError('INPUT_INVALID', `${failures.length} of ${count} ${were}. ${first.message}${more}`);
};
