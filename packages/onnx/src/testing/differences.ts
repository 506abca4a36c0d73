/** Largest absolute difference of two arrays of equal length; NaN anywhere gives NaN, which no bound lets pass. */
export const largestDifference = (given: ArrayLike<number>, expected: ArrayLike<number>): number => {
  expect(given.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((given[i] as number) - (expected[i] as number));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
};
