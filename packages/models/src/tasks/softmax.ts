/** Probabilities of logits. */
export const softmax = (logits: ArrayLike<number>): number[] => {
  let highest = -Infinity;
  for (let i = 0; i < logits.length; i++) highest = Math.max(highest, logits[i] as number);
  const powers = Array.from(logits, (logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

/** Probability that a logit of its own stands for. */
export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Place of the largest value; the first of equals. */
export const argMax = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
};

/** KL(full || reduced) of the distributions that two lists of logits stand for. */
export const logitDivergence = (full: ArrayLike<number>, reduced: ArrayLike<number>): number => {
  const q = softmax(reduced);
  return softmax(full).reduce((sum, p, i) => sum + (p > 0 ? p * Math.log(p / Math.max(q[i] ?? 0, 1e-12)) : 0), 0);
};

/** Every `step`-th value from `first`. */
export const strided = (values: ArrayLike<number>, first: number, step: number): number[] =>
  Array.from({ length: Math.ceil((values.length - first) / step) }, (_, i) => values[first + i * step] as number);
