import type { Context } from '../context/command.js';
import { formatSeconds } from '../context/progress.js';

/** Says what is done, a line a step. */
export interface Steps {
  /**
   * Does a piece of work and says so in one line, with the time it took; until then, how far it is.
   *
   * @param title what is done; or, from what came of it, what was done
   * @param work is given a context in which a command prints nothing
   */
  step<T>(
    title: string | ((done: T) => string),
    work: (quiet: Context) => Promise<T>,
    options?: { readonly while?: string },
  ): Promise<T>;
  /** Seconds since the first. */
  seconds(): number;
}

const width = 66;

/** Steps that are numbered from 1. */
export const createSteps = (context: Context, now: () => number = () => performance.now()): Steps => {
  const begin = now();
  let count = 0;
  return {
    seconds: () => (now() - begin) / 1000,
    step: async (title, work, { while: meanwhile } = {}) => {
      count += 1;
      const number = String(count).padStart(2);
      const label = meanwhile ?? (typeof title === 'string' ? title : '');
      const start = now();
      const isShown = context.io.stderr.isTTY === true;
      if (isShown) context.io.stderr.write(`${number}  ${label} …`);
      const done = await work({
        ...context,
        print: () => undefined,
        note: () => undefined,
        progress: (_, unit) => context.progress(`${number}  ${label}`, unit),
      });
      if (isShown) context.io.stderr.write('\r\x1b[2K');
      const said = typeof title === 'string' ? title : title(done);
      context.print(`${number}  ${said.padEnd(width)} ${formatSeconds((now() - start) / 1000).padStart(6)}`);
      return done;
    },
  };
};
