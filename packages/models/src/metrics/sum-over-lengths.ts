/** The sum of what inputs of these numbers of tokens are worth each. Many are of the same length, and what that is worth is asked for once. */
export const sumOverLengths = (tokens: readonly number[], worth: (tokens: number) => number): number => {
  const inputs = new Map<number, number>();
  for (const count of tokens) inputs.set(count, (inputs.get(count) ?? 0) + 1);
  let sum = 0;
  for (const [count, times] of inputs) sum += times * worth(count);
  return sum;
};
