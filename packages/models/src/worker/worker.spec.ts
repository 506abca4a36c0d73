import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { CoreError } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import type { DownloadProgress } from '../sources/download-progress.js';
import { ModelError } from '../errors.js';
import { load } from '../predictor/load.js';
import type { Predictor } from '../predictor/predictor.js';
import { startFileServer } from '../testing/file-server.js';
import type { FileServer } from '../testing/file-server.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyFiles } from '../testing/tiny-model.js';
import { openTrainedModel } from '../model/open-model.js';
import { createReranker } from '../reranking/reranker.js';
import type { Reranker } from '../reranking/reranker.js';
import { openSource } from '../sources/open-source.js';
import type { Line } from './messages.js';
import { raceShapeOf } from './race-shape.js';
import { servePredictor } from './serve-predictor.js';
import type { WorkerLine } from './line.js';
import { createWorkerPredictor } from './worker-predictor.js';
import type { WorkerPredictor } from './worker-predictor.js';
import { createWorkerReranker } from './worker-reranker.js';
import type { WorkerReranker } from './worker-reranker.js';

/** Both ends of a line; what passes over it is cloned, as it is between a page and its worker. The real thing runs in e2e/browser. */
const ports: MessagePort[] = [];
const openPorts = (): { page: WorkerLine; worker: Line } => {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  port2.on('newListener', () => port2.start());
  return { page: port1 as unknown as WorkerLine, worker: port2 as unknown as Line };
};
const cacheFolder = temporaryFolder();
let server: FileServer;
let source: string;
let inThread: Predictor;
let predictor: WorkerPredictor;
const progress: DownloadProgress[] = [];

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // no advertisement on the console
  server = await startFileServer(
    Object.fromEntries(Object.entries(await tinyFiles()).map(([name, bytes]) => [`tiny/${name}`, bytes])),
  );
  source = `${server.url}/tiny`;
  const { page, worker } = openPorts();
  servePredictor({ line: worker });
  predictor = await createWorkerPredictor(page, source, {
    cacheFolder,
    backends: ['cpu'],
    onProgress: (own) => progress.push(own),
  });
  inThread = await load(source, { cacheFolder });
});
afterAll(async () => {
  predictor.dispose();
  inThread.dispose();
  for (const port of ports) port.close();
  await server.close();
});

const texts = ['good film', 'the phone is very bad and it breaks'];

test('backends race at the shape that config.json says; where it says none, nothing is known', async () => {
  const tiny = await openSource(source, { cacheFolder });
  const { layers, hiddenSize, intermediateSize, heads } = predictor.dimensions;
  const { positions } = predictor.dimensions;
  expect(await raceShapeOf(tiny)).toEqual({
    layers,
    hiddenSize,
    intermediateSize,
    heads,
    tokens: Math.min(128, positions),
  });
  expect(
    await raceShapeOf({ ...tiny, read: async () => new TextEncoder().encode('{"model_type":"bert"}') }),
  ).toBeUndefined();
  expect(await raceShapeOf(await openSource(`${server.url}/nowhere`, { cacheFolder }))).toBeUndefined();
});

test('a model in a worker looks and answers like one in the thread', async () => {
  const { engine, task, dimensions, head, paretoSet, labels } = predictor;
  expect({ engine, task, dimensions, head, labels }).toEqual({
    engine: 'tfjs',
    task: inThread.task,
    dimensions: inThread.dimensions,
    head: inThread.head,
    labels: inThread.labels,
  });
  expect(paretoSet).toEqual(inThread.paretoSet);
  expect(predictor.backend).toEqual({
    backend: 'cpu',
    reason: 'plain JavaScript, many times slower than the others',
    passedOver: [],
  });
  const options = { point: { lengths: [0.8, 0.5, 0.3] } };
  expect(await predictor.predict(texts, options)).toEqual(await inThread.predict(texts, options));
  expect(await predictor.inspect('good film', options)).toEqual(await inThread.inspect('good film', options));
  expect(await predictor.countTokens('good film')).toBe(await inThread.countTokens('good film'));
  for (const tokens of [2, 30]) {
    expect(predictor.macs(tokens)).toBe(inThread.macs(tokens));
    expect(predictor.macs(tokens, options.point)).toBe(inThread.macs(tokens, options.point));
  }
});

