import type { Output } from './io.js';

/** Shows how far something is. */
export interface Progress {
  /** @param note what else is worth knowing: a loss, a score */
  update(done: number, total: number, note?: string): void;
  /** Takes the line away. */
  end(): void;
}

export interface ProgressOptions {
  /** What is counted: "steps". */
  readonly unit: string;
  readonly quiet: boolean;
  /** Milliseconds now. Default `performance.now`. */
  readonly now?: () => number;
}

const barWidth = 20;
const redrawEvery = 100; // ms, on a terminal
const lineEvery = 10_000; // ms, elsewhere

/** `95` -> `1m35s`. */
export const formatSeconds = (seconds: number): string => {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
};

const bar = (share: number): string => {
  const filled = Math.round(share * barWidth);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
};

/**
 * A line of progress: bar, rate, remaining time, note. On a terminal it is redrawn in place; elsewhere a plain line comes
 * every ten seconds.
 */
export const createProgress = (
  output: Output,
  label: string,
  { unit, quiet, now = () => performance.now() }: ProgressOptions,
): Progress => {
  const { isTTY = false, columns = 80 } = output;
  let start: { readonly at: number; readonly done: number } | undefined;
  let shownAt = -Infinity;
  let drawn = false;

  const line = (done: number, total: number, note: string, at: number): string => {
    const seconds = (at - (start?.at ?? at)) / 1000;
    const rate = seconds > 0 ? (done - (start?.done ?? 0)) / seconds : 0;
    const timing = rate > 0 ? [`${rate.toPrecision(3)} ${unit}/s`, `${formatSeconds((total - done) / rate)} left`] : [];
    const share = Math.min(1, done / Math.max(total, 1));
    const counts = [`${Math.floor(share * 100)}%`, `${done}/${total} ${unit}`];
    return [label, ...(isTTY ? [bar(share)] : []), ...counts, ...timing, ...(note === '' ? [] : [note])].join('  ');
  };

  return {
    update: (done, total, note = '') => {
      if (quiet) return;
      const at = now();
      if (start === undefined) {
        start = { at, done };
        if (!isTTY) shownAt = at;
      }
      if (at - shownAt < (isTTY ? redrawEvery : lineEvery)) return;
      shownAt = at;
      const shown = line(done, total, note, at);
      output.write(isTTY ? `\r\x1b[2K${shown.slice(0, columns - 1)}` : `${shown}\n`);
      drawn = isTTY;
    },
    end: () => {
      if (drawn) output.write('\r\x1b[2K');
      drawn = false;
    },
  };
};
