import type { OperatingPoint } from '@length-adaptive/core';
import * as fc from 'fast-check';
import { serveModel } from './served-model.js';
import type { QueueOptions, OpenModel } from './served-model.js';
import type { InferenceRequest, InferenceResult } from './request.js';
import type { ConstantSpeedPool } from './testing/constant-speed-pool.js';
import { constantSpeedPool, facts, textOf32Tokens } from './testing/constant-speed-pool.js';
import { inVirtualTime } from './testing/virtual-time.js';
import { macsOf } from './work/job.js';

/** No clock of this machine is in what follows: time passes only while a test awaits. */
const test = (name: string, body: () => Promise<void>): void => it(name, inVirtualTime(body));

const label = { name: 'm', version: '1' };
const start = (
  options: QueueOptions = {},
  pool: ConstantSpeedPool = constantSpeedPool(),
): { pool: ConstantSpeedPool; model: OpenModel } => ({ pool, model: serveModel(label, pool, options) });
const ask = (model: OpenModel, request: Partial<InferenceRequest> = {}): Promise<InferenceResult> =>
  model.infer({ inputs: [textOf32Tokens], budget: {}, ...request });
const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'answered',
    ({ code }: { code: string }) => code,
  );
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('an idle server gives the best configuration, and says what it spent', async () => {
  const { model } = start();
  const { predictions, ...rest } = await ask(model, { inputs: ['one', 'two'] });
  expect(predictions.map(({ label: text }) => text)).toEqual(['"one"', '"two"']);
  expect(rest).toMatchObject({
    point: { lengths: [1, 1, 1] },
    cost: 1,
    expectedScore: 0.91,
    degraded: false,
    tokens: 6,
    queueMs: 0,
  });
  expect(rest.computeMs).toBeGreaterThan(1);
});

test('budgets choose', async () => {
  const { model } = start();
  expect(await ask(model, { budget: { cost: 0.5 } })).toMatchObject({
    point: { lengths: [0.5, 0.3, 0.2] },
    expectedScore: 0.85,
    degraded: false,
  });
  expect(await ask(model, { budget: { minScore: 0.9, cost: 0.9 } })).toMatchObject({
    point: { lengths: [0.9, 0.8, 0.7] },
  });
  expect(await ask(model, { budget: { latencyMs: 9 } })).toMatchObject({
    degraded: false,
    point: { lengths: [0.7, 0.5, 0.4] },
  });
  expect(await ask(model, { budget: { point: { lengths: [0.6, 0.5, 0.5] } } })).toMatchObject({
    point: { lengths: [0.6, 0.5, 0.5] },
    expectedScore: undefined,
  });
  await expect(ask(model, { budget: { latencyMs: 0.5 } })).rejects.toMatchObject({
    code: 'BUDGET_INFEASIBLE',
    details: { nearest: { length_config: '0.2,0.1,0.1', latency_ms: expect.any(Number) } },
  });
});

test('points in other bits are planned with at their own pace, and teach the model nothing wrong of its own', async () => {
  const whole = { lengths: [1, 1, 1] };
  const paretoSet = [
    { point: { lengths: [0.5, 0.3, 0.2] }, score: 0.85, cost: 0.4 },
    { point: { ...whole, bits: 8 as const }, score: 0.9, cost: 1 },
    { point: whole, score: 0.91, cost: 1 },
  ];
  const { model } = start({}, constantSpeedPool({ bits: { paretoSet, pace: { 8: 0.25 } } }));
  const { msPerGigaMac } = model.status().speed;
  for (const latencyMs of [4, 4, 4, 4])
    expect(await ask(model, { budget: { latencyMs } })).toMatchObject({ point: { bits: 8 }, cost: 1 });
  expect(model.status().speed.msPerGigaMac).toBeCloseTo(msPerGigaMac, 6);
  expect((await ask(model, { budget: { latencyMs: 20 } })).point).toEqual(whole);
  // The cheapest by its MACs is not the fastest.
  await expect(ask(model, { budget: { latencyMs: 2 } })).rejects.toMatchObject({
    details: { nearest: { length_config: '1,1,1;bits=8', latency_ms: expect.closeTo(2.5, 1) } },
  });
});

