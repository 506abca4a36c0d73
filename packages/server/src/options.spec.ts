import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from './options.js';

const read = (argv: readonly string[], env: Record<string, string> = {}) =>
  readOptions(argv, { env, stdout: { write: () => undefined } });

test('models are an argument, a flag or a variable', () => {
  for (const options of [read(['m']), read(['--models', 'm']), read([], { LENGTH_ADAPTIVE_MODELS: 'm' })])
    expect(options).toMatchObject({ models: 'm', truncate: false, logLevel: 'info' });
  expect(() => read([])).toThrow('the models are missing');
});

const flags: readonly (readonly [flag: string, text: string, options: object])[] = [
  ['--host', '0.0.0.0', { host: '0.0.0.0' }],
  ['--port', '0', { port: 0 }],
  ['--grpc-port', '9000', { grpcPort: 9000 }],
  ['--workers', '2', { workers: 2 }],
  ['--threads', '3', { threads: 3 }],
  ['--engine', 'tfjs', { engine: 'tfjs' }],
  ['--precision', 'int8', { precision: 'int8' }],
  ['--adapter', 'adapters/reviews', { adapter: 'adapters/reviews' }],
  ['--tower', 'texts', { tower: 'texts' }],
  ['--max-batch-tokens', '512', { maxBatchTokens: 512 }],
  ['--max-batch-texts', '8', { maxBatchTexts: 8 }],
  ['--max-queue', '10', { maxQueue: 10 }],
  ['--max-queue-ms', '100', { maxQueueMs: 100 }],
  ['--target-delay-ms', '20', { targetDelayMs: 20 }],
  ['--budget', 'cost=50%', { defaultBudget: { cost: 0.5 } }],
  ['--budget', 'latency=0.02s,score=0.9', { defaultBudget: { latencyMs: 20, minScore: 0.9 } }],
  ['--api-key', 'a, b', { apiKeys: ['a', 'b'] }],
  ['--cors-origin', '*', { corsOrigins: ['*'] }],
  ['--body-limit', '1000', { bodyLimit: 1000 }],
  ['--max-texts', '4', { maxTexts: 4 }],
  ['--max-text-length', '100', { maxTextLength: 100 }],
  ['--max-concurrent-requests', '9', { maxConcurrentRequests: 9 }],
  ['--log-level', 'silent', { logLevel: 'silent' }],
  ['--grace-ms', '500', { graceMs: 500 }],
  ['--drain-delay-ms', '0', { drainDelayMs: 0 }],
  ['--socket', '/run/server.sock', { socket: '/run/server.sock' }],
  ['--min-priority', '-5', { minPriority: -5 }],
];

test.each(flags)('%s %s, and its variable', (flag, text, options) => {
  const variable = `LENGTH_ADAPTIVE_${flag.slice(2).toUpperCase().replaceAll('-', '_')}`;
  expect(read(['m', flag, text])).toMatchObject(options);
  expect(read(['m'], { [variable]: text })).toMatchObject(options);
});

test('model control is on, off, or left to the server', () => {
  expect(read(['m']).modelControl).toBeUndefined();
  expect(read(['m', '--model-control']).modelControl).toBe(true);
  expect(read(['m', '--no-model-control'], { LENGTH_ADAPTIVE_MODEL_CONTROL: '1' }).modelControl).toBe(false);
  expect(read(['m'], { LENGTH_ADAPTIVE_MODEL_CONTROL: '1' }).modelControl).toBe(true);
  expect(read(['m'], { LENGTH_ADAPTIVE_MODEL_CONTROL: '0' }).modelControl).toBe(false);
});

test('a flag goes before its variable, and keys add up', () => {
  expect(read(['m', '--port', '1'], { LENGTH_ADAPTIVE_PORT: '2' }).port).toBe(1);
  expect(read(['m', '--api-key', 'a', '--api-key', 'b,c'], { LENGTH_ADAPTIVE_API_KEY: 'd' }).apiKeys).toEqual([
    'a',
    'b',
    'c',
  ]);
});

test.each([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
  ['', false],
])('LENGTH_ADAPTIVE_AUTO_TRUNCATE=%s', (text, truncate) => {
  expect(read(['m'], { LENGTH_ADAPTIVE_AUTO_TRUNCATE: text }).truncate).toBe(truncate);
  expect(read(['m', '--auto-truncate'], { LENGTH_ADAPTIVE_AUTO_TRUNCATE: text }).truncate).toBe(true);
});

test.each([
  ['--port', '65536', 'Expected a whole number from 0 to 65535.'],
  ['--port', 'http', 'Expected a whole number from 0 to 65535.'],
  ['--workers', '0', 'Expected a whole number from 1 to 256.'],
  ['--max-queue', '-1', 'Expected a whole number from 1 up.'],
  ['--max-texts', '1.5', 'Expected a whole number from 1 up.'],
  ['--engine', 'cuda', 'Allowed choices are auto, onnx, tfjs.'],
  ['--budget', 'cost=2', 'Expected cost=0.5'],
  ['--budget', 'latency=20%', 'Expected cost=0.5'],
  ['--api-key', 'a,,b', 'Expected one or more values'],
  ['--api-key-file', '/there/is/nothing', 'Expected a file that can be read (ENOENT)'],
  ['--api-key-file', '/dev/null', 'Expected a file with at least one key'],
  ['--min-priority', '0.5', 'Expected a whole number from -1000000 to 1000000.'],
])('%s %s is refused, from wherever it came', (flag, text, expected) => {
  const variable = `LENGTH_ADAPTIVE_${flag.slice(2).toUpperCase().replaceAll('-', '_')}`;
  expect(() => read(['m', flag, text])).toThrow(`'${text}' is invalid. ${expected}`);
  expect(() => read(['m'], { [variable]: text })).toThrow(
    `value '${text}' from env '${variable}' is invalid. ${expected}`,
  );
});

test('the models are named once: by an argument before the environment, and not by two flags', () => {
  expect(read(['m'], { LENGTH_ADAPTIVE_MODELS: 'other' }).models).toBe('m');
  expect(read([], { LENGTH_ADAPTIVE_MODELS: 'other' }).models).toBe('other');
  expect(read(['--models', 'm'], { LENGTH_ADAPTIVE_MODELS: 'other' }).models).toBe('m');
  expect(() => read(['m', '--models', 'other'])).toThrow('the models came twice, as m and with --models');
});

test('keys come from a file, one a line, and from flags', () => {
  const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-keys-'));
  try {
    const file = join(folder, 'keys');
    writeFileSync(file, '# of the first team\r\nfirst, with a comma\r\n\n  second \n');
    const keys = ['first, with a comma', 'second'];
    expect(read(['m', '--api-key-file', file]).apiKeys).toEqual(keys);
    expect(read(['m', '--api-key', 'a'], { LENGTH_ADAPTIVE_API_KEY_FILE: file }).apiKeys).toEqual(['a', ...keys]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
