/** The promises of the server, made to real models in real threads of a real process, over sockets. */
import { appendFileSync, cpSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@length-adaptive/tools/testing/until';
import * as fc from 'fast-check';
import type { TestServer } from './testing/start-server.js';
import { startServer } from './testing/start-server.js';
import { paretoSet, textOf, writeTinyModel } from './testing/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-server-'));
const repository = join(folder, 'models');

/** Sends requests of one kind until told to stop, so many at a time; gives the statuses. */
const flood = (server: TestServer, concurrency: number, body: (i: number) => unknown, path = '/v1/classify') => {
  const statuses: number[] = [];
  let going = true;
  let sent = 0;
  const one = async (): Promise<void> => {
    while (going) {
      statuses.push(
        await server.post(path, body(sent++)).then(
          ({ status }) => status,
          () => 0,
        ),
      );
    }
  };
  const all = Promise.all(Array.from({ length: concurrency }, one));
  return {
    statuses,
    stop: async (): Promise<number[]> => {
      going = false;
      await all;
      return statuses;
    },
  };
};

beforeAll(async () => {
  for (const name of ['reviews', 'stars', 'answers', 'names', 'topics'] as const)
    await writeTinyModel(join(repository, name), name);
  appendFileSync(join(repository, 'reviews/vocab.txt'), 'zebra\n'); // a token that the model has no embedding for
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('five models', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer([repository]);
  });
  afterAll(() => server.process.end('SIGTERM'));

  test('are all ready, and tell what they are', async () => {
    expect(await server.get('/v2/health/ready')).toEqual({ status: 200, body: { live: true, ready: true } });
    const { body } = await server.get('/v1/models');
    expect((body['models'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'answers',
      'names',
      'reviews',
      'stars',
      'topics',
    ]);
  });

  test('answer, each its own task, at the length that the budget allows', async () => {
    expect(await server.post('/v1/classify', { model: 'reviews', text: textOf(40), budget_cost: 0.8 })).toMatchObject({
      status: 200,
      body: { length_config: paretoSet[1]?.point.lengths.join(','), expected_score: 0.86, degraded: false },
    });
    expect(
      await server.post('/v1/answer', {
        model: 'answers',
        question: 'who was good',
        context: textOf(60),
        min_score: 0.85,
        budget_cost: 0.9,
      }),
    ).toMatchObject({ status: 200, body: { expected_score: 0.86 } });
    expect(await server.post('/v1/tag', { model: 'names', text: textOf(20) })).toMatchObject({
      status: 200,
      body: { cost: 1 },
    });
    const topics = (threshold: number) =>
      server.post('/v1/classify', { model: 'topics', text: textOf(40), budget_cost: 0.8, threshold });
    expect(await topics(0)).toMatchObject({
      status: 200,
      body: {
        label: 'film, praise, blame',
        labels: [{}, {}, {}],
        probabilities: { film: expect.any(Number) },
        length_config: paretoSet[1]?.point.lengths.join(','),
      },
    });
    expect(await topics(1)).toMatchObject({ status: 200, body: { label: '', labels: [] } });
    expect(
      await server.post('/v2/models/stars/infer', {
        inputs: [{ name: 'text', datatype: 'BYTES', shape: [1], data: ['a good film'] }],
      }),
    ).toMatchObject({ status: 200, body: { model_name: 'stars' } });
  });

  test('none of 500 random budgets of cost is exceeded, whatever the length of the text; what cannot be had is told what can', async () => {
    const asked = fc.record({
      words: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 120 })),
      budget_cost: fc.double({ min: 0.2, max: 1, noNaN: true }),
      text: fc.integer({ min: 0, max: 20 }),
    });
    const requests = fc.sample(asked, { numRuns: 500, seed: 3 });
    const seen = { kept: 0, refused: 0 };
    for (let first = 0; first < requests.length; first += 20) {
      await Promise.all(
        requests.slice(first, first + 20).map(async ({ words, budget_cost, text: seed }) => {
          const request = { model: 'reviews', text: textOf(words, seed) };
          const { status, body } = await server.post('/v1/classify', { ...request, budget_cost });
          if (status === 200) {
            seen.kept += 1;
            expect(body['cost']).toBeLessThanOrEqual(budget_cost + 1e-9);
            return;
          }
          seen.refused += 1;
          expect({ status, body }).toMatchObject({ status: 422, body: { code: 'BUDGET_INFEASIBLE' } });
          const { nearest } = body as { nearest: { cost: number; length_config: string } };
          expect(nearest.cost).toBeGreaterThan(budget_cost);
          expect(await server.post('/v1/classify', { ...request, budget_cost: nearest.cost })).toMatchObject({
            status: 200,
            body: { cost: nearest.cost, length_config: nearest.length_config },
          });
        }),
      );
    }
    expect(seen.kept).toBeGreaterThan(100);
    expect(seen.refused).toBeGreaterThan(50);
  });

  test('token ids answer as the text that they are of', async () => {
    const words = ['good', 'film'];
    const ids = [[2, 25, 9, 3]]; // [CLS] good film [SEP]
    const infer = (input: unknown) => server.post('/v2/models/reviews/infer', { inputs: [input] });
    const byText = await infer({ name: 'text', datatype: 'BYTES', shape: [1], data: [words.join(' ')] });
    const byTokens = await infer({ name: 'input_ids', datatype: 'INT64', shape: [1, 4], data: ids });
    expect(byTokens.status).toBe(200);
    const scores = [byText, byTokens].map(
      ({ body }) =>
        (body['outputs'] as { name: string; data: number[] }[]).find(({ name }) => name === 'score')?.data[0],
    );
    expect(scores[1]).toBeCloseTo(scores[0] ?? Number.NaN, 5);
  });

  test('a batch of texts and budgets gives each what it gets alone', async () => {
    const budgets = [0.3, 0.65, 1];
    const request = fc.record({
      length: fc.integer({ min: 1, max: 90 }),
      seed: fc.integer({ min: 0, max: 20 }),
      budget: fc.constantFrom(...budgets),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 12 }), async (requests) => {
        const ask = ({ length, seed, budget }: (typeof requests)[number]) =>
          server.post('/v1/classify', {
            model: 'reviews',
            text: textOf(length, seed),
            length_config: paretoSet[budgets.indexOf(budget)]?.point.lengths.join(','),
          });
        const together = await Promise.all(requests.map(ask));
        for (const [i, own] of requests.entries()) {
          const alone = await ask(own);
          const score = ({ body }: typeof alone): number => body['score'] as number;
          expect(Math.abs(score(together[i] as typeof alone) - score(alone))).toBeLessThan(1e-5);
          expect(together[i]?.body['cost']).toBe(alone.body['cost']);
        }
      }),
      { numRuns: 15, seed: 2 },
    );
  });

  test('a text that is too long, empty, or of another task is told so', async () => {
    expect(await server.post('/v1/classify', { model: 'reviews', text: textOf(300) })).toMatchObject({
      status: 422,
      body: { code: 'TEXT_TOO_LONG' },
    });
    expect(await server.post('/v1/classify', { model: 'reviews', text: textOf(300), truncate: true })).toMatchObject({
      status: 200,
    });
    expect(await server.post('/v1/classify', { model: 'reviews', text: '  ' })).toMatchObject({
      status: 422,
      body: { code: 'TEXT_EMPTY' },
    });
    const texts = ['', textOf(5), textOf(300), textOf(9)];
    const { status, body } = await server.post('/v1/classify', { model: 'reviews', texts });
    expect({ status, predictions: body['predictions'] }).toMatchObject({
      status: 200,
      predictions: [
        { code: 'TEXT_EMPTY' },
        { label: expect.any(String) },
        { code: 'TEXT_TOO_LONG', error: expect.stringMatching(/^Text 2: /) },
        { label: expect.any(String) },
      ],
    });
    const unknown = {
      status: 400,
      body: {
        code: 'REQUEST_INVALID',
        error: expect.stringMatching(/the token "zebra" \(id \d+\): the tokenizer has \d+ ids/),
      },
    };
    expect(await server.post('/v1/classify', { model: 'reviews', text: 'a good zebra' })).toMatchObject(unknown);
    expect(await server.post('/v1/tag', { model: 'reviews', text: 'a' })).toMatchObject({
      status: 422,
      body: { code: 'TASK_MISMATCH' },
    });
    expect(await server.post('/v1/classify', { text: 'a' })).toMatchObject({
      status: 404,
      body: { code: 'MODEL_NOT_FOUND' },
    });
  });

  test('metrics are what a client counted', async () => {
    const read = async (name: string): Promise<number> => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return text
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) && line.includes('model="names"'))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    };
    const before = await read('length_adaptive_requests_total');
    for (let i = 0; i < 7; i++) await server.post('/v1/tag', { model: 'names', text: textOf(5 + i) });
    expect((await read('length_adaptive_requests_total')) - before).toBe(7);
  });
});