test('requests with different budgets share a batch, each at its own configuration', async () => {
  const { model, pool } = start();
  const first = ask(model);
  const others = [0.3, 0.5, 1].map((cost) => ask(model, { budget: { cost } }));
  const answers = await Promise.all([first, ...others]);
  expect(pool.batches.map((batch) => batch.length)).toEqual([1, 3]);
  expect(answers.slice(1).map(({ point }) => point.lengths)).toEqual([
    [0.2, 0.1, 0.1],
    [0.5, 0.3, 0.2],
    [1, 1, 1],
  ]);
});

describe('a bound on cost is kept at the tokens of each text', () => {
  const macs = macsOf(facts);
  const shareOf = (tokens: number, point: OperatingPoint): number => macs(tokens, point) / macs(tokens, {});
  const tokensOf = (count: number) => ({ ids: new Array<number>(count).fill(5) });

  test('500 random ones: none is exceeded, the best within it runs, and what cannot be had is refused with what can', async () => {
    const { model } = start();
    const seen = { kept: 0, refused: 0 };
    const asked = fc.record({
      count: fc.integer({ min: 1, max: 128 }),
      cost: fc.double({ min: 0.1, max: 1, noNaN: true }),
    });
    for (const { count, cost } of fc.sample(asked, { numRuns: 500, seed: 1 })) {
      const shares = facts.paretoSet.map(({ point }) => shareOf(count, point));
      const fits = facts.paretoSet.filter((_, i) => (shares[i] ?? 1) <= cost + 1e-9);
      const answer = await ask(model, { inputs: [tokensOf(count)], budget: { cost } }).catch((error: unknown) => error);
      if (fits.length > 0) {
        seen.kept += 1;
        expect(answer).toMatchObject({ expectedScore: fits.at(-1)?.score, degraded: false });
        expect((answer as InferenceResult).cost).toBeLessThanOrEqual(cost + 1e-9);
      } else {
        seen.refused += 1;
        expect(answer).toMatchObject({
          code: 'BUDGET_INFEASIBLE',
          details: { nearest: { cost: Math.min(...shares) } },
        });
      }
    }
    expect(seen.kept).toBeGreaterThan(100);
    expect(seen.refused).toBeGreaterThan(50);
  });

  test('whatever the guess of its tokens was', async () => {
    const { model } = start({}, constantSpeedPool({ tokensOf: () => 5 })); // guessed: 32
    const [point] = facts.paretoSet.map((found) => found.point);
    await expect(ask(model, { budget: { cost: 0.4 } })).rejects.toMatchObject({
      code: 'BUDGET_INFEASIBLE',
      details: { nearest: { length_config: '0.2,0.1,0.1', cost: shareOf(5, point ?? {}), score: 0.8 } },
    });
    const long = start({}, constantSpeedPool({ tokensOf: () => 128 })).model; // guessed: 3, for which nothing is within
    expect(await ask(long, { inputs: ['a'], budget: { cost: 0.52 } })).toMatchObject({
      point: { lengths: [0.5, 0.3, 0.2] },
    });
  });

  test('by the default budget of the server too, together with a least score and under load', async () => {
    const { model } = start({ defaultBudget: { cost: 0.5 }, maxQueueMs: 10_000 });
    await expect(ask(model, { inputs: [tokensOf(2)] })).rejects.toMatchObject({ code: 'BUDGET_INFEASIBLE' });
    await expect(ask(model, { budget: { cost: 0.5, minScore: 0.88 } })).rejects.toMatchObject({
      code: 'BUDGET_INFEASIBLE',
      details: { nearest: { length_config: '0.7,0.5,0.4', score: 0.88 } },
    });
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(model)));
    expect(Math.max(...answers.map(({ cost }) => cost))).toBeLessThanOrEqual(0.5);
    expect(answers.some(({ degraded }) => degraded)).toBe(true);
    for (const { degraded, point } of answers) expect(degraded).toBe(point.lengths?.[0] !== 0.5);
  });

  test('of every text of a request; the answer tells the shortest configuration', async () => {
    const { model } = start();
    const inputs = [tokensOf(100), tokensOf(3)];
    const { predictions, point, expectedScore, degraded } = await ask(model, { inputs, budget: { cost: 0.76 } });
    for (const { cost } of predictions) expect(cost).toBeLessThanOrEqual(0.76);
    const [long, short] = predictions.map((own) => own.point.lengths);
    expect(short).not.toEqual(long);
    expect({ point, degraded }).toEqual({ point: { lengths: short }, degraded: false });
    expect(expectedScore).toBe(facts.paretoSet.find((found) => found.point.lengths === short)?.score);
    const some = await ask(model, { inputs: [tokensOf(2), tokensOf(100)], budget: { cost: 0.5 }, partial: true });
    expect(some.predictions).toHaveLength(1);
    expect(some.refused?.get(0)).toMatchObject({
      code: 'BUDGET_INFEASIBLE',
      message: expect.stringMatching(/^Text 0: /),
    });
  });
});

