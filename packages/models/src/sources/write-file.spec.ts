import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeModelDirectory } from '../folder/model-directory.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeFile } from './write-file.js';

const mounted: string[] = [];
afterAll(() => mounted.forEach((path) => spawnSync('umount', [path]))); // stands before the hook that removes the folder
const folder = temporaryFolder();

/** A disk of 64 KiB, where this user may mount one. */
const small = join(folder, 'small');
mkdirSync(small);
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]).status === 0;
if (isMounted) mounted.push(small);

(isMounted ? describe : describe.skip)('a full disk (skipped where this user may not mount one)', () => {
  const full = { code: 'NOT_WRITABLE', message: expect.stringContaining('ENOSPC') };

  test('leaves the file that was there, and nothing else', async () => {
    const path = join(small, 'file.txt');
    await writeFile(path, 'before');
    await expect(writeFile(path, 'x'.repeat(200_000))).rejects.toMatchObject(full);
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(small)).toEqual(['file.txt']);
  });

  test('leaves no folder of a model', async () => {
    const before = readdirSync(small);
    const tensors = new Map([['a', { dtype: 'F32', shape: [50_000], data: new Float32Array(50_000) } as const]]);
    await expect(
      writeModelDirectory(join(small, 'model'), { config: { model_type: 'bert' }, tensors, tokenizerFiles: {} }),
    ).rejects.toMatchObject(full);
    expect(readdirSync(small)).toEqual(before);
  });
});

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
    await expect(writeFile(path, 'x')).rejects.toMatchObject({
      code: 'NOT_WRITABLE',
      message: expect.stringContaining(path),
    });
  });
});
