import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { saveModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyTextModel } from './testing/tiny-model.js';

const root = path.join(__dirname, '..');
const folder = temporaryFolder();

test('the example of the README is the one that runs here, as a program of its own', async () => {
  const example = path.join(root, 'examples/quick-start.ts');
  expect(readFileSync(path.join(root, 'README.md'), 'utf8')).toContain(readFileSync(example, 'utf8'));

  await tf.setBackend('cpu');
  await saveModel(path.join(folder, 'models/pretrained'), tinyTextModel());
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 'the phone is good\tgood' : 'the case is bad\tbad'));
  writeFileSync(path.join(folder, 'reviews.tsv'), ['sentence\tlabel', ...rows, ''].join('\n'));

  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', require.resolve('tsx'), '--conditions=@length-adaptive/source', example],
    { cwd: folder, timeout: 240_000, env: { ...process.env, FORCE_COLOR: '0' } },
  );
  expect(stdout).toMatch(/onnx\/model\.onnx \d+ bytes, off by [\d.e-]+\nonnx\/model_quantized\.onnx/);
  expect(stdout).toMatch(/(good|bad) 0\.\d+ 0\.\d+ of the full cost \[/);
});
