/** Clients that are not ours, against a server that runs. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InferenceClient } from '@huggingface/inference';
import { grpcClient } from './testing/grpc-client.js';
import { clientOf, type Listening } from './testing/http-client.js';
import { startServer, type TestServer } from './testing/start-server.js';
import { textOf, writeTinyModel } from './testing/tiny-models.js';
import { exchangeBytes, tritonBytes, tritonInfer, tritonOutputs } from './testing/triton-client.js';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-clients-'));
const text = 'a good film';
let server: TestServer;
let http: Listening;
let grpcAddress: string;

beforeAll(async () => {
  const model = join(folder, 'reviews');
  await writeTinyModel(model);
  const file = join(model, 'length_adaptive.json');
  const written = JSON.parse(readFileSync(file, 'utf8')) as object;
  const search = {
    metric: 'fidelity',
    split: 'train.tsv',
    full: { lengthConfig: [1, 1, 1], score: 1, heldOutScore: 0.9, cost: 1 },
    heldOut: { metric: 'accuracy', split: 'test.tsv' },
  };
  const { paretoSet } = written as { paretoSet: object[] };
  const measured = paretoSet.map((point, at) => ({ ...point, heldOutScore: [0.7, 0.75, 0.9][at] }));
  writeFileSync(file, JSON.stringify({ ...written, search, paretoSet: measured.slice(0, 2) }));
  server = await startServer([folder, '--grpc-port', '0']);
  http = clientOf(server.url);
  grpcAddress = /for gRPC on (\S+)/.exec(server.process.printed())?.[1] ?? '';
});

afterAll(() => rmSync(folder, { recursive: true }));

test("Triton's client, gRPC, Hugging Face's client, text-embeddings-inference's and plain requests get the same answer", async () => {
  const { json } = await http.post('/v1/classify', { text, length_config: 'full' });
  const { label, probabilities } = json as { label: string; probabilities: Record<string, number> };
  const whole = { length_config: 'full' };
  const rows = (ranking: readonly { readonly label: string; readonly score: number }[]) =>
    Object.fromEntries(ranking.map((one) => [one.label, one.score]));
  const near = Object.fromEntries(
    Object.entries(probabilities).map(([name, value]) => [name, expect.closeTo(value, 6)]),
  );

  const { json: ranking } = await http.post('/predict', { inputs: text, parameters: whole });
  expect(rows(ranking as never)).toEqual(near);

  const hub = await new InferenceClient().textClassification({
    endpointUrl: `${server.url}/models/reviews`,
    inputs: text,
    parameters: whole,
  });
  expect(rows(hub)).toEqual(near);

  const bytes = tritonBytes(text);
  const sent = tritonInfer('reviews', [{ name: 'text', shape: [1], datatype: 'BYTES', bytes }]);
  expect(tritonOutputs(await exchangeBytes(http.port, sent))).toMatchObject({ label: [expect.any(String)] });

  const { call, close } = grpcClient(grpcAddress);
  const answer = await call('ModelInfer', {
    model_name: 'reviews',
    parameters: { length_config: { string_param: 'full' } },
    inputs: [{ name: 'text', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [Buffer.from(text)] } }],
  });
  close();
  expect(answer['outputs']).toMatchObject([
    { contents: { bytes_contents: [Buffer.from(label)] } },
    {},
    { contents: { fp32_contents: Object.values(near) } },
  ]);
});

test('answers, the list of models and the full length say what their scores are', async () => {
  const answers = { score_metric: 'fidelity', held_out_metric: 'accuracy' };
  for (const [length_config, expected_score, held_out_score] of [
    ['0', 0.8, 0.7],
    ['1', 0.86, 0.75],
    ['full', 1, 0.9],
  ] as const)
    expect((await http.post('/v1/classify', { text, length_config })).json).toMatchObject({
      ...answers,
      expected_score,
      held_out_score,
    });
  const own = (await http.post('/v1/classify', { text, length_config: '0.9,0.5,0.5' })).json as object;
  expect(Object.keys(own).filter((name) => name.includes('score'))).toEqual(['score']); // of the answer itself
  const inputs = [{ name: 'text', shape: [1], datatype: 'BYTES', data: [text] }];
  expect((await http.post('/v2/models/reviews/infer', { inputs })).json).toMatchObject({
    parameters: { ...answers, expected_score: 0.86, held_out_score: 0.75 },
  });
  expect((await http.get('/v1/models')).json).toMatchObject({
    models: [
      {
        score_metric: 'fidelity',
        score_split: 'train.tsv',
        held_out_metric: 'accuracy',
        held_out_split: 'test.tsv',
        full: { length_config: '1,1,1', score: 1, cost: 1, held_out_score: 0.9 },
        pareto_set: [{ held_out_score: 0.7 }, { held_out_score: 0.75 }],
      },
    ],
  });
});

test('autocannon: every request is answered', () => {
  const program = join(dirname(require.resolve('autocannon/package.json')), 'autocannon.js');
  const { stdout } = spawnSync(
    process.execPath,
    [
      program,
      ...['--json', '--connections', '8', '--amount', '200', '--method', 'POST'],
      ...['--headers', 'content-type=application/json', '--body', JSON.stringify({ text: textOf(12) })],
      `${server.url}/v1/classify`,
    ],
    { encoding: 'utf8' },
  );
  expect(JSON.parse(stdout)).toMatchObject({ '2xx': 200, non2xx: 0, errors: 0, timeouts: 0, resets: 0 });
});

test('SIGTERM ends it though a gRPC client stays connected', async () => {
  const { call, close } = grpcClient(grpcAddress);
  expect(await call('ServerReady', {})).toEqual({ ready: true });
  expect(await server.process.end('SIGTERM')).toBe(0);
  close();
});