test('a model in a worker tells its prior, by which the zero-shot pipeline knows that labels stay', async () => {
  const { page, worker } = openPorts();
  servePredictor({ line: worker });
  const options = { cacheFolder, backends: ['cpu'], prior: 'second-text' } as const;
  const ofPairs = await createWorkerPredictor(page, source, options);
  expect(ofPairs.prior).toEqual({ name: 'second-text', layers: ofPairs.dimensions.layers });
  expect(predictor.prior).toBeUndefined();
  ofPairs.dispose();
});

test('addresses of a model and of its adapter are taken from the page', async () => {
  const { page, worker } = openPorts();
  const opened: unknown[] = [];
  servePredictor({
    line: worker,
    open: async (from, { adapter }) => {
      opened.push([from, adapter]);
      return { predictor: { ...inThread, dispose: () => undefined } };
    },
  });
  Object.assign(globalThis, { location: { href: 'https://example.org/app/index.html' } });
  try {
    for (const adapter of ['/adapters/mine', '../adapters/mine', 'owner/adapter', undefined])
      await createWorkerPredictor(page, './models/reviews', { adapter });
  } finally {
    Reflect.deleteProperty(globalThis, 'location');
  }
  const model = 'https://example.org/app/models/reviews';
  expect(opened).toEqual([
    [model, 'https://example.org/adapters/mine'],
    [model, 'https://example.org/adapters/mine'],
    [model, 'owner/adapter'],
    [model, undefined],
  ]);
});

test('images pass over the line, a URL as where it points', async () => {
  const fixtures = join(__dirname, '../../fixtures');
  const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(fixtures, name)));
  const photo = file('images/wide.jpg');
  const images = await startFileServer({
    'vit/config.json': file('golden/vit/config.json'),
    'vit/model.safetensors': file('golden/vit/model.safetensors'),
    'vit/preprocessor_config.json': new TextEncoder().encode(
      JSON.stringify({
        image_processor_type: 'ViTImageProcessor',
        size: { height: 12, width: 16 },
        resample: 2,
        image_mean: [0.5, 0.5, 0.5],
        image_std: [0.5, 0.5, 0.5],
      }),
    ),
    'wide.jpg': photo,
  });
  const { page, worker } = openPorts();
  servePredictor({ line: worker });
  const ofImages = await createWorkerPredictor(page, `${images.url}/vit`, { cacheFolder, backends: ['cpu'] });
  const place = new URL(`${images.url}/wide.jpg`);
  const onThread = await load(`${images.url}/vit`, { cacheFolder });
  const here = await onThread.predict(photo);
  onThread.dispose();
  expect(await ofImages.predict([place, photo, new Blob([new Uint8Array(photo)])])).toEqual([here, here, here]);
  expect(await ofImages.countTokens(place)).toBe(here.tokens);
  expect((await ofImages.inspect(place)).prediction.label).toBe(here.label);
  await expect(ofImages.predict(place.href)).rejects.toMatchObject({ code: 'TEXT_UNSUPPORTED' }); // a text stays one
  await expect(ofImages.predict(new URL(`${images.url}/nowhere.jpg`))).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
  });
  ofImages.dispose();
  await images.close();
});

test('progress is that of all files together', () => {
  const last = progress.at(-1);
  expect(last).toMatchObject({ share: 1 });
  expect(last?.loaded).toBe(last?.total);
  expect(new Set(progress.map(({ file }) => file)).size).toBeGreaterThan(2);
});

test('errors arrive as what they are', async () => {
  const empty = await predictor.predict(['']).catch((error: unknown) => error);
  expect(empty).toBeInstanceOf(ModelError);
  expect(empty).toMatchObject({ code: 'TEXT_EMPTY' });
  const [good, none] = await predictor.predict(['good film', '']); // of several, in its place
  expect(good?.label).toBeDefined();
  expect(none).toEqual({ error: { code: 'TEXT_EMPTY', message: expect.stringContaining('has no tokens') } });
  await expect(predictor.predict(['good film', ''], { onError: 'throw' })).rejects.toMatchObject({
    code: 'TEXT_EMPTY',
  });
  const rising = await predictor
    .predict(texts, { point: { lengths: [0.5, 0.6, 0.7] } })
    .catch((error: unknown) => error);
  expect(rising).toBeInstanceOf(CoreError);
  expect(rising).toMatchObject({ code: 'LENGTH_CONFIG_INVALID' });
  const { page, worker } = openPorts();
  servePredictor({
    line: worker,
    open: () => Promise.reject(Object.assign(new TypeError('no such thing'), { code: 'ODD' })),
  });
  await expect(createWorkerPredictor(page, source)).rejects.toMatchObject({
    name: 'TypeError',
    code: 'ODD',
    message: 'no such thing',
  });
});

