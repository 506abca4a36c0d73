import fc from 'fast-check';
import { isPage, lookAt } from './check-content.js';
import { retryAfterMs } from './download.js';
import { writeSafetensors } from './write-safetensors.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const page = '<!doctype html><html><body>Not here</body></html>';
const weights = writeSafetensors(new Map([['a', { shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]), dtype: 'F32' }]]));

test.each([
  ['config.json', ' \n{"a":1}\n', 'good'],
  ['config.json', '\ufeff{}', 'good'],
  ['list.json', '[1]', 'good'],
  ['config.json', '{"a":1', 'broken'],
  ['config.json', 'Not found', 'broken'],
  ['config.json', page, 'page'],
  ['config.json', '<Error/>', 'page'],
  ['config.json', '', 'empty'],
  ['vocab.txt', '[PAD]\n[UNK]\n<\n<s>\n', 'good'],
  ['vocab.txt', '<s>\n<pad>\n</s>\n<unk>\n', 'good'],
  ['vocab.txt', '<body>\n', 'page'],
  ['vocab.txt', page, 'page'],
  ['vocab.txt', '', 'empty'],
  ['vocab.txt', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', 'broken'],
  ['model.safetensors', page, 'page'],
  ['model.safetensors', '', 'empty'],
  ['pytorch_model.bin', page, 'page'],
  ['pytorch_model.bin', 'PK\u0003\u0004 and no directory', 'broken'],
  ['pytorch_model.bin', '\u0080\u0002}', 'good'],
  ['onnx/model.onnx', page, 'page'],
  ['onnx/model.onnx', '\u0008\u0008\u0012\u0003abc', 'good'],
  ['onnx/model.onnx', '\u0008\u0008\u0012\u0003ab', 'broken'],
  ['other.dat', '', 'good'],
])('%s that holds %j is %s', (path, text, look) => {
  expect(lookAt(path, bytes(text))).toBe(look);
});

test('a type says that words are a page, and does not make one of a file', () => {
  const type = 'text/html; charset=utf-8';
  for (const path of ['config.json', 'vocab.txt', 'model.safetensors', 'onnx/model.onnx']) expect(isPage(path, bytes('Sorry, nothing here.'), type)).toBe(true);
  expect(isPage('config.json', bytes('{"a":1}'), type)).toBe(false);
  expect(isPage('vocab.txt', bytes('[PAD]\n[UNK]'), type)).toBe(false);
  expect(isPage('model.safetensors', weights, type)).toBe(false);
});

test('weights are good as a whole, and no first part of them is', () => {
  expect(lookAt('model.safetensors', weights)).toBe('good');
  fc.assert(fc.property(fc.integer({ min: 1, max: weights.length - 1 }), (end) => lookAt('model.safetensors', weights.subarray(0, end)) === 'broken'));
});

test('JSON is good as a whole, and no first part of it is', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }), (value) => {
      const whole = bytes(JSON.stringify({ ...value, last: 1 }));
      expect(lookAt('config.json', whole)).toBe('good');
      const part = whole.subarray(0, whole.lastIndexOf(44) + 1 || 1); // up to the last comma, or the first brace
      expect(lookAt('config.json', part)).not.toBe('good');
    }),
  );
});

test('any bytes get a look without an error', () => {
  const names = fc.constantFrom('a.json', 'a.txt', 'a.safetensors', 'a.onnx', 'a.bin', 'a');
  fc.assert(fc.property(names, fc.uint8Array({ maxLength: 200 }), (path, content) => ['good', 'page', 'empty', 'broken'].includes(lookAt(path, content))));
});

test('Retry-After is seconds or a date', () => {
  const now = Date.UTC(2025, 0, 1);
  expect([null, '', 'soon', '0', '3', ' 120 ', new Date(now + 5000).toUTCString(), new Date(now - 5000).toUTCString()].map((header) => retryAfterMs(header, now))).toEqual([0, 0, 0, 0, 3000, 120_000, 5000, 0]);
});
