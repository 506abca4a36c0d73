/** What can go wrong in this package, one word each, with the HTTP status that says it to a client. */
export const statusOf = {
  REQUEST_INVALID: 400,
  UNAUTHORIZED: 401,
  /** Clients may not do this on this server. */
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  MODEL_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
  BATCH_TOO_LARGE: 413,
  TEXT_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  /** The text has more tokens than the model, and the request does not allow to cut it. */
  TEXT_TOO_LONG: 422,
  TEXT_EMPTY: 422,
  /** The model does another task than the route. */
  TASK_MISMATCH: 422,
  /** No configuration of the model meets the budget: the answer names the nearest that one could have. */
  BUDGET_INFEASIBLE: 422,
  LENGTH_CONFIG_INVALID: 422,
  /** Even the shortest configuration that the request allows cannot keep up. */
  OVERLOADED: 429,
  /** The client went away before the answer; nobody reads this. */
  ABANDONED: 499,
  INTERNAL: 500,
  /** The thread that computed it died, twice. */
  WORKER_CRASHED: 503,
  MODEL_NOT_READY: 503,
  SHUTTING_DOWN: 503,
  /** Not computed before `timeout_ms` was over. */
  TIMED_OUT: 504,
  /** At start: */
  OPTION_INVALID: 500,
  REPOSITORY_INVALID: 500,
  ADDRESS_IN_USE: 500,
} as const;

export type ServerErrorCode = keyof typeof statusOf;

export interface ServerErrorOptions {
  readonly cause?: unknown;
  /** What a client may want to read beside the message, as plain data. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** After how many milliseconds it is worth trying again. */
  readonly retryAfterMs?: number;
}

/** The one error class of this package: `code` for programs, `message` (what came, what was expected, how to mend it) for people. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly details: ServerErrorOptions['details'];
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ServerErrorCode,
    message: string,
    { details, retryAfterMs, ...options }: ServerErrorOptions = {},
  ) {
    super(message, options);
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }

  get status(): number {
    return statusOf[this.code];
  }
}

/** The error of a request that does not say what it should. */
export const invalidRequest = (message: string): ServerError => new ServerError('REQUEST_INVALID', message);

/** What somebody without a key is told of an error, where keys are asked for: no names of models. */
export const withoutNames = (error: ServerError): ServerError =>
  error.code === 'MODEL_NOT_FOUND'
    ? new ServerError('MODEL_NOT_FOUND', 'There is no such model, or no such version of it.', { cause: error })
    : error;

/** The message of anything thrown, for quoting inside another message. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** Where in the program it happened. The message stays out: it may quote a text. */
export const placeOf = (thrown: unknown): string =>
  thrown instanceof Error
    ? (thrown.stack ?? '')
        .split('\n')
        .filter((line) => line.startsWith('    at '))
        .join('\n')
    : typeof thrown;
