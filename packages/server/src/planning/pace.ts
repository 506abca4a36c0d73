/** How much longer the queue takes than predicted: overheads, other programs on the machine, requests that load could not shorten. */
export interface Pace {
  /** What to multiply predictions of the wait with; never below 1. */
  readonly factor: number;
  observe(predictedMs: number, actualMs: number): void;
}

const memory = 0.9;

/** Waits below this tell more of the clock than of the queue: as predicted, if they were short. */
const shortestMs = 20;

const most = 4;

export const createPace = (): Pace => {
  let factor = 1;
  return {
    get factor() {
      return factor;
    },
    observe: (predictedMs, actualMs) => {
      if (predictedMs < shortestMs && actualMs >= shortestMs) return;
      const ratio = predictedMs < shortestMs ? 1 : Math.min(most, actualMs / predictedMs);
      factor = Math.max(1, memory * factor + (1 - memory) * ratio);
    },
  };
};
