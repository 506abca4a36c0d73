import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { depthPoints } from '@length-adaptive/models';
import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import { startRedis, type RedisServer } from '@length-adaptive/tools/testing/redis-server';
import { until } from '@length-adaptive/tools/testing/until';
import { startChild, type Child } from '../testing/child.js';
import { readJson } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const search = (name: string, ...argv: readonly string[]) =>
  runMain([
    'search',
    ...small,
    '--model',
    at(name),
    '--data',
    at('dev.tsv'),
    '--population',
    '5',
    '--generations',
    '2',
    '--no-latency',
    ...argv,
  ]);

beforeAll(() => writeToyProject(folder));

const missing = programMissing('redis-server');
const describeWithRedis = missing === undefined ? describe : describe.skip;

describeWithRedis(`lat worker${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let redis: RedisServer;
  let workers: readonly (Child & { heard(): string })[];
  const startWorker = (...argv: readonly string[]) => {
    const child = startChild(['worker', '--redis', redis.url, ...argv], folder);
    let heard = '';
    child.process.stderr.on('data', (text: string) => (heard += text));
    return { ...child, heard: () => heard };
  };

  beforeAll(async () => {
    mkdirSync(at('redis'));
    redis = await startRedis(at('redis'));
    workers = [startWorker('--threads', '1'), startWorker('--concurrency', '2', '--json')];
    await until(() => workers.every(({ heard }) => heard().includes('Working for')));
  });
  afterAll(async () => {
    for (const { process } of workers) process.kill('SIGKILL');
    await redis.stop();
  });

  test('two workers give exactly the Pareto set of a serial run; stopped, they finish and say what they did', async () => {
    for (const name of ['serial', 'shared', 'elsewhere/model']) cpSync(at('model'), at(name), { recursive: true });
    cpSync(at('dev.tsv'), at('elsewhere/dev.tsv'));
    const options = ['--metric', 'fidelity', '--held-out-share', '0.25', '--limit', '20'];
    expect(await search('serial', ...options, '--no-race')).toMatchObject({ code: 0 });
    const shared = await search('shared', ...options, '--redis', redis.url);
    expect(shared).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') });
    expect(readJson(at('shared/length_adaptive.json'))).toEqual(readJson(at('serial/length_adaptive.json')));
    expect(JSON.stringify(readJson(at('shared/search/config.json')))).not.toContain('redis');

    // By surrogate too: its batches go through the queue, and what was scored before is not scored again.
    const scored = new Set<string>();
    const note = () => {
      const { search: saved } = readJson(at('shared/search/search-checkpoint.json')) as {
        search: { evaluated: readonly { genome: object }[] };
      };
      for (const { genome } of saved.evaluated) scored.add(JSON.stringify(genome));
      return saved.evaluated.length;
    };
    const byEvolution = note();
    const led = (name: string, ...argv: readonly string[]) =>
      runMain([
        ...['search', ...small, '--model', at(name), '--data', at('dev.tsv'), '--no-latency', ...options],
        ...['--evaluations', '20', ...argv],
      ]);
    expect(await led('serial', '--no-race')).toMatchObject({ code: 0 });
    const queued = await led('shared', '--redis', redis.url);
    expect(queued).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') });
    expect(readJson(at('shared/length_adaptive.json'))).toEqual(readJson(at('serial/length_adaptive.json')));
    expect(readJson(at('shared/length_adaptive.json'))).toMatchObject({
      search: { method: 'surrogate', evaluations: 20 },
    });
    expect(note()).toBe(20);
    expect(scored.size).toBeLessThan(byEvolution + 20);

    // With other weights than the search's, a worker refuses.
    const weights = readFileSync(at('model/model.safetensors'));
    weights.writeFloatLE(1, weights.length - 4);
    writeFileSync(at('elsewhere/model/model.safetensors'), weights);
    const refused = await startChild(
      ['search', ...small, '--model', 'model', '--data', 'dev.tsv', '--generations', '0', '--redis', redis.url],
      at('elsewhere'),
    ).done;
    expect(refused).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /weights of the model that a worker finds at model have the digest [\da-f]{64}, those of the search [\da-f]{64}\./,
      ),
    });

    for (const { process } of workers) process.kill('SIGTERM');
    const [one, two] = await Promise.all(workers.map(({ done }) => done));
    expect([one, two]).toMatchObject([{ code: 0, stdout: '' }, { code: 0 }]);
    const first = Number(/Scored (\d+) configurations/.exec(one?.stderr ?? '')?.[1]);
    const second = JSON.parse(two?.stdout ?? '') as { scored: number; failed: number };
    const fewerLayers = depthPoints(2).length; // which the report has beside the set
    expect(first + second.scored).toBe(scored.size + fewerLayers);
    const refusals = Number(/failed at (\d+)/.exec(one?.stderr ?? '')?.[1] ?? 0);
    expect(refusals + second.failed).toBeGreaterThan(0); // whoever took the first job
  });
});

test('without a Redis, and without the package, the message says how to mend it', async () => {
  expect(await search('model', '--redis', 'redis://127.0.0.1:1')).toMatchObject({
    code: 6,
    stdout: '',
    stderr: expect.stringContaining('No Redis answers at redis://127.0.0.1:1'),
  });
  expect(await runMain(['worker', '--redis', 'redis://127.0.0.1:1'])).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('redis-server --appendonly yes'),
  });
  expect(await runMain(['worker'])).toMatchObject({ code: 2, stderr: 'error: --redis is missing; see --help.\n' });
  jest.resetModules();
  jest.doMock('@length-adaptive/queue', () => {
    throw new Error("Cannot find package '@length-adaptive/queue'");
  });
  const { main } = await import('../main.js');
  let stderr = '';
  const code = await main(['worker', '--redis', 'redis://127.0.0.1:1'], {
    stderr: { write: (text) => (stderr += text) },
    env: {},
  });
  expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringContaining('npm install @length-adaptive/queue') });
});
