import { mkdirSync, realpathSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelError } from '../errors.js';
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

  describe('a file that is read in parts', () => {
    const text = new TextDecoder();

    test('gives what stands where it is asked, and its size', async () => {
      const file = await source.open?.('a.txt');
      const part = new Uint8Array(2);
      await file?.readInto(part, 1);
      expect([file?.size, text.decode(part)]).toEqual([4, 'ex']);
      await file?.close();
    });

    test('stays the file that was opened when another takes its name', async () => {
      writeFileSync(join(folder, 'replaced.txt'), 'old');
      const file = await source.open?.('replaced.txt');
      writeFileSync(join(folder, 'replaced.txt.part'), 'new and longer');
      renameSync(join(folder, 'replaced.txt.part'), join(folder, 'replaced.txt'));
      const all = new Uint8Array(3);
      await file?.readInto(all, 0);
      expect([file?.size, text.decode(all)]).toEqual([3, 'old']);
      await file?.close();
    });

    test('says where it lies, links followed, and whether it is still there as it was', async () => {
      const at = join(folder, 'placed.txt');
      writeFileSync(at, 'old');
      symlinkSync(at, join(folder, 'link.txt'));
      const file = await source.open?.('link.txt');
      expect([file?.place?.path, await file?.place?.isSame()]).toEqual([realpathSync(at), true]);
      renameSync(at, `${at}.moved`);
      expect(await file?.place?.isSame()).toBe(false);
      writeFileSync(at, 'new');
      expect(await file?.place?.isSame()).toBe(false);
      await file?.close();
      const another = await source.open?.('placed.txt');
      writeFileSync(at, 'longer');
      expect(await another?.place?.isSame()).toBe(false);
      await another?.close();
    });

    test('that ends early is said to', async () => {
      const file = await source.open?.('a.txt');
      await expect(file?.readInto(new Uint8Array(3), 2)).rejects.toMatchObject({
        code: 'FILE_INVALID',
        message: expect.stringMatching(/a\.txt ends 1 bytes early/),
      });
      await file?.close();
    });

    test('is refused as one that is read as a whole', async () => {
      writeFileSync(join(folder, 'pointer.txt'), 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
      for (const path of ['no.txt', 'sub', '../x', 'pointer.txt']) {
        const whole = await source.read(path).catch(({ code, message }: ModelError) => ({ code, message }));
        await expect(source.open?.(path)).rejects.toMatchObject(whole);
      }
    });
  });
});
