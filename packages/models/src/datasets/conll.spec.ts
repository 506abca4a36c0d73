import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { testWithData } from '../testing/data-folder.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { parseConll, readConll } from './conll.js';

describe('parseConll', () => {
  test('two columns separated by a tab', () => {
    expect(parseConll('Ada\tB-person\nLovelace\tI-person\n\nsleeps\tO\n', 'a.conll')).toEqual([
      { words: ['Ada', 'Lovelace'], tags: ['B-person', 'I-person'], line: 1 },
      { words: ['sleeps'], tags: ['O'], line: 4 },
    ]);
  });

  test('CoNLL-2003: four columns separated by spaces, documents', () => {
    const text =
      '-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ  B-VP O \n-DOCSTART- -X- O O\nPeter NNP B-NP B-PER';
    expect(parseConll(text, 'a.txt')).toEqual([
      { words: ['EU', 'rejects'], tags: ['B-ORG', 'O'], line: 3 },
      { words: ['Peter'], tags: ['B-PER'], line: 6 },
    ]);
    expect(parseConll(text, 'a.txt', { wordColumn: 2, tagColumn: 3 })[0]).toEqual({
      words: ['NNP', 'VBZ'],
      tags: ['B-NP', 'B-VP'],
      line: 3,
    });
  });

  test('byte order mark, line ends of Windows, lines of white space alone, all prefixes', () => {
    const text = '\ufeff\r\na\tB-x\r\nb\tI-x-y\r\n \t\r\n\r\nc\tE-x\r\nd\tS-x\r\ne\tL-x\r\nf\tU-x\r\n\t\r\n';
    expect(parseConll(text, 'a.conll')).toEqual([
      { words: ['a', 'b'], tags: ['B-x', 'I-x-y'], line: 2 },
      { words: ['c', 'd', 'e', 'f'], tags: ['E-x', 'S-x', 'L-x', 'U-x'], line: 6 },
    ]);
  });

  test('a word before a tab may hold spaces, and be a hash', () => {
    expect(parseConll('New York\tB-place\n#\tO\n', 'a.conll')[0]?.words).toEqual(['New York', '#']);
  });

  test('no-break spaces and old line ends are parts of words', () => {
    const odd = ['\u00a0', '10\u00a0000', '\u00a0a', 'a\u00a0', 'a\u2028b', '\u0085', '\u3000', '\u000c'];
    for (const separator of [' ', '\t']) {
      const text = odd.map((word) => `${word}${separator}O`).join('\n');
      expect(parseConll(text, 'a.conll')).toEqual([{ words: odd, tags: odd.map(() => 'O'), line: 1 }]);
    }
    expect(() => parseConll('a O\n\u00a0\nb O\n', 'a.conll')).toThrow(/line 2: 1 columns/);
  });

  test.each<[string, string, object, RegExp]>([
    ['a tag that ends with a no-break space', 'a\tB-x\u00a0\n', {}, /line 1: the tag is "B-x\u00a0"/],
    ['a word without a tag', 'a O\nb\n', {}, /a\.conll, line 2: 1 columns, expected 2 as in the first line/],
    ['a first word without a tag', '\na\n', {}, /line 2: 1 columns, expected at least 2: a word and its tag/],
    ['a line shorter than the first', 'a x y O\nb x O\n', {}, /line 2: 3 columns, expected 4/],
    ['too few columns for the tag', 'a O\n', { tagColumn: 3 }, /line 1: 2 columns, expected at least 3/],
    ['an empty word', 'a\tO\n\tO\n', {}, /line 2: column 1 is empty, expected a word/],
    [
      'a tag without a prefix',
      'a person\n',
      {},
      /line 1: the tag is "person", expected O, or B-, I-, E-, S-, L- or U- and a type, such as B-person\. If the tags/,
    ],
    [
      'a tag that is elsewhere',
      'a O 1\n',
      {},
      /If the tags are not in the last column, name theirs: the option tagColumn of readConll, --label-column of lat/,
    ],
    ['a tag without a type', 'a\tB-\n', { tagColumn: 2 }, /the tag is "B-".*B-person\.$/],
    ['an empty tag', 'a\t\n', {}, /the tag is ""/],
    ['an empty file', '\n \n-DOCSTART- O\n', {}, /a\.conll has no sentences/],
  ])('refuses %s', (_, text, columns, message) => {
    expect(() => parseConll(text, 'a.conll', columns)).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }));
    expect(() => parseConll(text, 'a.conll', columns)).toThrow(message);
  });

  test.each([{ wordColumn: 0 }, { tagColumn: 1.5 }])('refuses the columns %j', (columns) => {
    expect(() => parseConll('a O\n', 'a', columns)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  test('gives back what was written', () => {
    const row = fc.tuple(fc.stringMatching(/^[!-~]{1,8}$/), fc.constantFrom('O', 'B-person', 'I-person'));
    const sentences = fc.array(
      fc.array(
        row.filter(([word]) => !word.startsWith('-DOCSTART-')),
        { minLength: 1 },
      ),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(sentences, fc.constantFrom('\t', ' '), fc.constantFrom('\n', '\r\n'), (written, separator, end) => {
        const text = written
          .map((sentence) => sentence.map((fields) => fields.join(separator) + end).join(''))
          .join(end);
        const lines = text.split(end);
        const read = parseConll(text, 'a.conll');
        expect(read.map(({ words, tags }) => words.map((word, i) => [word, tags[i]]))).toEqual(written);
        for (const { words, line } of read) expect(lines[line - 1]?.split(separator)[0]).toBe(words[0]);
      }),
    );
  });
});

describe('readConll', () => {
  const folder = temporaryFolder();

  test('plain and gzip, with the columns it is told', async () => {
    const text = 'EU NNP B-NP B-ORG\n';
    writeFileSync(join(folder, 'a.txt'), text);
    writeFileSync(join(folder, 'a.txt.gz'), gzipSync(text));
    expect(await readConll(join(folder, 'a.txt'))).toEqual(parseConll(text, 'a'));
    expect((await readConll(join(folder, 'a.txt.gz'), { tagColumn: 3 }))[0]?.tags).toEqual(['B-NP']);
    await expect(readConll(join(folder, 'none.txt'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  testWithData('wnut17/dev.conll.gz', 'the dev set of WNUT-17', async (path) => {
    const sentences = await readConll(path);
    const tags = sentences.flatMap((sentence) => sentence.tags);
    expect([sentences.length, tags.length, tags.filter((tag) => tag.startsWith('B-')).length]).toEqual([
      1_009, 15_733, 836,
    ]);
  });
});
