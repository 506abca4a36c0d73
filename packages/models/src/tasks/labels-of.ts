import type { TaggedSentence } from '../datasets/conll.js';
import type { Example } from '../datasets/dataset.js';

/** The labels that examples carry, one or several each, sorted; numbers in numeric order. */
export const labelsOf = (examples: readonly Example[]): string[] => {
  const labels = [
    ...new Set(
      examples.flatMap(({ label, labels = [] }) => [...(label === undefined ? [] : [String(label)]), ...labels]),
    ),
  ];
  return labels.sort((a, b) =>
    Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? (a < b ? -1 : 1) : Number(a) - Number(b),
  );
};

/** The labels of texts: those of columns that hold one each, in that order, also one that no text has; else those that texts have. */
export const columnsOrLabels = (examples: readonly Example[], columns: readonly string[] = []): readonly string[] => {
  const found = labelsOf(examples);
  return columns.length > 0 && found.every((label) => columns.includes(label)) ? columns : found;
};

/** The tags that sentences carry: `O` first, then sorted. */
export const tagsOf = (sentences: readonly TaggedSentence[]): string[] => {
  const tags = new Set(sentences.flatMap((sentence) => sentence.tags));
  tags.delete('O');
  return ['O', ...[...tags].sort()];
};