test('batches are bounded by tokens and by texts; one text always fits', async () => {
  const tokens = { inputs: Array.from({ length: 10 }, () => ({ ids: new Array<number>(100).fill(5) })), budget: {} };
  const { model, pool } = start({ maxBatchTokens: 350 });
  await model.infer(tokens);
  expect(pool.batches.map((batch) => batch.length)).toEqual([3, 3, 3, 1]);
  const small = start({ maxBatchTokens: 50, maxBatchTexts: 4 });
  await small.model.infer(tokens);
  expect(small.pool.batches).toHaveLength(10);
});

test('priority goes first', async () => {
  const { model, pool } = start({ maxBatchTexts: 1 });
  const names = ['running', 'normal', 'low', 'urgent'];
  await Promise.all(
    [0, 0, 5, -1].map((priority, i) => ask(model, { inputs: [`${names[i]} ${textOf32Tokens}`], priority })),
  );
  expect(pool.batches.map(([text]) => JSON.stringify(text?.input).slice(1).split(' ')[0])).toEqual([
    'running',
    'urgent',
    'normal',
    'low',
  ]);
});

test('what has run out of time is never computed', async () => {
  const { model, pool } = start({ maxBatchTexts: 1, maxQueueMs: 10_000 });
  const budget = { point: { lengths: [1, 1, 1] } }; // 10 ms
  const answers = Array.from({ length: 20 }, (_, i) =>
    codeOf(ask(model, { budget, ...(i % 2 === 1 && { timeoutMs: 90 }) })),
  );
  const urgent = Array.from({ length: 10 }, () => codeOf(ask(model, { budget, priority: -1 })));
  const codes = await Promise.all([...answers, ...urgent]);
  const count = (code: string): number => codes.filter((own) => own === code).length;
  expect(codes.slice(0, 6)).toEqual(['answered', 'TIMED_OUT', 'answered', 'TIMED_OUT', 'answered', 'OVERLOADED']); // two were let in, and overtaken
  expect({ timedOut: count('TIMED_OUT'), refused: count('OVERLOADED') }).toEqual({ timedOut: 2, refused: 8 });
  expect(pool.batches).toHaveLength(20);
  expect(model.status()).toMatchObject({ queued: 0, running: 0, expired: 2, refused: 8, answered: 20 });
});

