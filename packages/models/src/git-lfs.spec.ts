import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { directorySource } from './directory-source.js';
import { checkNotPointer } from './git-lfs.js';
import { startFileServer } from './testing/file-server.js';
import { pointer } from './testing/model-cases.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { urlSource } from './url-source.js';

const bytes = new TextEncoder().encode(pointer);

describe('checkNotPointer', () => {
  test('says what a pointer is, whose place it takes and what fetches the file', () => {
    const message = /^vocab\.txt is a Git LFS pointer, not the file of 437955512 bytes.*git lfs install && git lfs pull.*Hugging Face Hub/;
    expect(() => checkNotPointer(bytes, 'vocab.txt')).toThrow(expect.objectContaining({ code: 'FILE_INVALID', message: expect.stringMatching(message) }));
  });

  test('lets everything else through', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (other) => checkNotPointer(other, 'x')));
    const about = new TextEncoder().encode(`About ${pointer}`);
    const long = new TextEncoder().encode(pointer + 'x'.repeat(2000)); // a text that quotes one
    for (const other of [about, long, bytes.subarray(0, 20), new Uint8Array(0)]) expect(() => checkNotPointer(other, 'x')).not.toThrow();
  });
});

describe('sources', () => {
  const [folder, cacheFolder] = [temporaryFolder(), temporaryFolder()];

  test('a folder names the file', async () => {
    writeFileSync(join(folder, 'config.json'), pointer);
    await expect(directorySource(folder).read('config.json')).rejects.toMatchObject({ code: 'FILE_INVALID', message: expect.stringMatching(/config\.json is a Git LFS pointer/) });
  });

  test('a web address names the file, and keeps no pointer', async () => {
    const server = await startFileServer({ 'm/vocab.txt': pointer });
    const options = { cacheFolder };
    await expect(urlSource(`${server.url}/m`, options).read('vocab.txt')).rejects.toMatchObject({ code: 'FILE_INVALID', message: expect.stringMatching(/m\/vocab\.txt is a Git LFS pointer/) });
    await server.close();
    await expect(urlSource(`${server.url}/m`, { ...options, retries: 0 }).read('vocab.txt')).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });
});
