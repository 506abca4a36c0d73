import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyExamples, tinyFiles } from './testing/tiny-model.js';

const root = path.join(__dirname, '..');
const folder = temporaryFolder();

test('the example of the README is the one that runs here, as a program of its own', async () => {
  const example = path.join(root, 'examples/quick-start.ts');
  expect(readFileSync(path.join(root, 'README.md'), 'utf8')).toContain(readFileSync(example, 'utf8'));

  await tf.setBackend('cpu');
  mkdirSync(path.join(folder, 'models/pretrained'), { recursive: true });
  for (const [name, file] of Object.entries(await tinyFiles())) writeFileSync(path.join(folder, 'models/pretrained', name), file);
  const rows = tinyExamples(60).map(({ text, label }) => `${text}\t${label}`);
  writeFileSync(path.join(folder, 'reviews.tsv'), ['sentence\tlabel', ...rows, ''].join('\n'));

  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', require.resolve('tsx'), '--conditions=@length-adaptive/source', example],
    { cwd: folder, timeout: 55_000, env: { ...process.env, FORCE_COLOR: '0' } },
  );
  expect(stdout).toMatch(/(good|bad) 0\.\d+ 0\.\d+ of the full cost \[/);
  expect(JSON.parse(readFileSync(path.join(folder, 'models/reviews/length_adaptive.json'), 'utf8'))).toMatchObject({ version: 1 });
});
