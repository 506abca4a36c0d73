/** Zero-shot classification, against a server that runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceClient } from '@huggingface/inference';
import { createZeroShotClassifier, openTrainedModel, type ZeroShotClassifier } from '@length-adaptive/models';
import { clientOf, type Listening } from '../testing/http-client.js';
import { startServer, type TestServer } from '../testing/start-server.js';
import { paretoSet, textOf, writeTinyModel } from '../testing/tiny-models.js';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-zero-shot-'));
const labels = ['good', 'bad film', 'story'];
const hypothesis_template = 'it is {} .';
const text = textOf(40);

let server: TestServer;
let http: Listening;
let classifier: ZeroShotClassifier;

beforeAll(async () => {
  for (const name of ['nli', 'unprotected']) await writeTinyModel(join(folder, name), 'entails');
  const file = join(folder, 'nli', 'length_adaptive.json');
  const written = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...written, prior: { name: 'second-text' } }));
  await writeTinyModel(join(folder, 'reviews'));
  classifier = createZeroShotClassifier(await openTrainedModel(join(folder, 'nli')));
  server = await startServer([folder, '--max-texts', '8']);
  http = clientOf(server.url);
});
afterAll(async () => {
  classifier.dispose();
  await server.process.end('SIGTERM');
  rmSync(folder, { recursive: true });
});

type Ranking = readonly { readonly label: string; readonly score: number }[];

const near = (ranking: Ranking): Ranking =>
  ranking.map(({ label, score }) => ({ label, score: expect.closeTo(score, 4) as number }));

const ask = (parameters: object, inputs: unknown = text, model = 'nli') =>
  http.post(`/models/${model}`, { inputs, parameters: { candidate_labels: labels, ...parameters } });

test.each<[string, object, object]>([
  ['one label is true', {}, {}],
  ['several may be', { multi_label: true }, { multiLabel: true }],
  ['with a template', { hypothesis_template }, { template: hypothesis_template }],
  ['at a point', { length_config: '0' }, { point: paretoSet[0]?.point }],
  [
    'under a budget',
    { budget_cost: 0.9, hypothesis_template },
    { budget: { cost: 0.9 }, template: hypothesis_template },
  ],
])("Hugging Face's client gets what the library gives: %s", async (_, parameters, options) => {
  const whole = 'length_config' in parameters || 'budget_cost' in parameters ? {} : { length_config: 'full' };
  const found = await new InferenceClient().zeroShotClassification({
    endpointUrl: `${server.url}/models/nli`,
    inputs: text,
    parameters: { candidate_labels: labels, ...whole, ...parameters },
  });
  const { labels: expected } = await classifier.classify(text, labels, options);
  expect(found).toEqual(near(expected));
});

test('several texts have a list each, what was spent is in the headers, and the best labels can be asked for', async () => {
  const texts = [text, textOf(3)];
  const { json, headers } = await ask({ length_config: 'full', top_k: 2 }, texts);
  const expected = await classifier.classify(texts, labels);
  expect(json).toEqual(expected.map(({ labels: ranked = [] }) => near(ranked.slice(0, 2))));
  const tokens = expected.reduce((sum, { tokens: own = 0 }) => sum + own, 0);
  expect(headers.get('x-compute-tokens')).toBe(String(tokens));
  expect(headers.get('x-length-cost')).toBe('1');
});

test('a text that is too long is cut, unless the request refuses that', async () => {
  const long = textOf(300);
  expect(await ask({ length_config: 'full' }, long)).toMatchObject({ status: 200, json: [{}, {}, {}] });
  expect(await ask({ truncate: false }, long)).toMatchObject({ status: 413 });
});

test('a model under which labels would lose tokens runs at full length, and refuses budgets', async () => {
  const { status, json, headers } = await ask({}, text, 'unprotected');
  expect({ status, cost: headers.get('x-length-cost') }).toEqual({ status: 200, cost: '1' });
  expect(json).toEqual(near((await classifier.classify(text, labels, { point: {} })).labels));
  for (const asked of [{ budget_cost: 0.5 }, { length_config: '0' }, { min_score: 0.1 }])
    expect(await ask(asked, text, 'unprotected')).toMatchObject({
      status: 422,
      json: { error: expect.stringMatching(/labels would lose tokens.*lat search --prior second-text/) as string },
    });
});

test.each<[string, object, number, RegExp]>([
  ['no labels', { parameters: { candidate_labels: [] } }, 422, /No label came/],
  ['a label twice', { parameters: { candidate_labels: ['a', 'a'] } }, 422, /comes twice/],
  ['a label that is none', { parameters: { candidate_labels: [3] } }, 422, /candidate_labels/],
  [
    'a template without a place',
    { parameters: { candidate_labels: ['a'], hypothesis_template: 'so' } },
    422,
    /write {} where it goes/,
  ],
  ['a template alone', { parameters: { hypothesis_template } }, 422, /of candidate_labels, and none came/],
  ['pairs', { inputs: [['a', 'b']], parameters: { candidate_labels: ['a'] } }, 422, /a text or a list of texts/],
  ['a list without labels', { inputs: ['a', 'b', 'c'] }, 422, /inputs is a list of 3/],
  ['an empty text', { inputs: ' ', parameters: { candidate_labels: ['a'] } }, 400, /has no tokens/],
  [
    'another function',
    { parameters: { candidate_labels: ['a'], function_to_apply: 'none' } },
    422,
    /function_to_apply came with candidate_labels/,
  ],
  [
    'more texts with labels than the server takes',
    { inputs: [text, text, text], parameters: { candidate_labels: labels } },
    413,
    /9 texts came; this server takes 8/,
  ],
])('refuses %s', async (_, body, status, message) => {
  const found = await http.post('/models/nli', { inputs: text, ...body });
  expect(found).toMatchObject({ status, json: { error: expect.stringMatching(message) as string } });
});

test('a model that was not trained on natural language inference is refused', async () => {
  expect(await ask({}, text, 'reviews')).toMatchObject({
    status: 422,
    json: { error: expect.stringMatching(/gives the labels bad, good; zero-shot classification needs/) as string },
  });
});
