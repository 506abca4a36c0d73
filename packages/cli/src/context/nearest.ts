/** Number of single-character changes between two words (Levenshtein). */
const distance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
};

const plain = (word: string): string => word.toLowerCase().replace(/[-_\s]/g, '');

/** The known word that an unknown one most likely stands for; undefined without known words. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const scored = known.map((candidate) => ({ candidate, score: distance(plain(word), plain(candidate)) }));
  return scored.sort((a, b) => a.score - b.score)[0]?.candidate;
};
