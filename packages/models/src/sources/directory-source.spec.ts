import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { directorySource } from './directory-source.js';
import { temporaryFolder } from '../testing/temporary-folder.js';

const folder = temporaryFolder();
mkdirSync(join(folder, 'sub'));
writeFileSync(join(folder, 'b.json'), '{}');
writeFileSync(join(folder, 'a.txt'), 'text');
writeFileSync(join(folder, 'sub', 'c.txt'), 'deep');

describe('directorySource', () => {
  const source = directorySource(folder);

  test('reads files at the top and below, as plain bytes', async () => {
    expect(new TextDecoder().decode(await source.read('a.txt'))).toBe('text');
    expect(new TextDecoder().decode(await source.read('sub/c.txt'))).toBe('deep');
    expect((await source.read('a.txt')).constructor).toBe(Uint8Array);
  });

  test('lists the files at its top, sorted', async () => {
    expect(await source.list()).toEqual(['a.txt', 'b.json']);
  });

  test('knows what exists', async () => {
    expect(await Promise.all(['a.txt', 'sub/c.txt', 'sub', 'no'].map((path) => source.exists(path)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('says what is missing, refuses folders and paths outside', async () => {
    await expect(source.read('no.txt')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('no.txt'),
    });
    await expect(source.read('sub')).rejects.toMatchObject({ code: 'FILE_INVALID' });
    await expect(source.read('../x')).rejects.toMatchObject({ code: 'FILE_INVALID' });
    await expect(directorySource(join(folder, 'none')).list()).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