test('a client that goes away frees its place', async () => {
  const { model, pool } = start({ maxBatchTexts: 1, maxQueueMs: 10_000 });
  const controllers = Array.from({ length: 30 }, () => new AbortController());
  const codes = Promise.all(controllers.map(({ signal }) => codeOf(ask(model, { signal }))));
  await sleep(15);
  controllers.forEach((controller) => controller.abort());
  expect(model.status().queued).toBe(0);
  expect(await codes).toEqual(['answered', ...new Array<string>(29).fill('ABANDONED')]);
  expect(pool.batches).toHaveLength(2); // the second ran already
  await expect(ask(model, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABANDONED' });
});

test('a text that cannot be read fails its own request only', async () => {
  const { model } = start();
  const codes = await Promise.all([ask(model), ask(model, { inputs: ['fine', 'too long'] }), ask(model)].map(codeOf));
  expect(codes).toEqual(['answered', 'TEXT_TOO_LONG', 'answered']);
});

test('what cannot be read of some texts of a client is called by its number there', async () => {
  const { model } = start();
  for (const [inputs, numbers] of [
    [
      ['fine', 'too long'],
      [3, 7],
    ],
    [['too long'], [7]],
  ] as const)
    await expect(ask(model, { inputs, numbers })).rejects.toMatchObject({ message: 'Text 7: too long' });
});

test('a request that may go without a text is answered for the others, in several batches too', async () => {
  const { model } = start({ maxBatchTexts: 2 });
  const { predictions, refused, tokens, cost } = await ask(model, {
    inputs: ['too long', 'one', 'two', 'too long', 'three'],
    partial: true,
    budget: { point: { lengths: [1, 1, 1] } },
  });
  expect(predictions.map(({ label }) => label)).toEqual(['"one"', '"two"', '"three"']);
  expect(
    [...(refused ?? [])].sort(([a], [b]) => a - b).map(([text, { code, message }]) => [text, code, message]),
  ).toEqual([
    [0, 'TEXT_TOO_LONG', 'Text 0: too long'],
    [3, 'TEXT_TOO_LONG', 'Text 3: too long'],
  ]);
  expect(tokens).toBe(predictions.reduce((sum, own) => sum + own.tokens, 0));
  expect(cost).toBe(1);
  expect(model.status()).toMatchObject({ answered: 3, queued: 0 });
  await expect(ask(model, { inputs: ['too long', 'too long'], partial: true })).rejects.toMatchObject({
    code: 'TEXT_TOO_LONG',
    message: 'Text 0: too long',
  });
});

describe('a request that nothing is ahead of gets what it asked for', () => {
  const wordsOf = (count: number): string => 'word '.repeat(count).trim();
  const wholeAnswers = async (model: OpenModel, requests: readonly (readonly string[])[]): Promise<void> => {
    for (const [number, inputs] of requests.entries()) {
      expect([number, await ask(model, { inputs })]).toEqual([
        number,
        expect.objectContaining({ degraded: false, cost: 1 }),
      ]);
      await sleep(number % 7 === 0 ? 2000 : 1);
    }
    expect(model.status()).toMatchObject({ degraded: 0, operatingPoint: 4 });
  };

  for (const msPerText of [10, 300])
    test(`whatever its length, at ${msPerText} ms a text`, async () => {
      const { model } = start({}, constantSpeedPool({ msPerText }));
      const lengths = Array.from({ length: 200 }, (_, i) => 8 + ((i * 61) % 493)); // 8 to 500 words
      await wholeAnswers(
        model,
        lengths.map((words) => [wordsOf(words)]),
      );
    });

  for (const [threads, msPerText] of [
    [1, 10],
    [1, 80],
    [3, 200],
  ] as const)
    test(`whatever its number of texts, on ${threads} threads at ${msPerText} ms a text`, async () => {
      const { model } = start({}, constantSpeedPool({ threads, msPerText }));
      await wholeAnswers(
        model,
        Array.from({ length: 50 }, (_, i) => new Array<string>(32).fill(wordsOf(8 + ((i * 17) % 120)))),
      );
    });

  test('in a moment after a crowd has gone, one after another too', async () => {
    const { model } = start({}, constantSpeedPool({ msPerText: 50 }));
    const crowd = await Promise.all(Array.from({ length: 20 }, () => ask(model)));
    expect(crowd.some(({ degraded }) => degraded)).toBe(true);
    await sleep(600);
    expect(await ask(model)).toMatchObject({ degraded: false });
    await Promise.all(Array.from({ length: 20 }, () => ask(model)));
    const ceilings: number[] = [];
    for (let i = 0; i < 400; i++) {
      await ask(model);
      ceilings.push(model.status().operatingPoint);
    }
    expect(ceilings[0]).toBeLessThan(4);
    expect(ceilings.slice(-200).every((ceiling) => ceiling === 4)).toBe(true);
  });

  test('and those that wait for it become shorter', async () => {
    const { model } = start({}, constantSpeedPool({ msPerText: 400 }));
    const [first, second] = await Promise.all([ask(model), ask(model)]);
    expect([first.degraded, second.degraded]).toEqual([false, true]);
  });
});

describe('under load', () => {
  /** Requests at a rate, for a time. */
  const load = async (
    model: OpenModel,
    perSecond: number,
    seconds: number,
    request: Partial<InferenceRequest> = {},
  ): Promise<(InferenceResult | string)[]> => {
    const answers: Promise<InferenceResult | string>[] = [];
    const begin = performance.now();
    while (performance.now() - begin < 1000 * seconds) {
      const due = (performance.now() - begin) * (perSecond / 1000);
      while (answers.length < due) answers.push(ask(model, request).catch(({ code }: { code: string }) => code));
      await sleep(2);
    }
    return Promise.all(answers);
  };
  const answered = (answers: (InferenceResult | string)[]): InferenceResult[] =>
    answers.filter((answer): answer is InferenceResult => typeof answer !== 'string');
  const meanCost = (answers: (InferenceResult | string)[]): number =>
    answered(answers).reduce((sum, { cost }, _, all) => sum + cost / all.length, 0);

  test('it goes shorter before it refuses, and comes back', async () => {
    const { model } = start({ targetDelayMs: 40, maxQueueMs: 300 }); // 100 texts a second at full length
    const calm = await load(model, 40, 1);
    expect(answered(calm).every(({ degraded }) => !degraded)).toBe(true);
    const busy = await load(model, 250, 2);
    expect(busy.filter((answer) => typeof answer === 'string')).toEqual([]);
    expect(answered(busy).some(({ degraded }) => degraded)).toBe(true);
    expect(meanCost(busy)).toBeLessThan(0.6);
    const crowd = await load(model, 1500, 1);
    expect(crowd).toContain('OVERLOADED');
    expect(meanCost(crowd)).toBeLessThan(meanCost(busy));
    expect(Math.max(...answered(crowd).map(({ queueMs }) => queueMs))).toBeLessThanOrEqual(300);
    for (let i = 0; i < 60 && model.status().operatingPoint < 4; i++) await load(model, 20, 0.2);
    expect(model.status().operatingPoint).toBe(4);
  });

  test('never below the score that a request asks for', async () => {
    const { model } = start({ targetDelayMs: 20, maxQueueMs: 200 });
    const answers = await load(model, 400, 1, { budget: { minScore: 0.88 } });
    expect(answered(answers).length).toBeGreaterThan(150); // 6 ms each
    expect(Math.min(...answered(answers).map(({ expectedScore }) => expectedScore ?? 0))).toBe(0.88);
    expect(answers).toContain('OVERLOADED');
  });

  test('a refusal says when to come back', async () => {
    const { model } = start({ maxQueueMs: 30 });
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => ask(model)));
    const refusals = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as { code: string; retryAfterMs: number }] : [],
    );
    expect(refusals.length).toBeGreaterThan(10);
    for (const { code, retryAfterMs } of refusals) {
      expect(code).toBe('OVERLOADED');
      expect(retryAfterMs).toBeGreaterThan(0);
    }
  });

  test('a single request and a batch pass the same admission check', async () => {
    const { model } = start({ maxQueue: 40, maxQueueMs: 10_000 });
    const held = ask(model, { inputs: new Array<string>(40).fill(textOf32Tokens) });
    const more = ask(model, { inputs: new Array<string>(39).fill(textOf32Tokens) });
    await expect(ask(model, { inputs: new Array<string>(20).fill(textOf32Tokens) })).rejects.toMatchObject({
      code: 'OVERLOADED',
    });
    await Promise.all([held, more]);
  });
});

