import type { OperatingPoint } from '@length-adaptive/core/lengths';

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
  | 'IMAGE_INVALID'
  | 'PEER_MISSING'
  | 'DATA_INVALID'
  | 'BUDGET_INVALID'
  | 'BUDGET_INFEASIBLE'
  | 'OPTION_INVALID'
  | 'NOT_FINITE'
  | 'INDEX_MISMATCH'
  | 'MACHINE_MISMATCH'
  | 'NOT_WRITABLE'
  | 'ACCESS_DENIED'
  | 'DOWNLOAD_FAILED'
  | 'WORKER_FAILED'
  | 'DISPOSED'
  | 'ABORTED';

/** The point that comes closest to a budget which none keeps. */
export interface NearestPoint {
  readonly point: OperatingPoint;
  /** The smallest share of the full model's MACs that can be had, for the text at hand where there is one. */
  readonly cost: number;
}

/** The one error class of this package: `code` for programs, `message` (what came, what was expected, how to mend it) for people. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  /** With `BUDGET_INFEASIBLE` where no point keeps a budget of cost. */
  declare readonly nearest?: NearestPoint;

  constructor(
    readonly code: ModelErrorCode,
    message: string,
    { nearest, ...options }: { readonly cause?: unknown; readonly nearest?: NearestPoint | undefined } = {},
  ) {
    super(message, options);
    if (nearest) this.nearest = nearest;
  }
}

/** The message of anything thrown, for quoting inside another message. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
