import { formatPoint } from '@length-adaptive/core';
import { megabytes } from '../chart/megabytes.js';
import { tableLines } from '../chart/table-lines.js';
import type { CompressResult } from './compress-result.js';

/** What was made smaller, and what it cost, as lines of plain text. */
export const compressText = ({ bytes, vocabulary, scored }: CompressResult): string[] => {
  const sizes = [
    ['', 'before', 'after'],
    ['weights', `${megabytes(bytes.before)} MB`, `${megabytes(bytes.after)} MB`],
    ['vocabulary', String(vocabulary.before), String(vocabulary.after)],
    ...(scored ? [['tokens a text', scored.meanTokens.before.toFixed(1), scored.meanTokens.after.toFixed(1)]] : []),
  ];
  if (!scored) return tableLines(sizes);
  const names = scored.metrics.flatMap((metric) => [`${metric} before`, 'after']);
  const flipped = scored.points.some(({ flips }) => flips !== undefined);
  const rows = scored.points.map(({ cost, scores, flips, point }) => [
    cost.toFixed(3),
    ...scores.flatMap(({ before, after }) => [before.toFixed(4), after.toFixed(4)]),
    ...(flipped ? [flips?.toFixed(4) ?? ''] : []),
    formatPoint(point),
  ]);
  return [
    ...tableLines(sizes),
    '',
    ...tableLines([['cost', ...names, ...(flipped ? ['flips'] : []), 'lengths'], ...rows]),
  ];
};
