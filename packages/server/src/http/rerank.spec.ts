/** Reranking over a socket, with a model that runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPredictor, createReranker, openTrainedModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { clientOf, type Listening } from '../testing/http-client.js';
import { startServer, type TestServer } from '../testing/start-server.js';
import { textOf, writeTinyModel } from '../testing/tiny-models.js';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-rerank-'));
const query = 'who was good in the film';
const documents = Array.from({ length: 9 }, (_, i) => textOf(6 + 7 * (i % 5), i));
const half = { lengths: [0.6, 0.5, 0.4] };
const cascades = [
  { point: { lengths: [0.3, 0.2, 0.2] }, keep: 0, fidelity: 0.7, cost: 0.3 },
  { point: half, keep: 0, fidelity: 0.8, cost: 0.55 },
  { point: half, keep: 2, fidelity: 0.9, cost: 0.78 },
  { point: { lengths: [1, 1, 1] }, keep: 0, fidelity: 1, cost: 1 },
];
/** What models that have no Pareto set say of reranking. */
const records = {
  late: undefined,
  cascades: { cascades, lists: 3, documents: 27 },
  ordered: { cascades, lists: 3, documents: 27, ordered: true },
};
let server: TestServer;
let http: Listening;
let logits: number[];
const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

beforeAll(async () => {
  await writeTinyModel(join(folder, 'ranks'), 'ranks');
  await tf.setBackend('cpu');
  const predictor = createPredictor(await openTrainedModel(join(folder, 'ranks')));
  const predictions = await predictor.predict(
    documents.map((text) => [query, text] as const),
    { rawScores: true, onError: 'throw' },
  );
  logits = predictions.map((prediction) => prediction.logits?.[0] ?? Number.NaN);
  predictor.dispose();
  await writeTinyModel(join(folder, 'reviews'), 'reviews');
  for (const [name, rerank] of Object.entries(records)) {
    await writeTinyModel(join(folder, name), 'ranks');
    const file = { format: 'length-adaptive', version: 2, paretoSet: [], ...(rerank && { rerank }) };
    writeFileSync(join(folder, name, 'length_adaptive.json'), JSON.stringify(file));
  }
  server = await startServer([folder]);
  http = clientOf(server.url);
});
afterAll(() => rmSync(folder, { recursive: true }));

const order = (): number[] => [...logits.keys()].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0));
const whole = { length_config: 'full' };
interface Rank {
  readonly index: number;
  readonly score: number;
  readonly text?: string;
}
interface Answered {
  readonly results: readonly {
    readonly index: number;
    readonly relevance_score: number;
    readonly document?: unknown;
  }[];
  readonly stages: readonly { readonly length_config: string; readonly documents: number }[];
  readonly unseen: readonly number[];
  readonly [more: string]: unknown;
}

describe("text-embeddings-inference's route", () => {
  test('probabilities, the best first: those of each pair alone', async () => {
    const { status, json, headers } = await http.post('/rerank', {
      model: 'ranks',
      query,
      texts: documents,
      parameters: whole,
    });
    expect(status).toBe(200);
    const ranks = json as Rank[];
    expect(ranks.map(({ index }) => index)).toEqual(order());
    for (const { index, score } of ranks) expect(score).toBeCloseTo(sigmoid(logits[index] ?? 0), 4);
    expect(Object.keys(ranks[0] ?? {})).toEqual(['index', 'score']);
    expect(headers.get('x-compute-tokens')).toMatch(/^\d+$/);
    expect(headers.get('x-length-config')).toBe('1,1,1');
  });

  test('logits and texts where they are asked for, a budget that is kept', async () => {
    const { json } = await http.post('/rerank', {
      ...{ model: 'ranks', query, texts: documents, raw_scores: true, return_text: true },
      ...{ truncation_direction: 'Right', parameters: whole },
    });
    for (const { index, score, text } of json as Rank[]) {
      expect(score).toBeCloseTo(logits[index] ?? 0, 3);
      expect(text).toBe(documents[index]);
    }
    const { headers } = await http.post('/rerank', {
      ...{ model: 'ranks', query, texts: documents, parameters: { budget_cost: 0.8 } },
    });
    expect(Number(headers.get('x-length-cost'))).toBeLessThanOrEqual(0.8);
  });

  test.each<[string, object, number, string, RegExp]>([
    ['an empty query', { query: ' ', texts: ['a'] }, 400, 'Empty', /query is empty/],
    ['no texts', { query, texts: [] }, 400, 'Empty', /texts is an empty list/],
    ['an empty text', { query, texts: ['good', ' '] }, 400, 'Empty', /Text 1/],
    ['no query', { texts: ['a'] }, 422, 'Validation', /"query" is missing/],
    ['another model', { model: 'reviews', query, texts: ['a'] }, 422, 'Validation', /gives labels/],
    [
      'two bounds',
      { query, texts: ['a'], parameters: { deadline_ms: 5, budget_cost: 0.5 } },
      422,
      'Validation',
      /deadline_ms came with budget_cost/,
    ],
  ])('%s', async (_, body, status, error_type, message) => {
    const answer = await http.post('/rerank', { model: 'ranks', ...body });
    expect(answer).toMatchObject({ status, json: { error: expect.stringMatching(message), error_type } });
  });
});

