/** A model whose Pareto set leaves layers out, has floors and names a reducer, in real threads of a real process, over sockets. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { load } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import type { TestServer } from './testing/start-server.js';
import { startServer } from './testing/start-server.js';
import { textOf, writeTinyModel } from './testing/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-server-'));
const repository = join(folder, 'models');
const text = textOf(40);
const point: OperatingPoint = { lengths: [0.8, 0.8, 0.5], skip: [1] };
const written = '0.8,0.8,0.5;skip=1';
const merged: OperatingPoint = { lengths: [0.8, 0.6, 0.3], floor: 12, reducer: 'tome' };
const mergedWritten = '0.8,0.6,0.3;floor=12;reducer=tome';

/** The probability of "good" and the share of the MACs at the point, here. */
const expected = { probability: Number.NaN, cost: Number.NaN, merged: Number.NaN };

beforeAll(async () => {
  for (const name of ['deep', 'plain']) await writeTinyModel(join(repository, name));
  const path = join(repository, 'deep/length_adaptive.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as { readonly paretoSet: readonly object[] };
  const searched = [
    { point, score: 0.83, cost: 0.5 },
    { point: merged, score: 0.84, cost: 0.6 },
  ];
  const paretoSet = [...searched, ...file.paretoSet];
  writeFileSync(path, JSON.stringify({ ...file, paretoSet }));
  const predictor = await load(join(repository, 'deep'));
  const [{ probabilities, cost }] = await predictor.predict([text], { point });
  const [other] = await predictor.predict([text], { point: merged });
  Object.assign(expected, { probability: probabilities?.['good'], cost, merged: other?.probabilities?.['good'] });
  predictor.dispose();
  tf.disposeVariables();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(['onnx', 'tfjs'])('served by %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer([repository, '--engine', engine]);
  });
  afterAll(() => server.process.end('SIGTERM'));

  test.each([
    ['its number', () => ({ length_config: '1' })],
    ['what answers call it', () => ({ length_config: written })],
    ['a budget', () => ({ budget_cost: expected.cost })],
  ])('a point that leaves a layer out is asked for by %s, and the answer says what ran', async (_, asked) => {
    const { status, body } = await server.post('/v1/classify', { model: 'deep', text, ...asked() });
    expect({ status, body }).toMatchObject({ status: 200, body: { length_config: written, expected_score: 0.83 } });
    expect((body['probabilities'] as Record<string, number>)['good']).toBeCloseTo(expected.probability, 4);
    expect(body['cost']).toBeCloseTo(expected.cost, 3);
  });

  test.each(['2', mergedWritten])('one with a floor and a reducer is asked for by %s', async (asked) => {
    const { status, body } = await server.post('/v1/classify', { model: 'deep', text, length_config: asked });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { length_config: mergedWritten, expected_score: 0.84 },
    });
    expect((body['probabilities'] as Record<string, number>)['good']).toBeCloseTo(expected.merged, 4);
  });

  test('a reducer that no configuration names is refused', async () => {
    const asked = { model: 'deep', text, length_config: '0.8,0.6,0.3;reducer=pool' };
    const { status, body } = await server.post('/v1/classify', asked);
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('names the reducer pool') as string]);
  });

  test.each([
    [
      'of a model that never does',
      'plain',
      '1,1,1;skip=1',
      'leaves layers out, and no configuration of this model does',
    ],
    ['that is none', 'deep', '1,1,1;skip=3', '"skip" is [3], expected layer numbers from 0 to 2'],
    ['that is all of them', 'deep', '1,1,1;skip=0,1,2', 'at least one must run'],
  ])('a layer %s is refused by name', async (_, model, asked, message) => {
    const { status, body } = await server.post('/v1/classify', { model, text, length_config: asked });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain(JSON.stringify(message).slice(1, -1));
    expect(JSON.stringify(body)).toContain('LENGTH_CONFIG_INVALID');
  });
});
