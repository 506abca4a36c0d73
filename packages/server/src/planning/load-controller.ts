/** Moves the service along the Pareto set so that the queue stays short. */
export interface LoadController {
  /** Index of the dearest configuration that is allowed now. */
  readonly ceiling: number;
  /** Looks at the load; call it often while anything waits, and now and then while something is held back. */
  update(load: Load): void;
}

/** What the controller looks at. */
export interface Load {
  /** Milliseconds; any clock that only goes forward. */
  readonly now: number;
  /** How long the request that has waited longest for its turn has waited, in milliseconds; 0 when none waits. */
  readonly waitedMs: number;
  /** How long the last one that waits has to wait for those before it if no configuration above a ceiling ran, in milliseconds. */
  drainMs(ceiling: number): number;
  /** Whether a request has to wait for its turn. */
  readonly waits: boolean;
  /** For how long nothing waited and nothing ran, in milliseconds. */
  readonly idleMs: number;
  /** Share of the threads' time that requests as they come now would need under a ceiling. */
  utilization(ceiling: number): number;
}

export interface LoadControllerOptions {
  /** Configurations of the Pareto set. */
  readonly levels: number;
  /** Queue delay above which it goes down. */
  readonly targetDelayMs: number;
}

/** It goes up only to where this share of the threads' time would do. What lies between it and a queue keeps it from swinging. */
const relaxed = 0.75;

/** It goes down to where no more than this would be needed. */
const busy = 0.95;

/** Milliseconds of calm before a step up, and the most that steps which had to be taken back make of it. */
const firstCalmMs = 500;
const longestCalmMs = 8000;

/**
 * A controller on queue delay with hysteresis. It goes down at once, as far as clears the queue within the target and keeps up with the
 * requests that come; it goes up after a time of calm, as far as they leave threads idle, and by one step where nothing had to wait in that
 * time. The time of calm doubles whenever a step up had to be taken back. A service that is idle holds nothing back.
 */
export const createLoadController = ({ levels, targetDelayMs }: LoadControllerOptions): LoadController => {
  const top = levels - 1;
  const state = {
    ceiling: top,
    calmMs: firstCalmMs,
    calmSince: 0,
    waitedAt: 0,
    wentUp: -Infinity,
    wentDown: -Infinity,
  };

  const goDown = ({ now, drainMs, utilization }: Load): void => {
    let next = state.ceiling - 1;
    while (next > 0 && (drainMs(next) > targetDelayMs || utilization(next) > busy)) next -= 1;
    state.ceiling = next;
    state.calmMs = now - state.wentUp < 2 * state.calmMs ? Math.min(longestCalmMs, 2 * state.calmMs) : firstCalmMs;
    state.wentDown = now;
  };

  const goUp = ({ now, utilization }: Load): void => {
    let next = state.ceiling;
    while (next < top && utilization(next + 1) <= relaxed) next += 1;
    if (next === state.ceiling && now - state.waitedAt >= state.calmMs) next += 1; // one client after another may keep a thread busy
    if (next > state.ceiling) state.wentUp = now;
    state.ceiling = next;
    state.calmSince = now;
  };

  return {
    get ceiling() {
      return state.ceiling;
    },
    update: (load) => {
      const { now, waitedMs, waits, idleMs } = load;
      if (idleMs >= firstCalmMs) state.ceiling = top;
      const delay = Math.max(waitedMs, load.drainMs(state.ceiling));
      if (waits || delay > 0) state.waitedAt = now;
      if (delay > targetDelayMs) {
        state.calmSince = now;
        if (state.ceiling > 0 && now - state.wentDown >= targetDelayMs) goDown(load);
      } else if (state.ceiling < top && now - state.calmSince >= state.calmMs) goUp(load);
    },
  };
};
