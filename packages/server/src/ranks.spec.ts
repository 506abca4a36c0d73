/** A model whose configurations have ranks, in real threads of a real process, over sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import type { TestServer } from './testing/start-server.js';
import { startServer } from './testing/start-server.js';
import { rankedParetoSet, textOf, writeRankedModel } from './testing/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-server-'));
const text = textOf(40);
const configs = ['1,1,1;ranks=0.25', '0.8,0.6,0.5;ranks=0.5', '0.8,0.6,0.5', '1,1,1'];

/** The probability of "good" at each configuration, here. */
const expected: number[] = [];

beforeAll(async () => {
  await writeRankedModel(folder);
  const predictor = await load(folder);
  for (const { point } of rankedParetoSet) {
    const [{ probabilities }] = await predictor.predict([text], { point });
    expected.push(probabilities?.['good'] ?? Number.NaN);
  }
  predictor.dispose();
  tf.disposeVariables();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the four give the text other answers', () => {
  expect(new Set(expected.map((probability) => probability.toFixed(4))).size).toBe(4);
});

describe.each(['onnx', 'tfjs'])('served by %s', (engine) => {
  let server: TestServer;
  const good = ({ probabilities }: Record<string, unknown>): number =>
    (probabilities as Record<string, number>)['good'] ?? Number.NaN;
  beforeAll(async () => {
    server = await startServer([folder, '--engine', engine]);
  });
  afterAll(() => server.process.end('SIGTERM'));

  test('the list of its configurations says their ranks, and so does the status', async () => {
    const { body } = await server.get('/v1/models');
    expect(body).toMatchObject({
      models: [{ pareto_set: configs.map((config) => ({ length_config: config })) }],
    });
    const status = (await server.get('/v1/status')).body as { models: { paretoSet: object[] }[] };
    expect(status.models[0]?.paretoSet.slice(0, 3)).toMatchObject(
      rankedParetoSet.slice(0, 3).map(({ point: { lengths = [1, 1, 1], ranks } }) => ({
        lengthConfig: lengths,
        ...(ranks && { ranks }),
      })),
    );
    expect(status.models[0]?.paretoSet[2]).not.toHaveProperty('ranks');
  });

  test.each(configs.map((config, i) => [config, i] as const))('%s runs where it is asked for', async (config, i) => {
    for (const asked of [config, String(i)]) {
      const { status, body } = await server.post('/v1/classify', { text, length_config: asked });
      expect({ status, body }).toMatchObject({
        status: 200,
        body: {
          length_config: config,
          expected_score: rankedParetoSet[i]?.score,
        },
      });
      expect(good(body)).toBeCloseTo(expected[i] ?? Number.NaN, 4);
    }
  });

  test('a budget is answered with what ran, ranks too, and what is sent back runs again', async () => {
    const { body } = await server.post('/v1/classify', { text, budget_cost: 0.45 });
    expect(body['length_config']).toMatch(/;ranks=0\.(25|5)$/);
    const again = await server.post('/v1/classify', { text, length_config: body['length_config'] });
    expect(again.body).toMatchObject({ length_config: body['length_config'], probabilities: body['probabilities'] });
  });

  test('ranks of no configuration are refused', async () => {
    expect(await server.post('/v1/classify', { text, length_config: 'full;ranks=0.3' })).toMatchObject({
      status: 422,
      body: { code: 'LENGTH_CONFIG_INVALID' },
    });
  });
});
