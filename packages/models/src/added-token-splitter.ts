import type { AddedToken } from './added-tokens.js';

/** A part of a text: an added token, or what stands between two. */
export interface TextSection {
  readonly start: number;
  readonly end: number;
  readonly token?: AddedToken;
}

/** What Rust's `\w` matches: a letter, mark, digit or connector of any script. */
export const wordCharacters = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';

const endsWithWord = new RegExp(`[${wordCharacters}]$`, 'u');
const startsWithWord = new RegExp(`^[${wordCharacters}]`, 'u');
const isSpace = (character: string | undefined): boolean => character !== undefined && /\p{White_Space}/u.test(character);

const isSingleWord = (text: string, start: number, end: number): boolean =>
  !endsWithWord.test(text.slice(Math.max(0, start - 2), start)) && !startsWithWord.test(text.slice(end, end + 2)); // two units: one character at most matters

/**
 * Cuts a text at the added tokens it holds, as the Rust library does: from the left, the longest that fits; one that must be a word of its own is passed over
 * inside of words; white space that a token takes is part of it.
 *
 * @param tokens by the text that is looked for
 */
export const addedTokenSplitter = (tokens: ReadonlyMap<string, AddedToken>): ((text: string) => readonly TextSection[]) => {
  const wanted = [...tokens.keys()].filter((content) => content !== '').sort((a, b) => b.length - a.length);
  if (wanted.length === 0) return (text) => [{ start: 0, end: text.length }];
  const pattern = new RegExp(wanted.map((content) => content.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
  return (text) => {
    const sections: TextSection[] = [];
    let done = 0;
    for (const { 0: found, index } of text.matchAll(pattern)) {
      const token = tokens.get(found);
      let [start, end] = [index, index + found.length];
      if (!token || start < done || (token.single_word && !isSingleWord(text, start, end))) continue;
      if (token.lstrip) while (start > done && isSpace(text[start - 1])) start -= 1;
      if (token.rstrip) while (isSpace(text[end])) end += 1;
      if (start > done) sections.push({ start: done, end: start });
      sections.push({ start, end, token });
      done = end;
    }
    if (done < text.length) sections.push({ start: done, end: text.length });
    return sections;
  };
};
