import { fullLength, isFullPoint, pointKey } from '@length-adaptive/core';
import { rankingPlans } from '@length-adaptive/models';
import type { RankingPlans } from '@length-adaptive/models';
import { ServerError } from '../errors.js';
import type { InferenceRequest, RequestBudget } from '../request.js';
import type { ServedModel } from '../service.js';
import { fakeService } from '../testing/fake-service.js';
import { rankTexts, rankTextsWithin } from './rank-texts.js';

const texts = Array.from({ length: 24 }, (_, i) => ['query', i % 5 === 0 ? `good ${i}` : `bad ${i}`] as const);
const asked = { inputs: texts, budget: {} };

/** A model that takes so many milliseconds for a text at full length. */
const served = (
  textMs: number,
  { plans, budget }: { readonly plans?: Partial<RankingPlans>; readonly budget?: RequestBudget } = {},
): { readonly model: ServedModel; readonly requests: readonly InferenceRequest[] } => {
  const service = fakeService([{ name: 'ranks', task: 'rerank', ...(plans && { plans }), ...(budget && { budget }) }]);
  const model = service.find('ranks');
  const timed: ServedModel['infer'] = async (request) => {
    const { point = {} } = request.budget;
    const share = model.ranking?.macs(1, point) ?? 1;
    const takes = textMs * share * request.inputs.length;
    const { timeoutMs = Infinity } = request;
    await new Promise((resolve) => setTimeout(resolve, Math.min(takes, timeoutMs)));
    if (takes > timeoutMs) throw new ServerError('TIMED_OUT', 'Too late.');
    const result = await model.infer(request);
    // At the full length the logit of a text is minus its number, the first is the best; at others neighbours change places.
    return {
      ...result,
      predictions: result.predictions.map((prediction, row) => {
        const [, text = ''] = request.inputs[row] as readonly string[];
        const place = Number(text.split(' ').at(-1));
        return { ...prediction, logits: [isFullPoint(request.budget.point ?? {}) ? -place : -(place ^ 1)] };
      }),
    };
  };
  return { model: { ...model, infer: timed }, requests: service.requests };
};

const full = { lengths: fullLength(3) };
const { points: late } = rankingPlans({
  layers: 3,
  file: undefined,
  searched: [],
  runs: () => true,
  shareAt: ({ lengths = [] }) => lengths.reduce((sum, share) => sum + share / 3, 0),
});
const half = { lengths: [0.5, 0.5, 0.5] };
const fifth = { lengths: [0.2, 0.2, 0.2] };
/** Of a reranker whose cascades were searched, and whose points were not. */
const searched: Partial<RankingPlans> = {
  points: late,
  cascades: [
    { point: fifth, keep: 0, fidelity: 0.7, cost: 0.2 },
    { point: fifth, keep: 6, fidelity: 0.8, cost: 0.45 },
    { point: half, keep: 6, fidelity: 0.9, cost: 0.75 },
    { point: full, keep: 0, fidelity: 1, cost: 1 },
  ],
};
const changed = [...texts.keys()].map((place) => place ^ 1);
const orderOf = ({ ranked }: { readonly ranked: readonly { readonly text: number }[] }): number[] =>
  ranked.map(({ text }) => text);

describe('within a budget of cost', () => {
  test('a searched cascade is two jobs', async () => {
    const { model, requests } = served(0, { plans: searched });
    const ranking = await rankTexts(model, { ...asked, budget: { cost: 0.8 } });
    expect(ranking.stages).toEqual([
      { point: half, texts: 24 },
      { point: full, texts: 6 },
    ]);
    expect(orderOf(ranking)).toEqual([0, 1, 2, 3, 4, 5, ...changed.slice(6)]);
    expect(requests.map(({ budget, inputs }) => ({ budget, texts: inputs.length }))).toEqual([
      { budget: { point: half }, texts: 24 },
      { budget: { point: full }, texts: 6 },
    ]);
    expect(ranking.result.cost).toBeCloseTo(0.5 + 6 / 24);
    expect(ranking.result.predictions).toHaveLength(24);
  });

  test('the budget of the server holds for requests that name none', async () => {
    const { model } = served(0, { plans: searched, budget: { cost: 0.3 } });
    expect((await rankTexts(model, asked)).stages).toEqual([{ point: fifth, texts: 24 }]);
    expect((await rankTexts(model, { ...asked, budget: { cost: 0.5 } })).stages).toHaveLength(2);
    expect((await rankTexts(model, { ...asked, budget: { point: half } })).stages).toEqual([
      { point: half, texts: 24 },
    ]);
  });

  test('the second job has no more texts than the budget leaves at the tokens that were counted', async () => {
    const { model, requests } = served(0, { plans: searched });
    const long = texts.map(
      ([query, text], place) => [query, place < 6 ? `long long long long ${text}` : text] as const,
    );
    const { ranking } = model;
    const guessing: ServedModel = { ...model, ...(ranking && { ranking: { ...ranking, tokens: () => 5 } }) };
    const { stages, result } = await rankTexts(guessing, { ...asked, inputs: long, budget: { cost: 0.751 } });
    expect(requests[0]?.budget).toEqual({ point: half });
    expect(stages.at(-1)).toEqual({ point: full, texts: expect.any(Number) });
    expect(stages.at(-1)?.texts).toBeLessThan(6);
    expect(result.cost).toBeLessThanOrEqual(0.751);
  });

  test('a model that was never searched has late points', async () => {
    const { model } = served(0, { plans: { ...searched, cascades: [] } });
    const { stages, result } = await rankTexts(model, { ...asked, budget: { cost: 0.6 } });
    expect(stages).toEqual([{ point: late[3]?.point, texts: 24 }]);
    expect(result.cost).toBeCloseTo((1 + 0.4 + 0.4) / 3);
  });

  test('where the record says so, the order in which texts came counts beside what shorter points say', async () => {
    const { model } = served(0, { plans: { ...searched, fuses: true } });
    const ranking = await rankTexts(model, { ...asked, budget: { cost: 0.3 } });
    expect(orderOf(ranking).slice(0, 4)).toEqual([1, 0, 3, 2]); // neighbours are worth the same in both orders
    const reversed = { ...asked, inputs: [...texts].reverse(), budget: { cost: 0.3 } };
    expect(orderOf(await rankTexts(model, reversed))).not.toEqual(
      orderOf(await rankTexts(served(0, { plans: searched }).model, reversed)),
    );
    expect(orderOf(await rankTexts(model, { ...reversed, budget: { point: full } }))).toEqual(
      [...texts.keys()].reverse(),
    );
  });

  test('what nothing keeps is refused with what comes nearest', async () => {
    const { model } = served(0, { plans: searched });
    await expect(rankTexts(model, { ...asked, budget: { cost: 0.1 } })).rejects.toMatchObject({
      code: 'BUDGET_INFEASIBLE',
      details: { nearest: { length_config: expect.any(String) as string, cost: expect.any(Number) as number } },
    });
  });

  test('a Pareto set without cascades keeps it text by text, in one job that load may shorten', async () => {
    const { model, requests } = served(0);
    await rankTexts(model, { ...asked, budget: { cost: 0.7 } });
    expect(requests.map(({ budget }) => budget)).toEqual([{ cost: 0.7 }]);
  });

  test('the second job has the time that the first left', async () => {
    const { model, requests } = served(10, { plans: searched });
    await rankTexts(model, { ...asked, budget: { cost: 0.8 }, timeoutMs: 5000 });
    expect(requests[1]?.timeoutMs).toBeLessThanOrEqual(5000 - 10 * 24 * 0.5 + 5);
  });
});

