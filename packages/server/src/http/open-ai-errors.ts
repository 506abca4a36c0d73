import { Type } from 'typebox';
import type { ServerErrorCode } from '../errors.js';
import type { ErrorFormat } from './error-body.js';

/** What OpenAI calls a bad request where other protocols have a status of their own: its clients tell the two apart by class. */
const badRequests: readonly ServerErrorCode[] = ['TEXT_EMPTY', 'TEXT_TOO_LONG'];

/** Errors as OpenAI writes them; `code` is ours. */
export const openAiErrors: ErrorFormat = ({ code, status, message }) => ({
  status: badRequests.includes(code) ? 400 : status,
  body: {
    error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param: null, code },
  },
});

export const openAiErrorSchema = Type.Object({
  error: Type.Object({ message: Type.String(), type: Type.String(), param: Type.Null(), code: Type.String() }),
});
