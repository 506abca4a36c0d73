import { EventEmitter } from 'node:events';
import { until } from '@length-adaptive/tools/testing/until';
import { main } from './main.js';
import * as opening from './open-service.js';
import { fakeService, type FakeService } from './testing/fake-service.js';
import { send } from './testing/http-client.js';

jest.mock('./open-service.js', () => ({ openService: jest.fn() }));

interface Run {
  readonly code: Promise<number>;
  readonly signals: EventEmitter;
  readonly written: { stdout: string; stderr: string };
  /** Its address, once it listens. */
  url(): Promise<string>;
}

const run = (argv: readonly string[], service: FakeService | Error = fakeService()): Run => {
  jest.mocked(opening.openService).mockImplementation(async () => {
    if (service instanceof Error) throw service;
    return service;
  });
  const signals = new EventEmitter();
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) => ({ write: (text: string) => (written[name] += text) });
  const code = main(argv, { stdout: stream('stdout'), stderr: stream('stderr'), env: {}, signals });
  const url = async (): Promise<string> => {
    await until(() => written.stdout !== '');
    return /http:\S+/.exec(written.stdout)?.[0] ?? '';
  };
  return { code, signals, written, url };
};

const quiet = ['models', '--port', '0', '--log-level', 'silent'];

test.each(['SIGTERM', 'SIGINT'])('it says where it listens, and %s ends it well', async (signal) => {
  const { code, signals, written, url } = run(quiet);
  expect((await send(`${await url()}/v2/health/ready`)).status).toBe(200);
  signals.emit(signal);
  expect(await code).toBe(0);
  expect(written).toEqual({
    stdout: expect.stringMatching(/^length-adaptive-server listens on http:\/\/127\.0\.0\.1:\d+\n$/),
    stderr: '',
  });
  expect(signals.eventNames()).toEqual([]);
});

test('a second signal does not wait', async () => {
  const service = fakeService();
  const { code, signals, url } = run([...quiet, '--grace-ms', '300'], service);
  const at = await url();
  service.hold();
  const lost = send(`${at}/v1/classify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"text":"good"}',
  }).catch(() => undefined);
  await until(() => service.waiting() === 1);
  signals.emit('SIGTERM');
  signals.emit('SIGINT');
  expect(await code).toBe(1);
  await lost;
});

test('SIGHUP looks at the models again, and says so if that fails', async () => {
  const reload = jest.fn<Promise<void>, []>().mockResolvedValueOnce().mockRejectedValueOnce(new Error('It is broken.'));
  const { code, signals, written, url } = run(quiet, { ...fakeService(), reload });
  await url();
  signals.emit('SIGHUP');
  signals.emit('SIGHUP');
  await until(() => written.stderr !== '');
  expect(written).toMatchObject({
    stdout: expect.stringContaining('models were looked at again\n'),
    stderr: 'error: the models stay as they were: It is broken.\n',
  });
  signals.emit('SIGTERM');
  expect(await code).toBe(0);
});

test.each<[string, readonly string[], number, string]>([
  ['no models', [], 2, 'error: the models are missing: give a model directory, or a folder of them.\n'],
  [
    'a bad port',
    ['m', '--port', 'x'],
    2,
    "error: option '--port <PORT>' argument 'x' is invalid. Expected a whole number from 0 to 65535.\n",
  ],
  ['an unknown flag', ['m', '--prot', '1'], 2, "error: unknown option '--prot'\n(Did you mean --port?)\n"],
  ['models that cannot be opened', quiet, 1, 'error: There is nothing.\n'],
])('%s', async (_, argv, code, stderr) => {
  const outcome = run(argv, new Error('There is nothing.'));
  expect({ code: await outcome.code, ...outcome.written }).toEqual({ code, stdout: '', stderr });
});

test('help names every variable; the version is that of the package', async () => {
  const help = run(['--help']);
  expect(await help.code).toBe(0);
  for (const part of ['LENGTH_ADAPTIVE_PORT', 'LENGTH_ADAPTIVE_AUTO_TRUNCATE', 'SIGHUP', '--grace-ms'])
    expect(help.written.stdout).toContain(part);
  const version = run(['--version']);
  expect({ code: await version.code, ...version.written }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  });
});

test('the log is on the other stream, a document a line', async () => {
  const { code, signals, written, url } = run(['models', '--port', '0']);
  await send(`${await url()}/v2`);
  signals.emit('SIGTERM');
  expect(await code).toBe(0);
  expect(written.stdout.split('\n')).toHaveLength(2);
  const lines = written.stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toContainEqual(expect.objectContaining({ msg: 'request', route: '/v2', status: 200 }));
});
