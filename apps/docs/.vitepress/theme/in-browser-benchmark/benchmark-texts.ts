const words =
  'the film begins slowly and finds its feet in the second act where two old friends talk about the town they left and what they never said to each other it is ' +
  'warm and a little clumsy but the actors carry every scene and the ending is worth the wait';

/** Lengths that a reader may choose, in words. */
export const wordCounts = [12, 48, 112, 240] as const;

/** A text of so many words. */
export const textOf = (count: number): string => {
  const all = words.split(' ');
  return Array.from({ length: count }, (_, i) => all[i % all.length]).join(' ');
};
