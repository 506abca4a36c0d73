/**
 * Okapi BM25 (Robertson & Zaragoza 2009): the first search, whose hits are ranked again. Of our own, for of the packages that have it minisearch
 * counts distinct words as the length of a document, and finds less; wink-bm25-text-search finds the same, without types and with the model of a
 * language beside it.
 */

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Saturation of a word's count, and how much a document's length counts. */
const [k1, b] = [0.9, 0.4];

export interface Bm25 {
  /** Places of the best documents for a query, the best first; ties in the order of the documents. */
  search(query: string, count: number): number[];
}

/** An index over texts. */
export const createBm25 = (texts: readonly string[]): Bm25 => {
  const postings = new Map<string, Map<number, number>>();
  const lengths = texts.map((text, document) => {
    const words = wordsOf(text);
    for (const word of words) {
      const found = postings.get(word) ?? new Map<number, number>();
      found.set(document, (found.get(document) ?? 0) + 1);
      postings.set(word, found);
    }
    return words.length;
  });
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length);
  return {
    search: (query, count) => {
      const scores = new Map<number, number>();
      for (const word of new Set(wordsOf(query))) {
        const found = postings.get(word);
        if (!found) continue;
        const rarity = Math.log(1 + (texts.length - found.size + 0.5) / (found.size + 0.5));
        for (const [document, times] of found) {
          const norm = k1 * (1 - b + (b * (lengths[document] ?? 0)) / meanLength);
          scores.set(document, (scores.get(document) ?? 0) + (rarity * times * (k1 + 1)) / (times + norm));
        }
      }
      return [...scores]
        .sort(([one, a], [other, z]) => z - a || one - other)
        .slice(0, count)
        .map(([document]) => document);
    },
  };
};
