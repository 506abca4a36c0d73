import type { Encoding } from '@length-adaptive/models';
import { Type, type Static } from 'typebox';

export const simpleToken = Type.Object({
  id: Type.Integer(),
  text: Type.String(),
  special: Type.Boolean(),
  start: Type.Union([Type.Integer(), Type.Null()], { description: 'In Unicode characters; null for special tokens.' }),
  stop: Type.Union([Type.Integer(), Type.Null()], { description: 'Excluded.' }),
});

/** For each place of a text in UTF-16 units, its place in Unicode characters. */
const charactersBefore = (text: string): number[] => {
  const before: number[] = [];
  let characters = 0;
  for (const character of text) {
    for (let unit = 0; unit < character.length; unit++) before.push(characters);
    characters += 1;
  }
  return [...before, characters];
};

/** The tokens of a text as Text Embeddings Inference writes them. */
export const simpleTokens = (
  text: string,
  { ids, tokens, offsets, sequenceIds }: Encoding,
  withSpecial: boolean,
): Static<typeof simpleToken>[] => {
  const before = charactersBefore(text);
  return ids.flatMap((id, at) => {
    const special = sequenceIds[at] === null;
    if (special && !withSpecial) return [];
    const [start, stop] = offsets[at] ?? [];
    return {
      id,
      text: start === undefined || stop === undefined ? (tokens[at] ?? '') : text.slice(start, stop),
      special,
      start: start === undefined ? null : (before[start] ?? null),
      stop: stop === undefined ? null : (before[stop] ?? null),
    };
  });
};
