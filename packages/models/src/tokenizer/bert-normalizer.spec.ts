import fc from 'fast-check';
import { originalSpan } from './aligned-text.js';
import { bertNormalizer } from './bert-normalizer.js';

const uncased = bertNormalizer();
const cased = bertNormalizer({ lowercase: false });
const graphemes = fc.string({ unit: 'grapheme' });

describe('bertNormalizer', () => {
  test.each([
    ['plain ASCII', 'Hello,\tWorld\r\n', 'hello, world  '],
    ['accents in one code point', 'Éà', 'ea'],
    ['accents as combining marks', 'E\u0301a\u0300', 'ea'],
    ['dotted capital I', 'İ', 'i'],
    ['Chinese', 'a中b', 'a 中 b'],
    ['Chinese beyond the first plane', 'a\u{20000}b', 'a \u{20000} b'],
    ['compatibility ideograph', '\uf900', ' \u8c48 '],
    ['kana and Hangul stay together', 'かな한', 'かな\u1112\u1161\u11ab'],
    ['control, format and replacement characters', 'a\0b\u200dc\ufffdd\u00ade', 'abcde'],
    ['lone surrogates', 'a\ud800b', 'ab'],
    ['other white space', 'a\u00a0b\u3000c', 'a b c'],
    ['emoji with variation selector', '❤️', '❤'],
    ['final sigma, letter by letter', 'ΟΔΟΣ', 'οδοσ'],
  ])('%s', (_, text, expected) => {
    expect(uncased(text).text).toBe(expected);
  });

  test('cased models keep capitals and accents', () => {
    expect(cased('Éa中\0').text).toBe('Éa 中 ');
    expect(bertNormalizer({ lowercase: false, stripAccents: true })('Éa').text).toBe('Ea');
    expect(bertNormalizer({ stripAccents: false })('Éa').text).toBe('éa');
    expect(bertNormalizer({ cleanText: false, handleChineseChars: false })('中\0').text).toBe('中\0');
  });

  test('a span takes the combining marks of its last letter along, and no control characters', () => {
    const aligned = uncased('caf\u0065\u0301\u200b!');
    expect(aligned.text).toBe('cafe!');
    expect(originalSpan(aligned, 0, 4)).toEqual([0, 5]);
    expect(originalSpan(aligned, 4, 5)).toEqual([6, 7]);
  });

  test('every unit comes from a stretch of the original that normalises to text holding it; stretches never run backwards', () => {
    fc.assert(
      fc.property(graphemes, (text) => {
        const aligned = uncased(text);
        let before = 0;
        for (let i = 0; i < aligned.text.length; i += 1) {
          const [start, end] = originalSpan(aligned, i, i + 1) ?? [Number.NaN, Number.NaN];
          expect(uncased(text.slice(start, end)).text).toContain(aligned.text[i]);
          expect(start).toBeGreaterThanOrEqual(before);
          before = start;
        }
      }),
    );
  });

  test('normalising twice changes nothing but the spaces around Chinese', () => {
    const squeeze = (text: string) => text.replace(/ +/g, ' ').trim();
    fc.assert(
      fc.property(graphemes, (text) =>
        expect(squeeze(uncased(uncased(text).text).text)).toBe(squeeze(uncased(text).text)),
      ),
    );
  });
});
