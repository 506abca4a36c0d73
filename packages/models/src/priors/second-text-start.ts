import type { EncoderInput } from '@length-adaptive/core';

/**
 * Where the second text of a pair begins: with segment 1, or, in families without segments, behind two separators side by side. A separator
 * is what ends the input. Undefined for one text.
 */
export const secondTextStart = ({ ids, typeIds = [] }: EncoderInput): number | undefined => {
  const segment = Array.from(typeIds).indexOf(1);
  if (segment > 0) return segment;
  const separator = ids[ids.length - 1];
  for (let at = 1; at + 2 < ids.length; at++) if (ids[at] === separator && ids[at + 1] === separator) return at + 2;
  return undefined;
};
