import { isFullPoint } from '@length-adaptive/core';
import { ServerError } from '../errors.js';
import type { InferenceRequest } from '../request.js';
import type { ServedModel } from '../service.js';
import { fakeService, paretoSet } from '../testing/fake-service.js';
import { rankTexts, rankTextsWithin } from './rank-texts.js';

const texts = Array.from({ length: 24 }, (_, i) => ['query', i % 5 === 0 ? `good ${i}` : `bad ${i}`] as const);
const asked = { inputs: texts, budget: {} };

/** A model that takes so many milliseconds for a text at full length. */
const served = (textMs: number): { readonly model: ServedModel; readonly requests: readonly InferenceRequest[] } => {
  const service = fakeService([{ name: 'ranks', task: 'rerank' }]);
  const model = service.find('ranks');
  const timed: ServedModel['infer'] = async (request) => {
    const share = paretoSet.find(({ point }) => point === request.budget.point)?.cost ?? 1;
    const takes = textMs * share * request.inputs.length;
    const { timeoutMs = Infinity } = request;
    await new Promise((resolve) => setTimeout(resolve, Math.min(takes, timeoutMs)));
    if (takes > timeoutMs) throw new ServerError('TIMED_OUT', 'Too late.');
    const result = await model.infer(request);
    // The logit of a text is minus its number: the first is the best.
    return {
      ...result,
      predictions: result.predictions.map((prediction, row) => {
        const [, text = ''] = request.inputs[row] as readonly string[];
        return { ...prediction, logits: [-Number(text.split(' ').at(-1))] };
      }),
    };
  };
  return { model: { ...model, infer: timed }, requests: service.requests };
};

test('without a deadline all texts are one job', async () => {
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
    expect(ranked[0]).toEqual({ text: 0, logit: -0 });
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
