/** What can go wrong in this package, one word each. */
export type QueueErrorCode =
  | 'OPTION_INVALID'
  | 'REDIS_UNREACHABLE'
  | 'REDIS_REFUSED'
  | 'PROCESSOR_INVALID'
  | 'STUDY_REFUSED'
  | 'JOB_FAILED'
  | 'TIMED_OUT'
  | 'ABORTED'
  | 'CLOSED';

/** The one error class of this package: `code` for programs, `message` (what came, what was expected, how to mend it) for people. */
export class QueueError extends Error {
  override readonly name = 'QueueError';

  constructor(
    readonly code: QueueErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The message of anything thrown, for quoting inside another message. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The error of an option that cannot be used. */
export const invalidOption = (name: string, value: unknown, expected: string): QueueError =>
  new QueueError(
    'OPTION_INVALID',
    `${name} is ${typeof value === 'string' ? JSON.stringify(value) : String(value)}; expected ${expected}.`,
  );