test('within a deadline a cascade that was searched runs where the full length does not fit', async () => {
  const { model } = served(20, { plans: searched });
  const { stages, ranked } = await rankTextsWithin(model, asked, { due: performance.now() + 400 });
  expect(ranked.length).toBeGreaterThan(0);
  const keys = stages.map(({ point }) => pointKey(point));
  expect(keys[0]).toBe(pointKey(fifth));
  expect(new Set(keys).size).toBe(keys.length);
});

test('a probe of the only point there is is not run again', async () => {
  const { model, requests } = served(1, { plans: { points: [{ point: full, score: 1, cost: 1 }] } });
  const { stages, result } = await rankTextsWithin(model, asked, { due: performance.now() + 60_000 });
  expect(stages).toEqual([{ point: full, texts: 24 }]);
  expect(requests.reduce((sum, { inputs }) => sum + inputs.length, 0)).toBe(24);
  expect(result.cost).toBeCloseTo(1);
});

test('without a deadline and a budget all texts are one job', async () => {
  const { model, requests } = served(0);
  const { ranked, stages } = await rankTexts(model, asked);
  expect(ranked.map(({ text }) => text)).toEqual([...texts.keys()]);
  expect(stages).toEqual([{ point: expect.anything(), texts: 24 }]);
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({ rawScores: true, inputs: texts });
});

test('within a deadline that is far away every text is seen at the full length', async () => {
  const { model } = served(2);
  const { ranked, stages } = await rankTextsWithin(model, asked, { due: performance.now() + 2000 });
  expect(ranked.map(({ text }) => text)).toEqual([...texts.keys()]);
  expect(isFullPoint(stages.at(-1)?.point ?? {})).toBe(true);
  expect(stages.at(-1)?.texts).toBe(24);
});

test.each([400, 600])(
  'within %i ms of the 960 that they need, all are seen, the best of them at full length',
  async (ms) => {
    const { model } = served(40);
    const start = performance.now();
    const { ranked, stages, result } = await rankTextsWithin(model, asked, { due: start + ms });
    expect(performance.now() - start).toBeLessThan(ms + 300); // timers of a busy machine
    expect(ranked).toHaveLength(result.predictions.length);
    expect(new Set(ranked.map(({ text }) => text)).size).toBe(ranked.length);
    expect(stages.length).toBeGreaterThan(0);
    expect([0, 1]).toContain(ranked[0]?.text); // neighbours, which a short length takes for one another
  },
);

test('where there is time for a few, these are the answer', async () => {
  const { model } = served(40);
  const { ranked } = await rankTextsWithin(model, asked, { due: performance.now() + 120 });
  expect(ranked.length).toBeGreaterThan(0);
  expect(ranked.length).toBeLessThan(24);
});

test('where there is time for none, it says so', async () => {
  const { model } = served(400);
  await expect(rankTextsWithin(model, asked, { due: performance.now() + 20 })).rejects.toMatchObject({
    code: 'TIMED_OUT',
  });
});

test('jobs of some texts number them as the client did', async () => {
  const { model, requests } = served(40);
  await rankTextsWithin(model, asked, { due: performance.now() + 400 });
  expect(requests.length).toBeGreaterThan(1);
  for (const { inputs, numbers } of requests) {
    if (inputs.length === texts.length) expect(numbers).toBeUndefined();
    else expect(inputs).toEqual(numbers?.map((number) => texts[number]));
  }
});

test('another failure is no deadline', async () => {
  const { model } = served(0);
  const failing: ServedModel = {
    ...model,
    infer: () => Promise.reject(new ServerError('WORKER_CRASHED', 'It died.')),
  };
  await expect(rankTextsWithin(failing, asked, { due: performance.now() + 500 })).rejects.toMatchObject({
    code: 'WORKER_CRASHED',
  });
});
