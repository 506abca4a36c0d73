import { Type } from 'typebox';
import type { ServerErrorCode } from '../errors.js';
import type { ErrorFormat } from './error-body.js';

/** The words of the protocol for our codes, and its status where it is not ours. */
const errorTypes: Partial<Record<ServerErrorCode, readonly [type: string, status?: number]>> = {
  REQUEST_INVALID: ['Validation', 422],
  TEXT_EMPTY: ['Empty', 400],
  TEXT_TOO_LONG: ['Validation', 413],
  INTERNAL: ['Backend', 424],
  WORKER_CRASHED: ['Backend', 424],
  OVERLOADED: ['Overloaded'],
  TIMED_OUT: ['Overloaded'],
  SHUTTING_DOWN: ['Unhealthy'],
  MODEL_NOT_READY: ['Unhealthy'],
};

/** Errors as Text Embeddings Inference writes them. A body that is not JSON is a 400, JSON that is not as expected a 422. */
export const textEmbeddingsErrors: ErrorFormat = ({ code, status, message }, { bodyRead }) => {
  const [error_type, own = status] = errorTypes[code] ?? ['Validation'];
  return { status: code === 'REQUEST_INVALID' && !bodyRead ? 400 : own, body: { error: message, error_type } };
};

export const textEmbeddingsErrorSchema = Type.Object({ error: Type.String(), error_type: Type.String() });
