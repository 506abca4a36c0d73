import type { Inspection, RunnableTextModel } from '@length-adaptive/models';

/** A piece of the text, as it is shown. */
export interface ShownToken {
  readonly shown: string;
  /** Whether a space stands before it. */
  readonly spaced: boolean;
}

/** A row of the picture: the tokens a layer let through. */
export interface KeptRow {
  readonly name: string;
  readonly kept: ReadonlySet<number>;
}

/** What tells tokens by their ids. */
type IdReader = Pick<RunnableTextModel['tokenizer'], 'decode' | 'tokenOf'>;

/** How vocabularies mark a token that a space stands before. */
const spaceMark = /^[\u0120\u2581]/;

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** Columns a text takes on a terminal. */
export const displayWidth = (text: string): number =>
  Array.from(text).reduce(
    (width, character) => width + (/\p{Mn}|\p{Cf}/u.test(character) ? 0 : wide.test(character) ? 2 : 1),
    0,
  );

/** The tokens as they stand in the text; special ones by their name. */
export const shownTokens = (
  { tokens, offsets, sequenceIds }: Inspection['encoding'],
  texts: readonly string[],
): ShownToken[] =>
  tokens.map((token, i) => {
    const offset = offsets[i];
    const text = texts[sequenceIds[i] ?? 0] ?? '';
    const before = offsets[i - 1];
    const joined = offset && before && sequenceIds[i] === sequenceIds[i - 1] && before[1] >= offset[0];
    const piece = offset ? text.slice(...offset) : token;
    return { shown: piece.replace(/\p{Cc}/gu, ' '), spaced: i > 0 && !joined };
  });

/** Tokens by their ids alone, where the text is not at hand. */
export const shownIds = (ids: ArrayLike<number>, { decode, tokenOf }: IdReader): ShownToken[] => {
  const names = Array.from(ids, (id) => tokenOf(id) ?? `#${id}`);
  const marks = names.some((name) => spaceMark.test(name)); // else pieces that go on with a word are marked
  return names.map((name, i) => {
    const piece = decode([ids[i] ?? 0])
      .replace(/^##/, '')
      .trim();
    const isSpecial = piece === '';
    const joined = !isSpecial && (marks ? !spaceMark.test(name) : name.startsWith('##'));
    return { shown: (isSpecial ? name : piece).replace(/\p{Cc}/gu, ' '), spaced: i > 0 && !joined };
  });
};

/** For each layer the groups of tokens that became one in it, with all that they have been before, in the order of the text. */
export const mergedGroups = (mergedInto: readonly (readonly number[])[]): number[][][] =>
  mergedInto.map((owners, layer) => {
    const before = mergedInto[layer - 1] ?? owners.map((_, position) => position);
    const groups = new Map<number, number[]>();
    owners.forEach((into, position) => groups.set(into, [...(groups.get(into) ?? []), position]));
    return [...groups.values()].filter((members) => new Set(members.map((position) => before[position])).size > 1);
  });

/** Groups of tokens that fit side by side into a width. */
export const wrapTokens = (tokens: readonly ShownToken[], width: number): number[][] => {
  const groups: number[][] = [];
  let used = 0;
  tokens.forEach(({ shown, spaced }, i) => {
    const size = displayWidth(shown) + (spaced ? 1 : 0);
    const current = groups.at(-1);
    if (current === undefined || used + size > width) {
      groups.push([i]);
      used = size;
    } else {
      current.push(i);
      used += size;
    }
  });
  return groups;
};

/** A row's tokens in a line: dropped ones as dots of the same width, or as `fade` shows them. */
export const formatRow = (
  tokens: readonly ShownToken[],
  group: readonly number[],
  kept: ReadonlySet<number>,
  fade?: (text: string) => string,
): string =>
  group
    .map((index, place) => {
      const { shown, spaced } = tokens[index] ?? { shown: '', spaced: false };
      const gap = place > 0 && spaced ? ' ' : '';
      if (kept.has(index)) return gap + shown;
      return gap + (fade ? fade(shown) : '·'.repeat(displayWidth(shown)));
    })
    .join('');
