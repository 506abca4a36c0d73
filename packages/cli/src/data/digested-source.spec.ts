import type { FileSource } from '@length-adaptive/models';
import { digestedSource } from './digested-source.js';

const sourceOf = (content: string): FileSource => ({
  name: 'memory',
  read: () => Promise.resolve(new TextEncoder().encode(content)),
  exists: () => Promise.resolve(true),
  list: () => Promise.resolve(undefined),
});

const digestOf = async (path: string, content: string): Promise<string> => {
  const source = digestedSource(sourceOf(content));
  await source.read(path);
  return source.weightFilesDigest();
};

test.each(['model.safetensors', 'pytorch_model.bin', 'onnx/model.onnx', 'model.pt', 'model.pth'])(
  '%s holds weights',
  async (path) => {
    expect(await digestOf(path, 'a')).toBe(await digestOf(path, 'a'));
    expect(await digestOf(path, 'a')).not.toBe(await digestOf(path, 'b'));
  },
);

test('other files do not count', async () => {
  expect(await digestOf('config.json', 'a')).toBe(await digestOf('config.json', 'b'));
});
