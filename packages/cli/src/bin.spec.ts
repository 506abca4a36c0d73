import { closeSync, cpSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@length-adaptive/tools/testing/until';
import { startChild } from './testing/child.js';
import { readJson, readLines } from './testing/files.js';
import { runMain, small } from './testing/run-main.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { writeToyProject } from './testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const run = (argv: readonly string[]) => startChild(argv, folder).done;
const lineCount = (path: string): number => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0);

beforeAll(() => writeToyProject(folder, 200));

test('--help, --version and predictions go to stdout, and nothing else goes anywhere', async () => {
  const [help, version, cpu] = await Promise.all([
    run(['--help']),
    run(['--version']),
    run(['predict', '--backend', 'cpu', '--model', 'model', 'a great film']),
  ]);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
  expect(cpu).toMatchObject({ code: 0, stdout: expect.stringMatching(/^(good|bad)\t/), stderr: '' });
});

test('a signal that comes while the server is loaded ends it before it opens anything', async () => {
  const outcome = await runMain(['serve', '/there/is/nothing', '--port', '0'], { signal: AbortSignal.abort() });
  expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('serve hands its arguments to the server, which explains and refuses them itself', async () => {
  const [help, refused] = await Promise.all([run(['serve', '--help']), run(['serve', 'model', '--port', 'high'])]);
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: length-adaptive-server') });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--port') });
});

test('a threaded backend does not keep the process', async () => {
  expect(
    await run(['predict', '--backend', 'wasm', '--threads', '2', '--model', 'model', 'a great film']),
  ).toMatchObject({ code: 0, stderr: '' });
});

test('Ctrl-C in training: 130, and --resume ends as if it had never happened', async () => {
  const plan = [
    'train',
    ...small,
    '--model',
    'model',
    '--train',
    'train.tsv',
    '--dev',
    'dev.tsv',
    '--epochs',
    '2',
    '--length-drop-epochs',
    '3',
  ];
  expect((await run([...plan, '--out', 'whole'])).code).toBe(0);

  const child = startChild([...plan, '--out', 'parts'], folder);
  await until(() => lineCount(at('parts/metrics.ndjson')) > 30);
  child.process.kill('SIGINT');
  const stopped = await child.done;
  expect(stopped).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringContaining('go on with: lat train --resume --out parts'),
  });
  expect(stopped.stderr).not.toContain('    at ');
  expect((await run(['train', '--resume', '--out', 'parts'])).code).toBe(0);

  const { model: _, ...whole } = readJson(at('whole/result.json'));
  expect(readJson(at('parts/result.json'))).toMatchObject(whole);
  expect(readLines(at('parts/metrics.ndjson'))).toEqual(readLines(at('whole/metrics.ndjson')));
});

test('Ctrl-C in a search: 130, and --resume ends as if it had never happened', async () => {
  for (const name of ['searched', 'stopped']) cpSync(at('model'), at(name), { recursive: true });
  const plan = ['search', ...small, '--data', 'train.tsv', '--generations', '5', '--population', '6', '--no-latency'];
  expect((await run([...plan, '--model', 'searched'])).code).toBe(0);

  const child = startChild([...plan, '--model', 'stopped'], folder);
  await until(() => existsSync(at('stopped/search/search-checkpoint.json')));
  child.process.kill('SIGINT');
  expect(await child.done).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringContaining('go on with: lat search --resume --model stopped'),
  });
  expect(existsSync(at('stopped/length_adaptive.json'))).toBe(false);
  expect((await run(['search', '--resume', '--model', 'stopped'])).code).toBe(0);
  expect(readJson(at('stopped/length_adaptive.json'))).toEqual(readJson(at('searched/length_adaptive.json')));
});

(existsSync('/dev/full') ? test : test.skip)(
  'output that has no room is told (skipped where there is no /dev/full)',
  async () => {
    const full = openSync('/dev/full', 'w');
    const { process: child, done } = startChild(
      ['predict', ...small, '--model', 'model', 'a great film'],
      folder,
      full,
    );
    closeSync(full);
    expect(child.stdout).toBeNull();
    expect(await done).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: stdout cannot be written: .*ENOSPC/),
    });
  },
);

test('a reader that leaves early is no failure', async () => {
  const child = startChild(['predict', ...small, '--model', 'model', '--input', '-'], folder);
  child.process.stdout.once('data', () => child.process.stdout.destroy());
  child.process.stdin.on('error', () => undefined);
  child.process.stdin.write('a great film\n');
  await until(() => child.process.stdout.destroyed);
  child.process.stdin.end('a dull film\n'.repeat(200));
  expect(await child.done).toMatchObject({ code: 0, stderr: '' });
});