describe("Cohere's and Jina's route", () => {
  test.each(['/v1/rerank', '/v2/rerank'])('%s', async (path) => {
    const { status, json } = await http.post(path, {
      model: 'ranks',
      query,
      documents: documents.map((text, i) => (i % 2 ? { text, id: i } : text)),
      top_n: 4,
      return_documents: true,
      max_chunks_per_doc: 1,
      ...whole,
    });
    expect(status).toBe(200);
    const { results, stages, unseen, usage, model } = json as Answered;
    expect(results.map(({ index }) => index)).toEqual(order().slice(0, 4));
    for (const { index, relevance_score, document } of results) {
      expect(relevance_score).toBeCloseTo(sigmoid(logits[index] ?? 0), 4);
      expect(document).toEqual(index % 2 ? { text: documents[index], id: index } : { text: documents[index] });
    }
    expect({ model, stages, unseen }).toEqual({
      model: 'ranks',
      stages: [{ length_config: '1,1,1', documents: 9 }],
      unseen: [],
    });
    expect(usage).toEqual({ total_tokens: expect.any(Number), prompt_tokens: expect.any(Number) });
  });

  test('of long documents the best part counts, as in the library; a client has them cut, or refused', async () => {
    const long = [textOf(400, 1), textOf(20), textOf(250, 2)];
    const ours = createReranker(await openTrainedModel(join(folder, 'ranks')));
    const { results: expected } = await ours.rerank(query, long);
    const cut = createPredictor(await openTrainedModel(join(folder, 'ranks')));
    const shortened = await cut.predict(
      long.map((text) => [query, text] as const),
      { truncate: true, onError: 'throw' },
    );
    const ask = async (more: object) =>
      (await http.post('/v1/rerank', { model: 'ranks', query, documents: long, ...whole, ...more })).json as Answered;
    const near = (scores: readonly { readonly index: number; readonly score: number }[]) =>
      scores.map(({ index, score }) => ({ index, relevance_score: expect.closeTo(score, 4) as number }));
    const { results, usage } = await ask({});
    expect(results).toEqual(near(expected));
    expect((usage as { total_tokens: number }).total_tokens).toBeGreaterThan(400 + 20 + 250);
    const byScore = shortened.map(({ score }, index) => ({ index, score })).sort((a, b) => b.score - a.score);
    expect(byScore.map(({ score }) => score)).not.toEqual(near(expected).map((one) => one.relevance_score));
    expect((await ask({ truncate: true })).results).toEqual(near(byScore));
    const tei = { model: 'ranks', query, texts: long, parameters: whole };
    expect(((await http.post('/rerank', tei)).json as Rank[]).map(({ index }) => index)).toEqual(
      expected.map(({ index }) => index),
    );
    expect(await http.post('/rerank', { ...tei, truncate: false })).toMatchObject({
      status: 413,
      json: { error: expect.stringMatching(/Text 0: .*128 positions/) as string },
    });
    expect(((await http.post('/rerank', { ...tei, truncate: true })).json as Rank[]).map(({ index }) => index)).toEqual(
      byScore.map(({ index }) => index),
    );
    const asked = { model: 'ranks', query: textOf(120), documents: ['good'] };
    expect(await http.post('/v1/rerank', asked)).toMatchObject({
      status: 422,
      json: { code: 'TEXT_TOO_LONG', message: expect.stringMatching(/shorten the query/) as string },
    });
    ours.dispose();
    cut.dispose();
  });

  test.each([
    ['late', [0.95]],
    ['cascades', [0.7, 0.85]],
    ['ordered', [0.7, 0.85]],
  ] as const)('within a budget of cost %s runs what the library runs', async (model, costs) => {
    const ours = createReranker(await openTrainedModel(join(folder, model)));
    for (const cost of costs) {
      const expected = await ours.rerank(query, documents, { budget: { cost } });
      const { status, json } = await http.post('/v1/rerank', { model, query, documents, budget_cost: cost });
      expect(status).toBe(200);
      const { results, stages, cost: spent } = json as Answered & { readonly cost: number };
      expect(stages.map(({ documents: seen }) => seen)).toEqual(expected.stages.map(({ documents: seen }) => seen));
      expect(results.map(({ index }) => index)).toEqual(expected.results.map(({ index }) => index));
      expect(spent).toBeCloseTo(expected.cost, 2);
      expect(spent).toBeLessThanOrEqual(cost);
    }
    ours.dispose();
    expect(await http.post('/v1/rerank', { model, query, documents, budget_cost: 0.01 })).toMatchObject({
      status: 422,
      json: { code: 'BUDGET_INFEASIBLE', nearest: { length_config: expect.any(String) as string } },
    });
  });

  test('the budget of a server holds for rankings, too', async () => {
    const { url, process } = await startServer([join(folder, 'cascades'), '--budget', 'cost=0.7']);
    const ask = async (more: object) => (await clientOf(url).post('/v1/rerank', { query, documents, ...more })).json;
    const { stages, results } = (await ask({})) as Answered;
    expect(stages[0]).toEqual({ length_config: '0.6,0.5,0.4', documents: 9 });
    const scores = results.map(({ index }) => index);
    expect(((await ask({ budget_cost: 0.7 })) as Answered).results.map(({ index }) => index)).toEqual(scores);
    expect(((await ask({ length_config: 'full' })) as Answered).stages).toEqual([
      { length_config: '1,1,1', documents: 9 },
    ]);
    await process.end('SIGTERM');
  });

  test('a deadline that is far away: every document at the full length', async () => {
    const { json } = await http.post('/v1/rerank', { model: 'ranks', query, documents, deadline_ms: 60_000 });
    const { results, stages, unseen } = json as Answered;
    expect(results.map(({ index }) => index)).toEqual(order());
    expect(stages.at(-1)).toEqual({ length_config: '1,1,1', documents: 9 });
    expect(unseen).toEqual([]);
  });

  test('a deadline that is near: an answer in its time, or a word that there was none', async () => {
    const many = Array.from({ length: 30 }, (_, i) => textOf(90, i));
    await http.post('/v1/rerank', { model: 'ranks', query, documents: many });
    for (const deadline_ms of [5, 40, 400]) {
      const start = performance.now();
      const { status, json } = await http.post('/v1/rerank', { model: 'ranks', query, documents: many, deadline_ms });
      expect(performance.now() - start).toBeLessThan(deadline_ms + 5000); // the machine of a test may be busy
      if (status !== 200) {
        expect(json).toMatchObject({ code: expect.stringMatching(/^(TIMED_OUT|OVERLOADED)$/) });
        continue;
      }
      const { results, unseen } = json as Answered;
      const seen = results.map(({ index }) => index);
      expect(new Set([...seen, ...unseen]).size).toBe(30);
      expect(seen.length + unseen.length).toBe(30);
    }
  });

  test.each<[string, object, number, string, RegExp]>([
    ['an empty query', { query: '', documents: ['a'] }, 422, 'TEXT_EMPTY', /query is empty/],
    ['no documents', { query, documents: [] }, 400, 'REQUEST_INVALID', /no documents to rank/],
    ['a top_n of 0', { query, documents: ['a'], top_n: 0 }, 400, 'REQUEST_INVALID', /top_n/],
    ['a document that is none', { query, documents: [3] }, 400, 'REQUEST_INVALID', /documents/],
    [
      'a model that is not there',
      { model: 'x', query, documents: ['a'] },
      404,
      'MODEL_NOT_FOUND',
      /no model x; served are/,
    ],
  ])('%s', async (_, body, status, code, message) => {
    const answer = await http.post('/v1/rerank', { model: 'ranks', ...body });
    expect(answer).toMatchObject({ status, json: { code, message: expect.stringMatching(message) } });
  });
});
