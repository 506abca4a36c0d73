import type { Prediction } from '@length-adaptive/models';
import { ServerError } from '../errors.js';
import type { Choices } from '../planning/choices.js';
import { nearestDetails } from '../planning/choices.js';
import type { ThreadFailure } from '../pool/thread-messages.js';
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

/** A fault of ours as the log reads it: where it happened, in the thread. */
const faultOf = ({ message, place }: ThreadFailure): Error => {
  const fault = new Error(message);
  if (place !== undefined) fault.stack = `Error\n${place}`;
  return fault;
};

/** What a text's own failure says; a fault of ours tells the client nothing, and the log where it happened. */
const failureOf = (failure: ThreadFailure, which: string, { allowed }: Choices): ServerError =>
  failure.code === 'INTERNAL'
    ? new ServerError(failure.code, 'The server failed at this request; its log says where.', {
        cause: faultOf(failure),
      })
    : new ServerError(failure.code, `${which}${failure.message}`, {
        ...(failure.nearest && { details: nearestDetails(allowed, failure.nearest) }),
      });

/** A text cannot be read: that ends its request, unless it may go without. */
export const refuseText = (job: Job, text: number, answer: ThreadFailure): void => {
  const { numbers } = job.request;
  const which = numbers || job.tokens.length > 1 ? `Text ${numbers?.[text] ?? text}: ` : '';
  const failure = failureOf(answer, which, job.choices);
  if (!job.request.partial || answer.code === 'INTERNAL') return job.settle(failure);
  job.refused.set(text, failure);
  countDone(job);
};
