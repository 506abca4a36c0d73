/** The steps of a run on the screen: a line each as it ends, and on a terminal a last line that says what runs now. */
import { stripVTControlCharacters } from 'node:util';

/**
 * How a step ended.
 *
 * @typedef {object} Ended
 * @property {string} step its name
 * @property {string} status as Nx says it: success, failure, local-cache, ...
 * @property {number} [seconds] that it took
 * @property {string} [output] what it printed, whole; shown where it failed
 */

const FAILED = ['failure', 'stopped'];

/** @param {number} seconds */
const format = (seconds) => `${seconds.toFixed(1)} s`;

/**
 * One line: `  12.3 s  core:build`, `  cached  core:build`, `  failed  core:build, 12.3 s`.
 *
 * @param {Ended} ended
 */
export const formatStep = ({ step, status, seconds = 0 }) => {
  if (FAILED.includes(status)) return `${'failed'.padStart(9)}  ${step}, ${format(seconds)}`;
  const what = status === 'not-run' ? 'not run' : status.includes('cache') ? 'cached' : format(seconds);
  return `${what.padStart(9)}  ${step}`;
};

/**
 * What runs now, cut to the width of a terminal.
 *
 * @param {ReadonlyMap<string, number>} running the seconds since each step started
 * @param {string} progress such as `3 of 12`
 * @param {number} columns
 */
export const formatRunning = (running, progress, columns) => {
  const steps = [...running].map(([step, seconds]) => `${step} ${Math.floor(seconds)} s`);
  return `${progress.padStart(9)}  ${steps.join(', ')}`.slice(0, columns - 1);
};

/** @typedef {ReturnType<typeof showSteps>} Steps */

/**
 * Shows steps as they start and end.
 *
 * @param {{ isTTY?: boolean, columns?: number, write: (text: string) => unknown }} [screen]
 */
export const showSteps = (screen = process.stdout) => {
  /** @type {Map<string, number>} when each step started, in milliseconds */
  const started = new Map();
  let total = 0;
  let done = 0;

  const clear = () => screen.isTTY && screen.write('\r\x1b[K');
  const draw = () => {
    if (!screen.isTTY || started.size === 0) return;
    const now = Date.now();
    const running = new Map([...started].map(([step, since]) => [step, (now - since) / 1000]));
    const progress = total > 0 ? `${done} of ${total}` : '';
    screen.write(`\r\x1b[K${formatRunning(running, progress, screen.columns ?? 80)}`);
  };
  const timer = screen.isTTY ? setInterval(draw, 1000) : undefined;
  timer?.unref();

  return {
    /** @param {number} steps how many more there will be */
    expect(steps) {
      total += steps;
    },
    /** @param {string} step */
    start(step) {
      started.set(step, Date.now());
      draw();
    },
    /** @param {Ended} ended */
    end(ended) {
      started.delete(ended.step);
      done += 1;
      clear();
      screen.write(`${formatStep(ended)}\n`);
      const output = FAILED.includes(ended.status) ? (ended.output ?? '').trimEnd() : '';
      if (output !== '') screen.write(`\n${screen.isTTY ? output : stripVTControlCharacters(output)}\n\n`);
      draw();
    },
    close() {
      clearInterval(timer);
      clear();
    },
  };
};
