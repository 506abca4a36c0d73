import fc from 'fast-check';
import { addedTokenSplitter } from './added-token-splitter.js';
import type { AddedToken } from './added-tokens.js';

const token = (content: string, flags: Partial<AddedToken> = {}): AddedToken => ({ id: 0, content, special: false, normalized: false, single_word: false, lstrip: false, rstrip: false, ...flags });
const splitter = (...tokens: AddedToken[]) => addedTokenSplitter(new Map(tokens.map((added) => [added.content, added])));
const parts = (tokens: readonly AddedToken[], text: string) => splitter(...tokens)(text).map(({ start, end, token: added }) => `${added ? '*' : ''}${text.slice(start, end)}`);

test.each<[string, readonly AddedToken[], string, string[]]>([
  ['the longest that fits', [token('ab'), token('abc')], 'ababcab', ['*ab', '*abc', '*ab']],
  ['characters of patterns as they are', [token('[E1]'), token('a.c'), token('$^')], '[E1]abca.c$^', ['*[E1]', 'abc', '*a.c', '*$^']],
  ['a word of its own, by the letters of any script', [token('graft', { single_word: true })], 'graft grafts _graft graft2 égraft graft\u0301 北graft 𐐀graft graft! graft', ['*graft', ' grafts _graft graft2 égraft graft\u0301 北graft 𐐀graft ', '*graft', '! ', '*graft']],
  ['one that is passed over hides what it holds', [token('aba', { single_word: true }), token('ba')], 'abax ba', ['abax ', '*ba']],
  ['white space of any kind before it', [token('<l>', { lstrip: true })], 'a \u3000\u0085<l> b', ['a', '* \u3000\u0085<l>', ' b']],
  ['white space after it, which the next cannot take', [token('<r>', { rstrip: true }), token('<l>', { lstrip: true })], '<r>  <l>x', ['*<r>  ', '*<l>', 'x']],
  ['no tokens', [], 'text', ['text']],
])('finds %s', (_, tokens, text, expected) => {
  expect(parts(tokens, text)).toEqual(expected);
});

test('sections follow each other from end to end, and a token is where it says', () => {
  const tokens = [token('a'), token('ab', { single_word: true }), token('😀', { lstrip: true }), token('b ', { rstrip: true })];
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', ' ', '😀', '\u00a0', 'é', '\ud83d', '_')).map((units) => units.join('')), (text) => {
      const sections = splitter(...tokens)(text);
      expect(sections.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
      for (const { start, end, token: added } of sections) {
        expect(start).toBeLessThan(end);
        if (added) expect(text.slice(start, end).trim()).toBe(added.content.trim());
      }
    }),
  );
});
