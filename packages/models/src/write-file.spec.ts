import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './testing/temporary-folder.js';
import { writeFile } from './write-file.js';

const folder = temporaryFolder();

describe('writeFile', () => {
  test('writes and overwrites, makes folders, leaves nothing else behind', async () => {
    const path = join(folder, 'deep', 'er', 'file.txt');
    await writeFile(path, 'one');
    await writeFile(path, new TextEncoder().encode('two'));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(join(folder, 'deep', 'er'))).toEqual(['file.txt']);
  });

  test('many writers at once leave one whole file', async () => {
    const path = join(folder, 'shared.txt');
    const texts = Array.from({ length: 20 }, (_, i) => String(i).repeat(10_000));
    await Promise.all(texts.map((text) => writeFile(path, text)));
    expect(texts).toContain(readFileSync(path, 'utf8'));
  });

  test('says when it cannot write', async () => {
    writeFileSync(join(folder, 'plain'), '');
    const path = join(folder, 'plain', 'file.txt');
    await expect(writeFile(path, 'x')).rejects.toMatchObject({ code: 'NOT_WRITABLE', message: expect.stringContaining(path) });
  });
});
