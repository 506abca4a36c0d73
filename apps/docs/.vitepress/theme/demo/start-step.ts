/** Where the slider stands at first, counted from the full length: the point nearest to half of the full cost, and never the full length where there is another. */
export const startStep = (costs: readonly number[]): number => {
  const reduced = [...costs.keys()].slice(1);
  const farness = (step: number): number => Math.abs((costs[step] ?? 1) - 0.5);
  return reduced.reduce((best, step) => (farness(step) < farness(best) ? step : best), reduced[0] ?? 0);
};
