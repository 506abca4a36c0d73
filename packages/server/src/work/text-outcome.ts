import type { Prediction } from '@length-adaptive/models';
import type { ServerErrorCode } from '../errors.js';
import { ServerError } from '../errors.js';
import type { Job } from './job.js';

/** One more text of a job is done with. A request none of whose texts could be read is refused for the first of them. */
const countDone = (job: Job): void => {
  job.unanswered -= 1;
  if (job.unanswered === 0)
    job.settle(job.predictions.size > 0 ? undefined : job.refused.get(Math.min(...job.refused.keys())));
};

/** A text is answered. */
export const answerText = (job: Job, text: number, prediction: Prediction): void => {
  job.predictions.set(text, prediction);
  countDone(job);
};

/** What a text's own failure says; a fault of ours tells the client nothing, and the log all. */
const failureOf = (code: ServerErrorCode, message: string, which: string): ServerError =>
  code === 'INTERNAL'
    ? new ServerError(code, 'The server failed at this request; its log says where.', { cause: new Error(message) })
    : new ServerError(code, `${which}${message}`);

/** A text cannot be read: that ends its request, unless it may go without. */
export const refuseText = (
  job: Job,
  text: number,
  { code, message }: { readonly code: ServerErrorCode; readonly message: string },
): void => {
  const failure = failureOf(code, message, job.tokens.length > 1 ? `Text ${text}: ` : '');
  if (!job.request.partial || code === 'INTERNAL') return job.settle(failure);
  job.refused.set(text, failure);
  countDone(job);
};
