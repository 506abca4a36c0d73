/** The share of the peak learning rate at an optimisation step: linear warm-up, then linear decay to zero. */
export const linearSchedule = (step: number, totalSteps: number, warmupRatio = 0): number => {
  const warmup = Math.ceil(totalSteps * warmupRatio);
  if (step < warmup) return (step + 1) / warmup;
  return Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmup));
};
