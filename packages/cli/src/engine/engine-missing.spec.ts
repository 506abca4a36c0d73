import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runMain } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';

for (const name of ['onnxruntime-node', 'onnxruntime-web']) {
  jest.doMock(name, () => {
    throw new Error(`Cannot find package '${name}'`);
  });
}

const model = join(temporaryFolder(), 'model');
const predict = (...argv: readonly string[]) =>
  runMain(['predict', '--model', model, '--threads', '1', 'a great film', ...argv]);

beforeAll(() => writeTinyModel(model));

test('without onnxruntime-node the program chooses tfjs, and says what would be faster', async () => {
  expect(await predict()).toMatchObject({
    code: 0,
    stderr: 'Running on tfjs, wasm; onnxruntime-node, once it is installed, is several times faster.\n',
  });
  expect(await predict('--engine', 'tfjs')).toMatchObject({ code: 0, stderr: '' });
});

test.each([
  ['--engine', 'onnx'],
  ['--precision', 'int8'],
])('%s %s needs it', async (...argv) => {
  expect(await predict(...argv)).toMatchObject({
    code: 6,
    stdout: '',
    stderr: expect.stringContaining('npm install --ignore-scripts onnxruntime-node'),
  });
});

test('export needs it to verify, and only for that', async () => {
  const argv = ['export', '--model', model, '--precision', 'fp32', '--threads', '1'];
  expect(await runMain(argv)).toMatchObject({
    code: 6,
    stdout: '',
    stderr: expect.stringContaining('npm install --ignore-scripts onnxruntime-node'),
  });
  expect(existsSync(join(model, 'onnx'))).toBe(false);
  expect(await runMain([...argv, '--no-verify'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('not verified'),
  });
  expect(existsSync(join(model, 'onnx/model.onnx'))).toBe(true);
});
