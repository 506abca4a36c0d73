/** What can go wrong in this package, one word each. */
export type OnnxErrorCode =
  | 'PEER_MISSING'
  | 'FILE_INVALID'
  | 'FILE_NOT_FOUND'
  | 'OPSET_UNSUPPORTED'
  | 'HEAD_UNSUPPORTED'
  | 'VERIFICATION_FAILED'
  | 'OPTION_INVALID'
  | 'RUN_FAILED';

/** The one error class of this package: `code` for programs, `message` (what came, what was expected, how to mend it) for people. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError';

  constructor(
    readonly code: OnnxErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The message of anything thrown, for quoting inside another message. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