test('what is no text is refused in its place, as it is in the thread', async () => {
  for (const none of [null, undefined, 5, {}]) {
    const some = ['good film', none, 'it breaks'] as unknown as string[];
    const answers = await predictor.predict(some);
    expect(answers).toEqual(await inThread.predict(some));
    expect(answers[1]).toMatchObject({ error: { code: 'OPTION_INVALID' } });
    const [, alone] = some as [string, string];
    for (const call of [() => predictor.countTokens(alone), () => predictor.inspect(alone)])
      await expect(call()).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  }
});

test('an option that cannot be sent is refused, and nothing waits for its answer', async () => {
  const { page, worker } = openPorts();
  servePredictor({ line: worker, open: async () => ({ predictor: { ...inThread, dispose: () => undefined } }) });
  const posted: unknown[] = [];
  const line: WorkerLine = {
    addEventListener: (type, listener) => page.addEventListener(type, listener),
    postMessage: (message) => (page.postMessage(message), void posted.push(message)),
    start: () => page.start?.(),
  };
  const ofLine = await createWorkerPredictor(line, source);
  const controller = new AbortController();
  const prior = [() => 1] as never;
  await expect(ofLine.predict(['good film'], { prior, signal: controller.signal })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringMatching(/came with predict cannot be sent to the worker: .*leave functions out/),
  });
  controller.abort();
  expect(posted).toHaveLength(1); // what opened it; there is nothing to stop
  const reducer = { name: 'mine', score: () => 1 } as never;
  await expect(createWorkerPredictor(line, source, { reducer })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  ofLine.dispose();
});

