import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readTexts } from './read-texts.js';
import { temporaryFolder } from '../testing/temporary-folder.js';

const folder = temporaryFolder();

const streamOf = async function* (chunks: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* chunks;
};

/** The texts; what is wrong with one of them is thrown. */
const inputsOf = async (path: string, chunks: readonly (string | Uint8Array)[] = []): Promise<unknown[]> => {
  const found = [];
  for await (const group of readTexts(path, streamOf(chunks), 2)) found.push(...group);
  expect(found.map(({ line }) => line)).toEqual(found.map((_, i) => i + 1));
  for (const { error } of found) if (error) throw error;
  return found.map(({ input }) => input);
};

const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

describe('stdin', () => {
  const line = fc
    .array(fc.constantFrom('a', 'é', '😀', ' ', '\u00a0', '\u2028', '\u0085'), { maxLength: 5 })
    .map((letters) => `x${letters.join('')}`);

  test('any mix of line ends, in chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r'))),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        async (lines, ended, size) => {
          const text = lines.map((pair) => pair.join('')).join('');
          const bytes = Buffer.from(ended ? text : text.replace(/(\r\n|\r|\n)$/, ''));
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
          );
          expect(await inputsOf('-', chunks)).toEqual(lines.map(([content]) => content));
        },
      ),
    );
  });

  test.each(['utf8', 'utf16le'] as const)('%s with a byte order mark', async (encoding) => {
    const bytes = Buffer.from('\ufeffgüt\r\n😀\n', encoding);
    expect(await inputsOf('-', [bytes.subarray(0, 5), bytes.subarray(5)])).toEqual(['güt', '😀']);
  });

  test('what is no text is refused, not guessed', async () => {
    await expect(inputsOf('-', [Buffer.from('fine\nna\u00efve\n', 'latin1')])).rejects.toThrow(
      /stdin is not UTF-8 text/,
    );
    await expect(inputsOf('-', [Buffer.from('fine\n', 'utf16le')])).rejects.toThrow(
      /looks like UTF-16 without a byte order mark/,
    );
    await expect(inputsOf('-', [Buffer.from('né').subarray(0, 2)])).rejects.toThrow(/stdin is not UTF-8 text/);
  });
});

describe('files', () => {
  test('lines that end in any way, also packed and in UTF-16', async () => {
    const text = '\ufefffirst text here\r\nsecond\rthird\n';
    for (const content of [
      text,
      gzipSync(text),
      Buffer.from(text, 'utf16le'),
      gzipSync(Buffer.from(text, 'utf16le')),
    ]) {
      expect(await inputsOf(write('texts.txt', content))).toEqual(['first text here', 'second', 'third']);
    }
  });

  test('a JSON list and JSON lines hold the same', async () => {
    const records = ['a', { text: 'b' }, { text: 'c', pair: 'd' }, { text: 'e', id: 12345678901234567890n.toString() }];
    const expected = ['a', 'b', ['c', 'd'], 'e'];
    expect(await inputsOf(write('a.json', JSON.stringify(records, null, 2)))).toEqual(expected);
    expect(await inputsOf(write('a.json.gz', gzipSync(`\ufeff${JSON.stringify(records)}`)))).toEqual(expected);
    const lines = records.map((record) => JSON.stringify(record)).join('\r\n');
    expect(await inputsOf(write('b.json', lines))).toEqual(expected);
    expect(await inputsOf(write('b.jsonl', lines))).toEqual(expected);
  });

  test.each([
    ['[{"text":"a"},{"txt":"b"}]', /a\.json, record 2 is \{"txt":"b"\}; expected \{"text"/],
    ['[{"text":"a"},{"text":12345678901234567890}]', /a\.json, record 2 is \{"text":12345678901234567000\}/],
    ['[{"text":"a"}', /a\.json begins as a JSON list and is not one/],
    ['{"text":"a"}\n{"text":', /a\.json, line 2 is not JSON/],
  ])('refuses %j', async (content, message) => {
    await expect(inputsOf(write('a.json', content))).rejects.toThrow(message);
  });
});
