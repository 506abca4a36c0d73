import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { decodeDataFile, openText } from './open-text.js';

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

  test('says what is wrong', async () => {
    await expect(openText(join(folder, 'none.tsv'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(decodeDataFile(gzipSync(text).subarray(0, 50), 'cut.gz')).rejects.toThrow(/cut\.gz begins as gzip and cannot be unpacked/);
    await expect(decodeDataFile(Uint8Array.of(0xe9), 'latin.txt')).rejects.toThrow(/latin\.txt is not UTF-8/);
  });
});
