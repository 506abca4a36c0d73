/** Words that stand together and are compared. */
const window = 4;

/** Runs of `window` words, each as a number: two texts share one where they share the words, whatever their case and signs. */
const runsOf = (text: string): Set<number> => {
  const words = text.toLowerCase().match(/[a-z]{2,}/g) ?? [];
  const runs = new Set<number>();
  for (let at = 0; at + window <= words.length; at += 1) {
    let hash = 0x811c9dc5; // FNV-1a
    for (const character of words.slice(at, at + window).join(' '))
      hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
    runs.add(hash);
  }
  return runs;
};

/**
 * Which of these texts are no near-duplicates of one before them: at most `share` of the runs of four words of the shorter of the two
 * stand in the other. Mails that were sent to many in slightly other words go, and answers that quote what they answer.
 *
 * @returns places in `texts`, in their order
 */
export const distinctTexts = (texts: readonly string[], share = 0.3): number[] => {
  const holders = new Map<number, number[]>(); // run -> the kept texts that have it
  const sizes: number[] = [];
  return [...texts.keys()].filter((place) => {
    const runs = runsOf(texts[place] ?? '');
    if (runs.size === 0) return false;
    const common = new Map<number, number>();
    for (const run of runs) for (const kept of holders.get(run) ?? []) common.set(kept, (common.get(kept) ?? 0) + 1);
    for (const [kept, count] of common) if (count > share * Math.min(runs.size, sizes[kept] ?? 0)) return false;
    const number = sizes.push(runs.size) - 1;
    for (const run of runs) holders.set(run, [...(holders.get(run) ?? []), number]);
    return true;
  });
};
