/** How much longer the queue takes than predicted: overheads, other programs on the machine, requests that load could not shorten. */
export interface WaitCorrection {
  /** What to multiply predictions of the wait with; never below 1. */
  readonly factor: number;
  observe(predictedMs: number, actualMs: number): void;
}

const decay = 0.9;

/** Waits below this tell more of the clock than of the queue: as predicted, if they were short. */
const shortestMs = 20;

const highestFactor = 4;

export const createWaitCorrection = (): WaitCorrection => {
  let factor = 1;
  return {
    get factor() {
      return factor;
    },
    observe: (predictedMs, actualMs) => {
      if (predictedMs < shortestMs && actualMs >= shortestMs) return;
      const ratio = predictedMs < shortestMs ? 1 : Math.min(highestFactor, actualMs / predictedMs);
      factor = Math.max(1, decay * factor + (1 - decay) * ratio);
    },
  };
};
