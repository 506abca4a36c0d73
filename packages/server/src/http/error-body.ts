import { Type } from 'typebox';
import type { ServerError } from '../errors.js';

/** What is known of the request that an error answers. */
export interface FailedRequest {
  /** Whether its body could be read, whatever is in it. */
  readonly bodyRead: boolean;
}

/** How an error reads in one protocol. */
export type ErrorFormat = (
  error: ServerError,
  request: FailedRequest,
) => { readonly status: number; readonly body: object };

/** Our own, which the Open Inference Protocol reads too: its `error`, then a `code` for programs and what else is worth knowing. */
export const plainError: ErrorFormat = ({ status, code, message, details }) => ({
  status,
  body: { ...details, error: message, code },
});

export const errorSchema = Type.Object(
  {
    error: Type.String({ description: 'What was wrong, what was expected, how to mend it.' }),
    code: Type.String({ description: 'The same as one word, for programs.' }),
  },
  {
    description: 'Any failure; `BUDGET_INFEASIBLE` tells the `nearest` configuration, and what it costs the text.',
    additionalProperties: true,
  },
);
