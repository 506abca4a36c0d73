import type { AbortSignalLike } from '../problem.js';

/** The `AbortSignal` of your platform, so that it goes straight into `fetch`; a compiler without DOM or Node types sees the part that is used here. */
export type PlatformAbortSignal = typeof globalThis extends {
  AbortSignal: { prototype: infer Signal extends AbortSignalLike };
}
  ? Signal
  : AbortSignalLike;

/** An `AbortController`. */
export interface PlatformAbortController {
  readonly signal: PlatformAbortSignal;
  abort(reason?: unknown): void;
}

/** The timers and abort signals that browsers, Node, Deno, Bun and edge runtimes have in common. */
interface Platform {
  readonly AbortController: new () => PlatformAbortController;
  setTimeout(call: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

const platform = globalThis as unknown as Platform;

/** The longest delay a timer takes, in milliseconds: about 25 days. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const createAbortController = (): PlatformAbortController => new platform.AbortController();

/**
 * Calls `call` once, `ms` milliseconds from now.
 *
 * @returns what cancels it
 */
export const after = (ms: number, call: () => void): (() => void) => {
  const timer = platform.setTimeout(call, Math.min(ms, LONGEST_TIMER_MS));
  return () => platform.clearTimeout(timer);
};
