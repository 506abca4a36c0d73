/**
 * How many tokens of a text and of its pair stay when they may have `room` tokens together: longest first, that is the
 * longer one gives way until both are equally long, then both do (the second keeps the odd one).
 */
export const longestFirst = (first: number, second: number, room: number): readonly [number, number] => {
  if (first + second <= room) return [first, second];
  const shorter = Math.min(first, second);
  const half = Math.floor(room / 2);
  const [low, high] = shorter <= half ? [shorter, room - shorter] : [half, room - half];
  return first <= second ? [low, high] : [high, low];
};
