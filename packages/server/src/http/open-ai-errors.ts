import { Type } from 'typebox';
import type { ErrorFormat } from './error-body.js';

/** Errors as OpenAI writes them; `code` is ours. */
export const openAiErrors: ErrorFormat = ({ code, status, message }) => ({
  status,
  body: {
    error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', param: null, code },
  },
});

export const openAiErrorSchema = Type.Object({
  error: Type.Object({ message: Type.String(), type: Type.String(), param: Type.Null(), code: Type.String() }),
});
