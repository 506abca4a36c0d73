import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { readConll } from './conll.js';
import { decodeDataFile, openText } from './open-text.js';
import { parseExamples, readExamples } from './read-examples.js';
import { readSquad } from './squad.js';

const folder = temporaryFolder();
const text = '\ufefffirst\nzweite Zeile: ü 😀\n'.repeat(5_000);

describe('openText', () => {
  test('plain or gzip, whatever the name; the byte order mark goes', async () => {
    writeFileSync(join(folder, 'plain.gz'), text);
    writeFileSync(join(folder, 'packed.txt'), gzipSync(text));
    expect(await openText(join(folder, 'plain.gz'))).toBe(text.slice(1));
    expect(await openText(join(folder, 'packed.txt'))).toBe(text.slice(1));
  });

  test('gzip of several members', async () => {
    expect(await decodeDataFile(Buffer.concat([gzipSync('a'), gzipSync('b')]), 'x')).toBe('ab');
  });

  test.each([
    ['little endian', [0xff, 0xfe], (bytes: Buffer) => bytes],
    ['big endian', [0xfe, 0xff], (bytes: Buffer) => bytes.swap16()],
  ])('UTF-16, %s, with a byte order mark; also packed', async (_, mark, order) => {
    const bytes = Buffer.concat([Buffer.from(mark), order(Buffer.from(text.slice(1), 'utf16le'))]);
    expect(await decodeDataFile(bytes, 'a.csv')).toBe(text.slice(1));
    expect(await decodeDataFile(gzipSync(bytes), 'a.csv.gz')).toBe(text.slice(1));
    await expect(decodeDataFile(bytes.subarray(0, -1), 'cut.csv')).rejects.toThrow(/cut\.csv is not UTF-16 text/);
  });

  test('two UTF-16 files that were joined are one data set', async () => {
    const file = Buffer.from('\ufefftext,label\r\nfine,1\r\n', 'utf16le');
    expect(parseExamples(await decodeDataFile(Buffer.concat([file, file]), 'a.csv'), 'a.csv')).toEqual([{ text: 'fine', label: '1' }, { text: 'fine', label: '1' }]);
  });

  test.each([
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), /is UTF-32/],
    ['UTF-16 without a mark', Buffer.from('text', 'utf16le'), /looks like UTF-16 without a byte order mark/],
    ['UTF-16 the other way round', Buffer.from('text', 'utf16le').swap16(), /looks like UTF-16 without a byte order mark/],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(decodeDataFile(bytes, 'a.csv')).rejects.toMatchObject({ code: 'FILE_INVALID', message: expect.stringMatching(message) });
  });

  test('a pointer of Git LFS is no data', async () => {
    const pointer = Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'4'.repeat(64)}\nsize 123456\n`);
    writeFileSync(join(folder, 'train.tsv'), pointer);
    const refused = { code: 'FILE_INVALID', message: expect.stringMatching(/train\.tsv is a Git LFS pointer.*git lfs pull/) };
    await expect(openText(join(folder, 'train.tsv'))).rejects.toMatchObject(refused);
    await expect(readExamples(join(folder, 'train.tsv'))).rejects.toMatchObject(refused);
    await expect(readConll(join(folder, 'train.tsv'))).rejects.toMatchObject(refused);
    await expect(readSquad(join(folder, 'train.tsv'))).rejects.toMatchObject(refused);
    expect(await decodeDataFile(Buffer.from('version https://git-lfs.github.com is mentioned\t1\n'), 'a.tsv')).toContain('mentioned');
  });

  test('says what is wrong', async () => {
    await expect(openText(join(folder, 'none.tsv'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(decodeDataFile(gzipSync(text).subarray(0, 50), 'cut.gz')).rejects.toThrow(/cut\.gz begins as gzip and cannot be unpacked/);
    await expect(decodeDataFile(Uint8Array.of(0xe9), 'latin.txt')).rejects.toThrow(/latin\.txt is not UTF-8/);
  });
});
