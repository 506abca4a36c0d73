import { createRandom } from '@length-adaptive/core';

/** What odd lines are made of, kind by kind: what real text holds and what tokenizers differ on. */
const fragments: Readonly<Record<string, readonly string[]>> = {
  words: ['the', 'Graft', 'running', 'UNwanted', 'it\'s', 'don’t', 'iPhone', 'NASA', 'x', 'A', 'supercalifragilistic', 'a_b', '__init__', '_', 'snake_case_9'],
  accents: ['café', 'cafe\u0301', 'naïve', 'Ärzte', 'A\u0308rzte', 'Straße', 'GROẞ', 'İstanbul', 'ılık', 'Łódź', 'Đà', 'ñ', 'n\u0303', 'q\u0323\u0307', 'Ω', 'ﬁn', 'Ǆ', 'ǅ', 'e\u0301\u0327', '\u0301', 'ø', 'œuvre'],
  scripts: ['Ὀδυσσεύς', 'ΣΟΦΟΣ', 'ΑΣ', 'Привет', 'Ёж', 'ЙОД', 'שָׁלוֹם', 'السَّلام', 'مرحبا', 'नमस्ते', 'हिन्दी', 'தமிழ்', 'ไทย', 'ภาษา', 'ქართული', 'ᲡᲐ', 'Հայ', 'አማርኛ', '한국어', '\u1112\u1161\u11ab글', '\u1100\u1161', 'ꦗꦮ', 'ᚠᚢ', '𐐀𐐨', '𝔘𝔫', '𝒳', 'ʻokina', 'ᏣᎳᎩ', 'ꮳꮃ'],
  cjk: ['北京', '日本', 'カタカナ', 'ひらがな', 'ｶﾞ', '㍿', '々', '〇', '𠀀', '𪚥', '豈', '我love中国', '！', '。', '「本」', '１２３', 'ＡＢＣ', '〜', '・', '𫝀', '㐀', 'か\u3099'],
  emoji: ['😀', '👩‍👩‍👧', '❤️', '👍🏽', '🇩🇪', '1️⃣', '☺', '🏴\u{e0067}\u{e0062}\u{e007f}', '©', '™', '➡', '✂️', '🫠'],
  numbers: ['7', '3.14', '1,000', '٣٤', '१२', '²', 'x²', '½', 'Ⅷ', '①', '１', '10th', '0x1F', '𝟘', '㊿', '৪', '1e-5'],
  punctuation: ['...', '!?', '--', '—', '…', '¿', '«', '»', '“', '”', '$', '+', '=', '^', '`', '~', '|', '<', '>', '€', '§', '°', '·', '¶', '\'', '"', '#', '%', '&', '*', '@', '\\', '/', '‿', '⁀', '٪', '؟', '।', '᠁', '†', '※', '⸺', '_-_', '``', '\'\'', '((', '))', '[]', '{}', ';:', '¬', '¨', '´', '⟨', '⟩', '⟶', '−'],
  spaces: ['\u00a0', '\u2009', '\u3000', '\u202f', '\u205f', '\u1680', '\u2028', '\u2029', '\u0085', '\u000b', '\u000c', '\t', '\n', '\r\n', '   ', '\u200a', '\u2000'],
  invisible: ['\u200b', '\u200c', '\u200d', '\ufeff', '\u00ad', '\u200e', '\u202e', '\u2060', '\u180e', '\ufe0f', '\u034f', '\u061c', '\u115f', '\u3164'],
  controls: ['\0', '\u0001', '\u0007', '\u001b[31m', '\u007f', '\u009f', '\ufffd', '\ue000', '\uffff', '\u{f0000}', '\u0378'],
  addresses: ['https://example.com/a?b=c&d=%20#e', 'user.name+tag@mail.co.uk', 'C:\\Users\\x', '/usr/bin/env', 'www.x.org', '192.168.0.1', '10:30', '2024-01-02', '#tag', '@user', '@users', 'x@user'],
  code: ['if (a[i] != b) { return 0; }', 'f(x)=x^2', '<div class="x">', 'a->b', 'std::vector<int>', '$HOME', 'x += 1;', '// note', '\\n', '"key": [1, 2]', 'SELECT * FROM t;'],
  tokens: ['[CLS]', '[SEP]', '[MASK]', '[UNK]', '[mask]', '[ SEP ]', '[E1]', '[e1]', '[/E1]', 'a[E1]b', '[E1][/E1]', '[E1]é', '<t>', ' <t> ', '<T>', '<s>', '  <s>  ', 'graft', 'grafted', 'Graft!', 'graft2', 'graft\u0301', '_graft', 'ungraft', 'ＧＲＡＦＴ', 'NEW YORK', 'new york', 'new yorker', 'New  York', 'Crème', 'CRÈME', 'creme', 'cre\u0300me', '##ing', 'ab', 'abc', 'abcd', 'aab'],
  long: ['a'.repeat(99), 'b'.repeat(100), 'c'.repeat(101), 'é'.repeat(100), '😀'.repeat(60), '北'.repeat(30), '!'.repeat(40), 'ab '.repeat(20)],
};

const kinds = Object.keys(fragments);

/** Lines of odd text, the same for the same seed: fragments of many kinds, with and without white space between them, and characters from all of Unicode. */
export const oddTexts = (count: number, seed: number): readonly string[] => {
  const random = createRandom(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[random.integer(0, list.length - 1)];
  const anyCharacter = (): string => {
    const [low, high] = pick([[0x20, 0x7e], [0xa0, 0x24f], [0x250, 0x1fff], [0x2000, 0x2bff], [0x2c00, 0xd7ff], [0xe000, 0xffff], [0x10000, 0x1ffff], [0x20000, 0x2fa1f]] as const) ?? [32, 126];
    return String.fromCodePoint(random.integer(low, high));
  };
  const joints = [' ', ' ', ' ', '', '', ''];
  return Array.from({ length: count }, () => {
    const few = random.uniform() < 0.3 ? [pick(kinds), pick(kinds)] : kinds; // lines of one or two kinds, and of all
    let line = '';
    for (let parts = random.integer(1, 12); parts > 0; parts -= 1) {
      const fragment = random.uniform() < 0.1 ? anyCharacter() : pick(fragments[pick(few) ?? ''] ?? []);
      line += `${fragment ?? ''}${pick(joints) ?? ''}`;
    }
    return line;
  });
};
