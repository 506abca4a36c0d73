import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMain } from './testing/run-main.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const folder = temporaryFolder();

const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

test.each(['train', 'search', 'evaluate', 'predict', 'inspect', 'compress', 'factorise', 'export'])(
  '%s has a help with its options and the exit codes',
  async (name) => {
    const { code, stdout, stderr } = await runMain([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const part of [
      'Usage: length-adaptive',
      '--model',
      '--seed',
      '--json',
      '--no-color',
      '--config',
      '--print-config',
      '130',
      'Examples:',
    ]) {
      expect(stdout).toContain(part);
    }
  },
);

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as { version: string };
  expect(await runMain(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('an unknown flag is a usage error that names the nearest one', async () => {
  expect(await runMain(['train', '--epohcs', '3'])).toEqual({
    code: 2,
    stdout: '',
    stderr: "error: unknown option '--epohcs'\n(Did you mean --epochs?)\n",
  });
});

test('an unknown command, no command and a missing option are usage errors', async () => {
  expect((await runMain(['predic'])).code).toBe(2);
  expect((await runMain([])).code).toBe(2);
  expect(await runMain(['train'])).toMatchObject({ code: 2, stderr: 'error: --model is missing; see --help.\n' });
});

test('a malformed value is a usage error that says what was expected', async () => {
  expect(await runMain(['train', '--epochs', '-3'])).toMatchObject({
    code: 2,
    stderr: 'error: --epochs is "-3"; expected a whole number of at least 0.\n',
  });
  expect(await runMain(['train', '--task', 'poetry'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('classification, regression'),
  });
});

test('with --json an error is one JSON document on stderr', async () => {
  const { code, stdout, stderr } = await runMain([
    'predict',
    '--json',
    '--model',
    join(folder, 'nowhere'),
    'text',
    '--backend',
    'cpu',
  ]);
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  expect(JSON.parse(stderr)).toEqual({
    error: { code: 'FILE_NOT_FOUND', message: expect.stringContaining('nowhere') },
  });
});

describe('configuration files', () => {
  test('flags override the file, and what is printed gives the same run again', async () => {
    const config = file('run.json', '{ "epochs": 5, "seed": 7, "model": "m", "metric": "f1" }');
    const { code, stdout } = await runMain(['train', '--config', config, '--seed', '8', '--print-config']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      epochs: 5,
      seed: 8,
      model: 'm',
      metric: 'f1',
      batchSize: 16,
      learningRate: 5e-5,
    });
    expect((await runMain(['train', '--config', file('again.json', stdout), '--print-config'])).stdout).toBe(stdout);
  });

  test('a switch that is neither on nor off unless given', async () => {
    const printed = async (...argv: readonly string[]) =>
      JSON.parse((await runMain(['evaluate', ...argv, '--print-config'])).stdout) as Record<string, unknown>;
    expect(await printed()).not.toHaveProperty('header');
    expect(await printed('--header')).toMatchObject({ header: true });
    expect(await printed('--no-header')).toMatchObject({ header: false });
    const config = file('header.json', '{ "header": false }');
    expect(await printed('--config', config)).toMatchObject({ header: false });
    expect(await printed('--config', config, '--header')).toMatchObject({ header: true });
    expect(await runMain(['evaluate', '--config', file('no.json', '{ "header": "no" }')])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('"header" is "no"; expected true or false'),
    });
    const { stdout } = await runMain(['evaluate', '--help']);
    expect(stdout).toMatch(/--header +the first row names the columns/);
    expect(stdout).toMatch(/--no-header +the first row is an example/);
  });

  test('lists and switches have their JSON kinds', async () => {
    const config = file('list.json', '{ "metric": ["accuracy", "f1"] }');
    expect(JSON.parse((await runMain(['evaluate', '--config', config, '--print-config'])).stdout)).toMatchObject({
      metric: ['accuracy', 'f1'],
    });
    expect(
      JSON.parse(
        (await runMain(['search', '--config', file('off.json', '{ "latency": false }'), '--print-config'])).stdout,
      ),
    ).toMatchObject({ latency: false });
    expect(JSON.parse((await runMain(['search', '--no-latency', '--print-config'])).stdout)).toMatchObject({
      latency: false,
    });
  });

  test.each([
    [
      'an unknown key names the nearest',
      '{ "learning-rat": 1 }',
      3,
      'there is no option "learning-rat". Did you mean "learningRate"?',
    ],
    ['bad JSON', '{ "epochs": ', 3, 'is not JSON'],
    ['no object', '[1]', 3, 'is not a JSON object'],
    ['a bad value', '{ "epochs": "many" }', 3, '"epochs" is "many"; expected a whole number of at least 0.'],
  ])('%s', async (_, content, code, message) => {
    expect(await runMain(['train', '--config', file('bad.json', content)])).toMatchObject({
      code,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  });

  test('a file that is not there', async () => {
    expect(await runMain(['train', '--config', join(folder, 'absent.json')])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('absent.json'),
    });
    mkdirSync(join(folder, 'a-folder'));
    expect((await runMain(['train', '--config', join(folder, 'a-folder')])).code).toBe(4);
  });
});