describe('one model', () => {
  const model = join(folder, 'one');
  beforeEach(() => cpSync(join(repository, 'reviews'), model, { recursive: true }));
  afterEach(() => rmSync(model, { recursive: true, force: true }));

  test('a flood is answered or refused, never failed; health answers all the while', async () => {
    const server = await startServer([
      model,
      '--target-delay-ms',
      '5',
      '--max-queue-ms',
      '30',
      '--max-concurrent-requests',
      '200',
    ]);
    const running = flood(server, 100, (i) => ({
      texts: Array.from({ length: 8 }, (_, k) => textOf(120, i + k)),
      truncate: true,
    }));
    const health: number[] = [];
    await until(async () => {
      health.push((await server.get('/v2/health/ready')).status);
      return (
        health.length >= 20 &&
        [200, 429].every((status) => running.statuses.filter((own) => own === status).length >= 20)
      );
    });
    const statuses = await running.stop();
    expect(new Set(health)).toEqual(new Set([200]));
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect((await server.get('/v1/status')).body).toMatchObject({
      models: [{ queued: 0, running: 0, operatingPoint: expect.any(Number) }],
    });
    expect(await server.process.end('SIGTERM')).toBe(0);
  });

  test('on an idle server nothing is made shorter, however slow the model is for what is asked of it', async () => {
    const server = await startServer([model, '--target-delay-ms', '1']);
    const asked = (i: number): unknown =>
      i % 5 === 0
        ? { texts: Array.from({ length: 32 }, (_, k) => textOf(8 + ((i + k) % 90), k)) }
        : { text: textOf(8 + ((i * 37) % 500), i), truncate: true };
    const degraded: unknown[] = [];
    for (let i = 0; i < 100; i++) degraded.push((await server.post('/v1/classify', asked(i))).body['degraded']);
    expect(new Set(degraded)).toEqual(new Set([false]));
    expect((await server.get('/v1/status')).body).toMatchObject({ models: [{ degraded: 0, operatingPoint: 2 }] });
    await server.process.end('SIGTERM');
  });

  test('SIGTERM: accepted requests are answered, and the process ends well', async () => {
    const server = await startServer([model]);
    const answers = Array.from({ length: 60 }, (_, i) =>
      server.post('/v1/classify', { text: textOf(60, i) }).then(
        ({ status }) => status,
        () => 'refused',
      ),
    );
    const arrived = async (): Promise<number> => {
      const [status] = (await server.get('/v1/status')).body['models'] as {
        answered: number;
        queued: number;
        running: number;
      }[];
      return status ? status.answered + status.queued + status.running : 0;
    };
    await until(async () => (await arrived()) === answers.length);
    const ended = server.process.end('SIGTERM');
    const statuses = await Promise.all(answers);
    expect(statuses).toEqual(answers.map(() => 200));
    expect(await ended).toBe(0);
  });

  test('SIGHUP: a new model takes over and no request is dropped, with a link that leads nowhere in it', async () => {
    symlinkSync(join(folder, 'nowhere'), join(model, 'link'));
    const server = await startServer([model]);
    const running = flood(server, 4, (i) => ({ text: textOf(30, i) }));
    const before = await server.post('/v1/classify', { text: 'a good film' });
    const next = join(folder, 'next');
    await writeTinyModel(next, 'reviews', 9);
    symlinkSync(join(folder, 'nowhere'), join(next, 'link'));
    rmSync(model, { recursive: true });
    renameSync(next, model);
    server.process.child.kill('SIGHUP');
    await server.process.has('looked at again');
    const after = await server.post('/v1/classify', { text: 'a good film' });
    expect(after.body['score']).not.toBeCloseTo(before.body['score'] as number, 3);
    expect(new Set(await running.stop())).toEqual(new Set([200]));
    await server.process.end('SIGTERM');
  });

  test('SIGHUP with a model that cannot be opened changes nothing', async () => {
    const server = await startServer([model]);
    rmSync(join(model, 'config.json'));
    server.process.child.kill('SIGHUP');
    await server.process.has('stay as they were');
    const line = /^\{.*stay as they were.*$/m.exec(server.process.printed())?.[0] ?? '';
    expect(JSON.parse(line)).toMatchObject({ level: 50, reason: expect.stringContaining('one') });
    expect((await server.post('/v1/classify', { text: 'a good film' })).status).toBe(200);
    await server.process.end('SIGTERM');
  });

  test('a thread that dies is replaced, and its requests are answered', async () => {
    const server = await startServer([model, '--workers', '2'], {
      NODE_OPTIONS: `--require ${join(__dirname, 'testing/kill-threads.cjs')}`,
    });
    const running = flood(server, 6, (i) => ({ texts: Array.from({ length: 8 }, (_, k) => textOf(100, i + k)) }));
    const answered = (): number => running.statuses.filter((status) => status === 200).length;
    const replaced = async (): Promise<number> => {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      return Number(/^length_adaptive_workers_replaced_total\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0);
    };
    for (let i = 1; i <= 3; i++) {
      const before = answered();
      await until(() => answered() >= before + 7);
      server.process.child.kill('SIGUSR2'); // ends one thread
      await until(async () => (await replaced()) === i);
    }
    const before = answered();
    await until(() => answered() >= before + 7);
    const statuses = await running.stop();
    expect(server.process.child.exitCode).toBeNull();
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(20);
    expect(statuses.filter((status) => status === 503).length).toBeLessThanOrEqual(3);
    expect((await server.post('/v1/classify', { text: 'a good film' })).status).toBe(200);
    expect(await replaced()).toBe(3);
    await server.process.end('SIGTERM');
  });

  test('a model that cannot be opened again is not ready, until it can', async () => {
    const server = await startServer([model], {
      NODE_OPTIONS: `--require ${join(__dirname, 'testing/kill-threads.cjs')}`,
    });
    const ready = async (): Promise<number> => (await server.get('/v2/health/ready')).status;
    const hidden = join(folder, 'hidden');
    renameSync(model, hidden);
    const running = flood(server, 2, (i) => ({ text: textOf(60, i) }));
    server.process.child.kill('SIGUSR2');
    await until(async () => (await ready()) !== 200);
    expect((await server.post('/v1/classify', { text: 'a good film' })).body).toMatchObject({
      code: 'MODEL_NOT_READY',
      error: expect.not.stringContaining(folder),
    });
    renameSync(hidden, model);
    await until(async () => (await ready()) === 200);
    const statuses = await running.stop();
    expect([...new Set(statuses)].sort()).toEqual([200, 503]);
    await server.process.end('SIGTERM');
  });

  test('it is unready while nothing can compute, opens the model again without any request, and logs why', async () => {
    const server = await startServer([model, '--workers', '2'], {
      NODE_OPTIONS: `--require ${join(__dirname, 'testing/kill-threads.cjs')}`,
    });
    const ready = async (): Promise<number> => (await server.get('/v2/health/ready')).status;
    const logged = (message: string): Record<string, unknown>[] =>
      server.process
        .printed()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ msg }) => msg === message);
    const hidden = join(folder, 'hidden');
    renameSync(model, hidden);
    const ended = 'a worker thread ended, and is started again';
    for (const count of [1, 2]) {
      expect(await ready()).toBe(200);
      server.process.child.kill('SIGUSR2');
      // A thread hears of it between two batches.
      await until(async () => {
        await server.post('/v1/classify', { text: 'a good film' });
        return logged(ended).length === count;
      });
    }
    expect(await ready()).toBe(503);
    const refused = await server.post('/v1/classify', { text: 'a good film' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'MODEL_NOT_READY' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    const failed = 'a worker thread cannot open the model, and tries again';
    await until(() => logged(failed).length > 2);
    renameSync(hidden, model);
    await until(async () => (await ready()) === 200);
    expect((await server.post('/v1/classify', { text: 'a good film' })).status).toBe(200);
    const about = { level: 50, time: expect.any(Number), model: 'one/1' };
    expect(logged(ended)[1]).toMatchObject({ ...about, open_threads: 0, reason: 'worker exited with code: 7' });
    expect(logged(failed)[0]).toMatchObject({ ...about, reason: expect.stringContaining(model), again_in_ms: 250 });
    await server.process.end('SIGTERM');
  });

  test('a folder without a model is told so, and ends with 1', async () => {
    await expect(startServer([join(folder, 'nothing')])).rejects.toThrow(/There is no folder/);
  });
});