describe('a thread that dies', () => {
  test('once: its requests are tried again', async () => {
    const { model, pool } = start();
    pool.crashNext();
    expect(await Promise.all([ask(model), ask(model)].map(codeOf))).toEqual(['answered', 'answered']);
  });
  test('twice of the same request: that one fails, the others do not', async () => {
    const { model, pool } = start();
    pool.crashNext(2);
    const codes = await Promise.all([ask(model), ask(model), ask(model)].map(codeOf));
    expect(codes.sort()).toEqual(['WORKER_CRASHED', 'answered', 'answered']);
  });
});

describe('when no thread can run the model', () => {
  test('it is not ready at once, refuses at once, and is ready again by itself', async () => {
    const { model, pool } = start({ maxQueueMs: 500 });
    expect(model.status().ready).toBe(true);
    const held = codeOf(ask(model));
    pool.loseThreads();
    expect(model.status().ready).toBe(false);
    await expect(ask(model)).rejects.toMatchObject({ code: 'MODEL_NOT_READY', retryAfterMs: 1000 });
    await sleep(200);
    pool.tell({ kind: 'opened' });
    expect(await held).toBe('answered'); // it was accepted, and computed by the next thread
    expect(model.status()).toMatchObject({ ready: true, queued: 0, running: 0 });
    expect(await codeOf(ask(model))).toBe('answered');
  });
  test('what has not begun is refused at once, what ran is computed by the next thread, and waits no longer than for its turn', async () => {
    const { model, pool } = start({ maxQueueMs: 500, maxBatchTexts: 1 });
    const ran = codeOf(ask(model));
    const waits = Promise.all([ask(model), ask(model)].map(codeOf));
    await sleep(2);
    const lost = performance.now();
    pool.loseThreads();
    expect(await waits).toEqual(['MODEL_NOT_READY', 'MODEL_NOT_READY']);
    expect(performance.now() - lost).toBe(0);
    expect(await ran).toBe('MODEL_NOT_READY');
    expect(performance.now() - lost).toBeGreaterThan(400);
    expect(performance.now() - lost).toBeLessThan(600);
  });
  test('and not at all when the model cannot be opened', async () => {
    const { model, pool } = start({ maxQueueMs: 500, maxBatchTexts: 1 });
    const codes = Promise.all([ask(model), ask(model)].map(codeOf));
    await sleep(2);
    pool.loseThreads();
    await sleep(20);
    pool.tell({ kind: 'not-opened', reason: 'There is no config.json.', againInMs: 250 });
    expect(model.status().queued).toBe(0);
    expect(await codes).toEqual(['MODEL_NOT_READY', 'MODEL_NOT_READY']);
  });
});

test('draining finishes what was accepted and takes nothing more', async () => {
  const { model } = start();
  const answers = Promise.all(Array.from({ length: 5 }, () => codeOf(ask(model))));
  const drained = model.drain();
  await expect(ask(model)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  expect(model.status().ready).toBe(false);
  await drained;
  expect(await answers).toEqual(new Array<string>(5).fill('answered'));
});

test('closing fails what waits', async () => {
  const { model } = start({ maxBatchTexts: 1 });
  const answers = Promise.all(Array.from({ length: 5 }, () => codeOf(ask(model))));
  await model.close();
  expect((await answers).every((code) => code === 'SHUTTING_DOWN')).toBe(true);
});
