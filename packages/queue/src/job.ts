import { createHash } from 'node:crypto';
import { QueueError } from './errors.js';

/** What a job carries: one genome, and everything else that its result depends on. */
export interface JobData {
  readonly study: unknown;
  readonly genome: unknown;
  /** What names the genotype. */
  readonly key: string;
}

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** JSON in which the order of properties makes no difference; undefined for what JSON does not hold. */
const canonical = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value, sorted);
  } catch {
    return undefined;
  }
};

/**
 * Makes the ids of a study's jobs: the same study and genotype have the same id, whoever asks and however often, so that Redis holds
 * one job for them and keeps its result.
 *
 * @throws QueueError `OPTION_INVALID` for a study that JSON cannot hold
 */
export const jobIdsOf = (study: unknown): ((key: string) => string) => {
  const text = canonical(study);
  if (text === undefined)
    throw new QueueError(
      'OPTION_INVALID',
      'study cannot be written as JSON; expected everything beside the genome that a result depends on, as plain data.',
    );
  const digest = createHash('sha256').update(text).digest();
  return (key) => `g-${createHash('sha256').update(digest).update(key).digest('hex').slice(0, 32)}`; // BullMQ takes no number as an id
};