describe('a reranker in a worker', () => {
  const documents = ['the phone is bad', { text: 'a good film, warm and funny' }, 'it breaks', 'very good'];
  let ofWorker: WorkerReranker;
  let here: Reranker;
  beforeAll(async () => {
    const { page, worker } = openPorts();
    servePredictor({ line: worker });
    const label = predictor.labels[0] ?? '';
    ofWorker = await createWorkerReranker(page, source, { cacheFolder, backends: ['cpu'], label });
    here = createReranker(await openTrainedModel(source, { cacheFolder }), { label });
  });
  afterAll(() => {
    ofWorker.dispose();
    here.dispose();
  });

  test('looks and ranks like one in the thread', async () => {
    expect(ofWorker.backend?.backend).toBe('cpu');
    expect(ofWorker).toMatchObject({ engine: here.engine, task: here.task, cascades: here.cascades });
    expect(ofWorker.points).toEqual(here.points);
    const cascade = { point: { lengths: [0.8, 0.5, 0.3] }, keep: 2 };
    for (const options of [{}, { topK: 2 }, { cascade }]) {
      const { milliseconds, ...there } = await ofWorker.rerank('which film is good', documents, options);
      expect(milliseconds).toBeGreaterThan(0);
      expect(there).toEqual({
        ...(await here.rerank('which film is good', documents, options)),
        milliseconds: undefined,
      });
    }
  });

  test('that cannot be made leaves no model in the worker', async () => {
    const { page, worker } = openPorts();
    servePredictor({ line: worker });
    const before = tf.memory().numTensors;
    const making = createWorkerReranker(page, source, { cacheFolder, backends: ['cpu'], label: 'none of its own' });
    await expect(making).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('takes every option that one in the thread takes', async () => {
    const { page, worker } = openPorts();
    servePredictor({ line: worker });
    const options = { label: predictor.labels[0], ordered: true, windowLength: 12, stride: 2, scale: 'raw' } as const;
    const there = await createWorkerReranker(page, source, { cacheFolder, backends: ['cpu'], ...options });
    const own = createReranker(await openTrainedModel(source, { cacheFolder }), options);
    const many = Array.from({ length: 8 }, (_, i) => documents[(i * 3) % 4] ?? '').map((text, i) =>
      typeof text === 'string' ? `${text} ${'film '.repeat(i * 2)}` : text,
    );
    const point = { lengths: [0.8, 0.5, 0.3] };
    const { results } = await there.rerank('which film is good', many, { point });
    expect(results).toEqual((await own.rerank('which film is good', many, { point })).results);
    const plain = await here.rerank('which film is good', many, { point });
    expect(results.map(({ index }) => index)).not.toEqual(plain.results.map(({ index }) => index));
    there.dispose();
    own.dispose();
  });

  test('keeps a deadline that counts from the call, once it has been timed', async () => {
    await ofWorker.calibrate({ lengths: [8], repeats: 1, seconds: 0.1 });
    const { results, unseen } = await ofWorker.rerank('which film is good', documents, { deadlineMs: 2000 });
    expect(results.length + unseen.length).toBe(documents.length);
    const late: number[] = [];
    const { page, worker } = openPorts();
    servePredictor({
      line: {
        ...worker,
        postMessage: (message) => worker.postMessage(message),
        addEventListener: (type, listener) =>
          worker.addEventListener(type, (event) => setTimeout(() => listener(event), 60)), // a worker that is busy
      },
      openReranker: async () => ({
        reranker: {
          ...here,
          rerank: (query, some, options) => (late.push(options?.deadlineMs ?? 0), here.rerank(query, some, options)),
          dispose: () => undefined,
        },
      }),
    });
    const busy = await createWorkerReranker(page, source);
    for (const deadlineMs of [1000, 20]) await busy.rerank('which film is good', documents, { deadlineMs });
    expect(late[0]).toBeGreaterThan(800);
    expect(late[0]).toBeLessThanOrEqual(941);
    expect(late[1]).toBe(1); // it is over: what can still be had
    busy.dispose();
  });

  test('errors arrive as what they are, and what was disposed of is gone', async () => {
    await expect(ofWorker.rerank('', documents)).rejects.toMatchObject({ code: 'TEXT_EMPTY' });
    await expect(ofWorker.rerank('film', documents, { deadlineMs: -1 })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    for (const none of [undefined, null, 'film', ['a', null], [{ text: 5 }], ['a', () => 'b']])
      for (const reranker of [here, ofWorker])
        await expect(reranker.rerank('film', none as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    const { page, worker } = openPorts();
    servePredictor({ line: worker });
    await expect(
      createWorkerReranker(page, source, { cacheFolder, backends: ['cpu'], label: 'nobody' }),
    ).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    const gone = await createWorkerReranker(page, source, {
      cacheFolder,
      backends: ['cpu'],
      label: predictor.labels[0],
    });
    gone.dispose();
    await expect(gone.rerank('film', documents)).rejects.toMatchObject({
      code: 'DISPOSED',
      message: 'The reranker was disposed of; create another.',
    });
  });
});

test('two models on one worker get answers of their own', async () => {
  const { page, worker } = openPorts();
  servePredictor({ line: worker });
  const options = { cacheFolder, backends: ['cpu'], keepWorker: true } as const;
  const first = await createWorkerPredictor(page, source, options);
  const second = await createWorkerReranker(page, source, { ...options, label: predictor.labels[0] });
  const [answers, ranking] = await Promise.all([first.predict(texts), second.rerank('a good film', texts)]);
  expect(answers).toEqual(await inThread.predict(texts));
  expect(ranking.results).toHaveLength(2);
  first.dispose();
  expect((await second.rerank('a good film', texts)).results).toEqual(ranking.results);
  second.dispose();
});

test('a worker whose opening fails is ended, unless it is kept', async () => {
  let terminated = 0;
  for (const keepWorker of [false, true]) {
    const { page, worker } = openPorts();
    servePredictor({ line: worker, open: () => Promise.reject(new Error('not here')) });
    const line: WorkerLine = Object.assign(page, { terminate: () => (terminated += 1) });
    await expect(createWorkerPredictor(line, source, { keepWorker })).rejects.toThrow('not here');
  }
  expect(terminated).toBe(1);
});

test('a signal stops a call at once, in the page and in the worker', async () => {
  await expect(predictor.predict(texts, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  const { page, worker } = openPorts();
  const controller = new AbortController();
  let inWorker: AbortSignal | undefined;
  const begun = new Promise<void>((resolve) => {
    servePredictor({
      line: worker,
      open: (_, { signal }) => ((inWorker = signal ?? undefined), resolve(), new Promise(() => undefined)),
    });
  });
  const opening = createWorkerPredictor(page, source, { signal: controller.signal });
  await begun;
  const stopped = new Promise<void>((resolve) => inWorker?.addEventListener('abort', () => resolve()));
  controller.abort();
  await expect(opening).rejects.toMatchObject({ code: 'ABORTED' });
  await stopped;
});

test('a model whose opening was stopped when it was almost done is freed', async () => {
  const { page, worker } = openPorts();
  const controller = new AbortController();
  const freed = new Promise<void>((resolve) => {
    const open = async (_: string, { signal }: { readonly signal?: AbortSignal | undefined }) => {
      const stopped = new Promise<void>((stop) => signal?.addEventListener('abort', () => stop()));
      controller.abort();
      await stopped;
      return { predictor: { ...inThread, dispose: resolve } };
    };
    servePredictor({ line: worker, open });
  });
  await expect(createWorkerPredictor(page, source, { signal: controller.signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  await freed;
});

test('a model that was open when the page gave it up is freed, where the worker is kept', async () => {
  const { page, worker } = openPorts();
  const controller = new AbortController();
  const freed = new Promise<void>((resolve) =>
    servePredictor({ line: worker, open: async () => ({ predictor: { ...inThread, dispose: resolve } }) }),
  );
  const late: WorkerLine = {
    postMessage: (message) => page.postMessage(message),
    addEventListener: (type, listener) =>
      page.addEventListener(type, (event) => {
        controller.abort(); // the answer has come, and nobody has looked at it
        listener(event);
      }),
  };
  await expect(
    createWorkerPredictor(late, source, { signal: controller.signal, keepWorker: true }),
  ).rejects.toMatchObject({ code: 'ABORTED' });
  await freed;
});

test('a worker that ends with one model leaves nothing waiting for another that was on it', async () => {
  const { page, worker } = openPorts();
  const hanging = { ...inThread, predict: () => new Promise<never>(() => undefined), dispose: () => undefined };
  servePredictor({ line: worker, open: async () => ({ predictor: hanging }) });
  const line: WorkerLine = Object.assign(page, { terminate: () => undefined });
  const [first, second] = [await createWorkerPredictor(line, source), await createWorkerPredictor(line, source)];
  const waits = second.predict(texts);
  first.dispose();
  const ended = { code: 'WORKER_FAILED', message: expect.stringContaining('keepWorker') };
  await expect(waits).rejects.toMatchObject(ended);
  await expect(second.countTokens('good')).rejects.toMatchObject(ended);
  second.dispose();
});

test('a script that fails says so to everything that waits, and to all that comes', async () => {
  const { page } = openPorts();
  const listeners: ((event: { message?: string }) => void)[] = [];
  const failing: WorkerLine = {
    postMessage: (message) => page.postMessage(message),
    addEventListener: (type, listener) => void (type === 'error' && listeners.push(listener)),
  };
  const opening = createWorkerPredictor(failing, source);
  for (const listener of listeners) listener({ message: 'Uncaught SyntaxError' });
  await expect(opening).rejects.toMatchObject({
    code: 'WORKER_FAILED',
    message: 'The worker failed: Uncaught SyntaxError. Is its script served, and does it call servePredictor()?',
  });
});

test('disposing frees the model, ends what waits and the worker with it', async () => {
  const { page, worker } = openPorts();
  let disposed = 0;
  let terminated = 0;
  servePredictor({
    line: worker,
    open: async () => ({
      predictor: { ...inThread, predict: () => new Promise(() => undefined), dispose: () => (disposed += 1) },
    }),
  });
  const line: WorkerLine = Object.assign(page, { terminate: () => (terminated += 1) });
  const kept = await createWorkerPredictor(line, source, { keepWorker: true });
  const waits = kept.predict(texts);
  kept.dispose();
  await expect(waits).rejects.toMatchObject({ code: 'DISPOSED', message: expect.stringContaining('disposed of') });
  await expect(kept.countTokens('good')).rejects.toMatchObject({ code: 'DISPOSED' });
  kept.dispose();
  const other = await createWorkerPredictor(line, source); // the same worker, another model
  expect([disposed, terminated]).toEqual([1, 0]);
  other.dispose();
  expect(terminated).toBe(1);
});
