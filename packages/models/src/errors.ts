/** What can go wrong in this package, one word each. `*_NOT_FOUND` means something named does not exist. */
export type ModelErrorCode =
  | 'FILE_NOT_FOUND'
  | 'FILE_INVALID'
  | 'SAFETENSORS_INVALID'
  | 'PYTORCH_INVALID'
  | 'PICKLE_UNSAFE'
  | 'SHAPE_MISMATCH'
  | 'TENSOR_MISSING'
  | 'ARCHITECTURE_UNKNOWN'
  | 'REDUCER_UNKNOWN'
  | 'CONFIG_INVALID'
  | 'TOKENIZER_INVALID'
  | 'LABEL_UNKNOWN'
  | 'TEACHER_MISMATCH'
  | 'TEXT_EMPTY'
  | 'TEXT_TOO_LONG'
  | 'TEXT_UNSUPPORTED'
  | 'DATA_INVALID'
  | 'BUDGET_INVALID'
  | 'OPTION_INVALID'
  | 'NOT_WRITABLE'
  | 'ACCESS_DENIED'
  | 'DOWNLOAD_FAILED'
  | 'WORKER_FAILED'
  | 'DISPOSED'
  | 'ABORTED';

/** The one error class of this package: `code` for programs, `message` (what came, what was expected, how to mend it) for people. */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  constructor(
    readonly code: ModelErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The message of anything thrown, for quoting inside another message. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
