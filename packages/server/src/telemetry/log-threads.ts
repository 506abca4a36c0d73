import { placeOf } from '../errors.js';
import type { ThreadEvent } from '../pool/model-thread-host.js';
import type { Log } from './log.js';
import type { ModelLabel } from './observer.js';

/** Why a thread ended. An error that the program in it did not catch may quote a text: of that one its kind and its place only. */
const reasonOf = (cause: unknown): object => {
  const { code, name, message } = cause as Partial<NodeJS.ErrnoException>;
  const byNode = code?.startsWith('ERR_WORKER') === true || /^worker exited with code: \d+$/.test(message ?? '');
  return { reason: byNode ? message : (name ?? typeof cause), code, place: byNode ? undefined : placeOf(cause) };
};

/**
 * Logs what happens to the threads of a model.
 *
 * @param openThreads threads that can run the model after that
 */
export const logThreadEvent = (
  log: Log,
  { name, version }: ModelLabel,
  event: ThreadEvent,
  openThreads: number,
): void => {
  const about = { model: `${name}/${version}`, open_threads: openThreads };
  if (event.kind === 'opened') log.info(about, 'a worker thread has the model open again');
  else if (event.kind === 'ended')
    log.error({ ...about, ...reasonOf(event.cause) }, 'a worker thread ended, and is started again');
  else
    log.error(
      { ...about, reason: event.reason, again_in_ms: event.againInMs },
      'a worker thread cannot open the model, and tries again',
    );
};
