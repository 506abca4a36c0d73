/** Models that rank their tokens by something else than attention, in real threads of a real process, over sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import './testing/register-large-states.js';
import type { TestServer } from './testing/start-server.js';
import { startServer } from './testing/start-server.js';
import { textOf, writeTinyModel } from './testing/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-server-'));
const repository = join(folder, 'models');
const reducers = ['attention', 'cls-attention', 'large-states'];
const lengthConfig = [0.5, 0.3, 0.1];
const text = textOf(40);

const loader = require.resolve('@length-adaptive/tools/testing/typescript.mjs');
const registering = join(__dirname, 'testing/register-large-states.ts');

/** The probability of "good" that each model gives the text, here. */
const expected: Record<string, number> = {};

beforeAll(async () => {
  for (const reducer of reducers) {
    await writeTinyModel(join(repository, reducer), 'reviews', 3, reducer); // the same weights
    const predictor = await load(join(repository, reducer));
    const [{ probabilities }] = await predictor.predict([text], { point: { lengths: lengthConfig } });
    expected[reducer] = probabilities?.['good'] ?? Number.NaN;
    predictor.dispose();
  }
  tf.disposeVariables();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the three give the text other answers', () => {
  const values = reducers.map((reducer) => expected[reducer]?.toFixed(4));
  expect(new Set(values).size).toBe(3);
});

describe.each(['onnx', 'tfjs'])('served by %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer([repository, '--engine', engine], {
      NODE_OPTIONS: `--conditions=@length-adaptive/source --import ${loader} --import ${registering}`,
    });
  });
  afterAll(() => server.process.end('SIGTERM'));

  test.each(reducers)('a model that ranks by %s answers as it does here', async (model) => {
    const { status, body } = await server.post('/v1/classify', {
      model,
      text,
      length_config: lengthConfig.join(','),
    });
    expect({ status, body }).toMatchObject({ status: 200 });
    expect((body['probabilities'] as Record<string, number>)['good']).toBeCloseTo(expected[model] ?? Number.NaN, 4);
  });
});

test('without the module that registers it, a model is not served, and the log says what to do', async () => {
  const server = await startServer([join(repository, 'cls-attention')]);
  expect((await server.get('/v2/health/ready')).status).toBe(200);
  await server.process.end('SIGTERM');
  await expect(startServer([join(repository, 'large-states')])).rejects.toThrow(
    /There is no reducer "large-states"; known: attention, cls-attention, tome, pool, fuse, token-pooling, skim, prior\..*--import \.\/my-reducer\.mjs/,
  );
});
