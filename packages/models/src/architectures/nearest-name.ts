/** Insertions, deletions and substitutions that make one word another. */
const editDistance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const substitution = (row[j] as number) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(substitution, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
};

/** Of the names, that which is written most like one that is none of them: the first of several. */
export const nearestName = (name: string, names: readonly string[]): string | undefined => {
  const written = name.toLowerCase().replaceAll('_', '-');
  const [nearest] = names
    .map((known) => ({ known, distance: editDistance(written, known) / Math.max(written.length, known.length) }))
    .sort((a, b) => a.distance - b.distance);
  return nearest?.known;
};
