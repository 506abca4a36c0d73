import { checkPath, decodeJson, decodeText, readIfThere } from './file-source.js';
import type { FileSource } from './file-source.js';
import { ModelError } from '../errors.js';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('files', () => {
  test.each(['config.json', 'model/model.safetensors', '..data/.x'])('%s is a path inside a source', (path) => {
    expect(checkPath(path)).toBe(path);
  });

  test.each(['', '/etc/passwd', '../x', 'a/../../x', 'a//b', 'a/', './a', 'a\\b', 'C:x'])('%j is not', (path) => {
    expect(() => checkPath(path)).toThrow(/not a path inside a model/);
  });

  test('decodes UTF-8 with and without a byte order mark, and refuses other encodings', () => {
    expect(decodeText(bytes('\ufeffnaïve'), 'a.txt')).toBe('naïve');
    expect(() => decodeText(Uint8Array.of(0xe9, 0x20), 'a.txt')).toThrow('a.txt is not UTF-8 text. Save it as UTF-8.');
  });

  test('decodes JSON objects and nothing else', () => {
    expect(decodeJson(bytes('{"a":1}'), 'c.json')).toEqual({ a: 1 });
    expect(() => decodeJson(bytes('{'), 'c.json')).toThrow(/c.json is not valid JSON/);
    expect(() => decodeJson(bytes('[1]'), 'c.json')).toThrow(/c.json holds a list/);
    expect(() => decodeJson(bytes('null'), 'c.json')).toThrow(/c.json holds null/);
  });

  test('readIfThere turns a missing file into undefined and keeps other errors', async () => {
    const failing = (error: Error): FileSource => ({
      name: 's',
      read: () => Promise.reject(error),
      exists: async () => false,
      list: async () => [],
    });
    expect(await readIfThere(failing(new ModelError('FILE_NOT_FOUND', 'gone')), 'a')).toBeUndefined();
    await expect(readIfThere(failing(new ModelError('ACCESS_DENIED', 'locked')), 'a')).rejects.toThrow('locked');
  });
});
