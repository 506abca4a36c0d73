import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { validateLengthAdaptiveFile } from '../folder/length-adaptive-file.js';
import { rankingFidelity } from '../metrics/ranking-fidelity.js';
import type { ModelConfig } from '../architectures/model-config.js';
import { openModel } from '../model/open-model.js';
import type { TextModel } from '../model/open-model.js';
import type { RunnableTextModel } from '../model/runnable-model.js';
import { createPredictor } from '../predictor/predictor.js';
import { memorySource, tinyConfig, tinyFiles, tinyVocabulary } from '../testing/tiny-model.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { questionWindows } from '../tokenizer/question-windows.js';
import { readCascades, withCascades } from './cascade-record.js';
import { fuseOrders } from './fuse-orders.js';
import { createReranker } from './reranker.js';
import { searchCascades } from './search-cascades.js';

const crossEncoder: ModelConfig = {
  ...tinyConfig,
  architectures: ['BertForSequenceClassification'],
  id2label: { 0: 'LABEL_0' },
  sbert_ce_default_activation_function: 'torch.nn.modules.linear.Identity',
  initializer_range: 0.4,
};
const words = tinyVocabulary.slice(5);
const documentOf = (seed: number, length: number): string =>
  Array.from({ length }, (_, i) => words[(seed * 7 + i * (3 + (seed % 5))) % words.length]).join(' ');
const query = 'good phone case';
const documents = Array.from({ length: 12 }, (_, i) => documentOf(i, 4 + ((i * 5) % 16)));

let text: TextModel;
beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  text = await openModel(memorySource(await tinyFiles(crossEncoder)));
});
afterAll(() => text.model.dispose());

const point = { lengths: [1, 0.5, 0.4] };
const sorted = (scores: readonly number[]): number[] =>
  [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));

test('what many documents cost is reckoned a few times each, whatever there is to choose from', async () => {
  let [asked, time] = [0, 0];
  const macs: typeof text.model.macs = (tokens, at) => {
    asked += 1;
    return text.model.macs(tokens, at);
  };
  const run = async (inputs: readonly unknown[]): Promise<Float32Array> => {
    time += inputs.length;
    return new Float32Array(inputs.length);
  };
  const reranker = createReranker({ ...text, model: { ...text.model, macs, run } }, { now: () => time });
  const many = Array.from({ length: 50 }, () => documents).flat();
  await reranker.rerank(query, documents, { deadlineMs: 1000 }); // which tells the pace
  asked = 0;
  const { stages } = await reranker.rerank(query, many, { deadlineMs: 100 }); // too little for most of them
  expect(stages[0]?.documents).toBeLessThan(many.length);
  expect(asked).toBeLessThan(6 * many.length);
});

describe('one pass', () => {
  test('scores are what the predictor gives for each pair alone, the best first', async () => {
    const predictor = createPredictor(text);
    const alone: number[] = [];
    for (const document of documents) alone.push((await predictor.predict([[query, document]]))[0].score);
    const { results, stages, cost, unseen, failed } = await createReranker(text).rerank(query, documents);
    expect(results.map(({ index }) => index)).toEqual(sorted(alone));
    for (const { index, score, logit } of results) {
      expect(score).toBeCloseTo(alone[index] as number, 5);
      expect(logit).toBe(score);
    }
    expect(stages).toEqual([{ point: { lengths: [1, 1, 1] }, documents: 12, inputs: 12 }]);
    expect({ cost, unseen, failed }).toEqual({ cost: 1, unseen: [], failed: [] });
  });

  test('documents come as strings or objects, topK cuts, a scale makes probabilities', async () => {
    const reranker = createReranker(text, { scale: 'sigmoid' });
    const raw = await createReranker(text).rerank(query, documents);
    const { results } = await reranker.rerank(
      query,
      documents.map((document, i) => (i % 2 === 0 ? { text: document, id: i } : document)),
      { topK: 3 },
    );
    expect(results.map(({ index }) => index)).toEqual(raw.results.slice(0, 3).map(({ index }) => index));
    for (const { score, logit } of results) expect(score).toBeCloseTo(1 / (1 + Math.exp(-logit)), 12);
  });

  test('a document that cannot be read has its error, the others are ranked', async () => {
    const { results, failed } = await createReranker(text).rerank(query, ['good', ' ', 'case']);
    expect(results.map(({ index }) => index).sort()).toEqual([0, 2]);
    expect(failed).toEqual([{ index: 1, error: { code: 'TEXT_EMPTY', message: expect.any(String) } }]);
    const nothing = await createReranker(text).rerank(query, [' ', ''], { budget: { cost: 0.5 } });
    expect(nothing).toMatchObject({ results: [], failed: [{ index: 0 }, { index: 1 }], unseen: [], cost: 0 });
  });

  test('of a long document the best window counts, and the answer says where it is', async () => {
    const long = documentOf(3, 90);
    const reranker = createReranker(text, { windowLength: 24, stride: 6 });
    const windows = questionWindows(text.tokenizer, query, long, { maxLength: 24, stride: 6 });
    expect(windows.length).toBeGreaterThan(4);
    const scores: number[] = [];
    for (const window of windows) scores.push((await text.model.run([window]))[0] as number);
    const { results, stages } = await reranker.rerank(query, [long, 'good']);
    const [best] = results.filter(({ index }) => index === 0);
    expect(best?.score).toBeCloseTo(Math.max(...scores), 5);
    const { contextStart, contextEnd, offsets } = windows[sorted(scores)[0] as number] as (typeof windows)[number];
    expect(best?.window).toEqual({ start: offsets[contextStart]?.[0], end: offsets[contextEnd - 1]?.[1] });
    expect(results.find(({ index }) => index === 1)).not.toHaveProperty('window');
    expect(stages[0]).toMatchObject({ documents: 2, inputs: windows.length + 1 });
  });

  test('a budget of cost is kept by all documents together; a third of the layers stays whole', async () => {
    const reranker = createReranker(text);
    for (const cost of [0.8, 0.95]) {
      const ranking = await reranker.rerank(query, documents, { budget: { cost } });
      expect(ranking.cost).toBeLessThanOrEqual(cost);
      expect(ranking.results[0]?.point.lengths?.[0]).toBe(1);
      expect(ranking.stages).toHaveLength(1);
    }
    await expect(reranker.rerank(query, documents, { budget: { cost: 0.01 } })).rejects.toMatchObject({
      code: 'BUDGET_INFEASIBLE',
    });
    await expect(reranker.rerank(query, documents, { budget: { minScore: 0.9 } })).rejects.toMatchObject({
      code: 'BUDGET_INFEASIBLE',
      message: expect.stringMatching(/never searched/),
    });
  });
});

describe('what cannot be', () => {
  test.each([
    ['windowLength', { windowLength: Number.NaN }],
    ['windowLength', { windowLength: 3 }],
    ['stride', { stride: -1 }],
    ['stride', { stride: 1.5 }],
  ])('a %s that is none is refused', (name, options) => {
    expect(() => createReranker(text, options)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining(`${name} is `) }),
    );
  });

  test('outputs that are no numbers are the fault of their document alone', async () => {
    const broken: RunnableTextModel = {
      ...text,
      model: {
        ...text.model,
        dimensions: text.model.dimensions,
        run: async (inputs, options) => {
          const logits = await text.model.run(inputs, options);
          return logits.map((value, row) => ((inputs[row]?.ids.length ?? 0) > 16 ? Number.NaN : value));
        },
      },
    };
    const { results, failed, unseen } = await createReranker(broken).rerank(query, documents);
    const bad = documents.flatMap((document, i) => (text.tokenizer.encode(query, document).ids.length > 16 ? [i] : []));
    expect(bad.length).toBeGreaterThan(0);
    expect(failed.map(({ index, error }) => [index, error.code])).toEqual(bad.map((index) => [index, 'NOT_FINITE']));
    expect(results).toHaveLength(documents.length - bad.length);
    expect(unseen).toEqual([]);
  });

  test('cascades in bits that the engine has not are no choice', async () => {
    const cascade = { point: { lengths: [1, 0.3, 0.3], bits: 8 as const }, keep: 2, fidelity: 0.9, cost: 0.6 };
    const lengthAdaptive = withCascades(text.lengthAdaptive, { cascades: [cascade], lists: 1, documents: 12 });
    const reranker = createReranker({ ...text, lengthAdaptive });
    expect(reranker.cascades).toEqual([]);
    const { cost } = await reranker.rerank(query, documents, { budget: { cost: 0.9 } });
    expect(cost).toBeLessThanOrEqual(0.9);
  });

  test('lists without a document that can be read say nothing of cascades', async () => {
    const list = { query, documents };
    const alone = await searchCascades(text, [list]);
    expect(await searchCascades(text, [list, { query, documents: ['', ' '] }])).toEqual(alone);
    expect(alone.cascades.length).toBeGreaterThan(1);
    await expect(searchCascades(text, [{ query, documents: [' '] }])).rejects.toMatchObject({ code: 'DATA_INVALID' });
    for (const options of [{ keeps: [2.5] }, { top: 0 }])
      await expect(searchCascades(text, [list], options)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});

describe('a cascade', () => {
  test('keeps a budget whatever the lengths of its documents', async () => {
    const cascade = { point: { lengths: [0.3, 0.12, 0.12] }, keep: 2, fidelity: 0.99, cost: 0.9 };
    const lengthAdaptive = withCascades(text.lengthAdaptive, { cascades: [cascade], lists: 1, documents: 10 });
    const reranker = createReranker({ ...text, lengthAdaptive });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(50), fc.constantFrom(3, 60)), { minLength: 6, maxLength: 10 }),
        async (shapes) => {
          const lists = shapes.map(([seed, length]) => documentOf(seed, length));
          const ranking = await reranker.rerank(query, lists, { budget: { cost: 0.99 } });
          expect(ranking.cost).toBeLessThanOrEqual(0.99);
          expect(ranking.results).toHaveLength(lists.length);
        },
      ),
      { numRuns: 6 },
    );
  });

  test('of all documents is the full length', async () => {
    const reranker = createReranker(text);
    const full = await reranker.rerank(query, documents);
    const all = await reranker.rerank(query, documents, { cascade: { point, keep: documents.length } });
    expect(all.results).toEqual(full.results);
    expect(all.stages.map(({ documents: count }) => count)).toEqual([12, 12]);
    expect(all.cost).toBeGreaterThan(1);
  });

  test('puts the best of the cheap pass in the order of the full length, above the others in their order', async () => {
    const reranker = createReranker(text);
    const cheap = (await reranker.rerank(query, documents, { point })).results.map(({ index }) => index);
    const full = new Map((await reranker.rerank(query, documents)).results.map(({ index, score }) => [index, score]));
    const { results, cost } = await reranker.rerank(query, documents, { cascade: { point, keep: 4 } });
    const first = cheap.slice(0, 4).sort((a, b) => (full.get(b) ?? 0) - (full.get(a) ?? 0));
    expect(results.map(({ index }) => index)).toEqual([...first, ...cheap.slice(4)]);
    expect(results.map(({ point: { lengths } }) => lengths)).toEqual([
      ...first.map(() => [1, 1, 1]),
      ...cheap.slice(4).map(() => point.lengths),
    ]);
    expect(cost).toBeLessThan(1.2);
  });

  test('is searched on lists without labels, kept in the file of the model, and taken for a budget', async () => {
    const lists = [0, 1, 2].map((seed) => ({
      query: documentOf(seed, 3),
      documents: documents.map((document) => `${document} ${documentOf(seed, 2)}`),
    }));
    const record = await searchCascades(text, lists, { keeps: [0, 2, 4], top: 5 });
    expect(record).toMatchObject({ lists: 3, documents: 36 });
    expect(record.cascades.at(-1)).toEqual({ point: { lengths: [1, 1, 1] }, keep: 0, fidelity: 1, cost: 1 });
    record.cascades.slice(1).forEach(({ fidelity, cost }, i) => {
      expect(fidelity).toBeGreaterThan(record.cascades[i]?.fidelity ?? 1);
      expect(cost).toBeGreaterThan(record.cascades[i]?.cost ?? 1);
    });
    const lengthAdaptive = validateLengthAdaptiveFile(
      JSON.parse(JSON.stringify(withCascades(text.lengthAdaptive, record))),
    );
    expect(readCascades(lengthAdaptive, 3)).toEqual(record.cascades);
    const reranker = createReranker({ ...text, lengthAdaptive });
    expect(reranker.cascades).toEqual(record.cascades);

    // What was measured is what running it gives.
    const chosen = record.cascades[Math.floor(record.cascades.length / 2)];
    if (!chosen) throw new Error('no cascade');
    const fidelities: number[] = [];
    for (const list of lists) {
      const [full, reduced] = [
        await reranker.rerank(list.query, list.documents),
        await reranker.rerank(list.query, list.documents, { cascade: chosen }),
      ].map(({ results }) => results.map(({ index }) => index)) as [number[], number[]];
      fidelities.push(rankingFidelity(full, reduced, 5));
    }
    expect(fidelities.reduce((a, b) => a + b, 0) / 3).toBeCloseTo(chosen.fidelity, 9);

    const cheapest = await reranker.rerank(query, documents, { budget: { cost: 0.97 } });
    expect(cheapest.cost).toBeLessThanOrEqual(0.97);
    await expect(searchCascades(text, [])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  test('of documents in the order of a first search chooses by both orders, and the full length by its own', async () => {
    const reranker = createReranker(text, { ordered: true });
    const alone = createReranker(text);
    const indexes = async (of: typeof reranker, options = {}): Promise<number[]> =>
      (await of.rerank(query, documents, options)).results.map(({ index }) => index);
    const arrival = documents.map((_, index) => index);
    const fused = fuseOrders([await indexes(alone, { point }), arrival]);
    expect(fused).not.toEqual(await indexes(alone, { point }));
    expect(await indexes(reranker, { point })).toEqual(fused);
    expect(await indexes(reranker)).toEqual(await indexes(alone));
    const full = await indexes(alone);
    const first = fused.slice(0, 5).sort((a, b) => full.indexOf(a) - full.indexOf(b)); // the others as they were
    expect(await indexes(reranker, { cascade: { point, keep: 5 } })).toEqual([...first, ...fused.slice(5)]);

    // What was searched so is run so, and not where the documents are said to come in no order.
    const record = await searchCascades(text, [{ query, documents }], { ordered: true });
    expect(record).toMatchObject({ ordered: true });
    const lengthAdaptive = withCascades(text.lengthAdaptive, record);
    const searched = createReranker({ ...text, lengthAdaptive });
    expect(searched.cascades).toEqual(record.cascades);
    expect(await indexes(searched, { point })).toEqual(fused);
    expect(createReranker({ ...text, lengthAdaptive }, { ordered: false }).cascades).toEqual([]);
    expect(await searchCascades(text, [{ query, documents }])).not.toHaveProperty('ordered');
  });

  test.each([
    ['no list', 3, /has no list of cascades/],
    ['a share of documents', { cascades: [{ point: {}, keep: 0.5, fidelity: 1, cost: 1 }] }, /cascade 0 .* keeps 0.5/],
    ['another model', { cascades: [{ point: { lengths: [1] }, keep: 2, fidelity: 1, cost: 1 }] }, /another point/],
    ['no fidelity', { cascades: [{ point: {}, keep: 2, cost: 1 }] }, /has fidelity undefined/],
  ])('a file with %s is refused', (_, rerank, message) => {
    const lengthAdaptive = { format: 'length-adaptive', version: 2, paretoSet: [], rerank } as const;
    expect(() => createReranker({ ...text, lengthAdaptive })).toThrow(
      expect.objectContaining({ code: 'FILE_INVALID', message: expect.stringMatching(message) }),
    );
  });
});

describe('a deadline', () => {
  /** The model on a clock of its own, on which a pass takes as long as it has MACs, more or less. */
  const timed = (noise: (pass: number) => number = () => 1) => {
    let [time, passes] = [0, 0];
    const { model } = text;
    const perMillisecond = model.macs(20) / 10; // 10 ms for 20 tokens at the full length
    const slowed: RunnableTextModel = {
      ...text,
      model: {
        ...model,
        dimensions: model.dimensions,
        run: async (inputs, options = {}) => {
          const macs = inputs.reduce((sum, { ids }) => sum + model.macs(ids.length, options.point), 0);
          time += (macs / perMillisecond) * noise(passes++);
          return model.run(inputs, options);
        },
      },
    };
    return { reranker: createReranker(slowed, { now: () => time }), now: () => time };
  };
  /** Makes its pace known. */
  const warm = async (noise?: (pass: number) => number) => {
    const clocked = timed(noise);
    for (let call = 0; call < 3; call++) {
      await clocked.reranker.rerank(query, documents);
      await clocked.reranker.rerank(query, documents, { point });
    }
    return clocked;
  };

  test('that is far away gives the full length', async () => {
    const { reranker } = await warm();
    const ranking = await reranker.rerank(query, documents, { deadlineMs: 1000 });
    expect(ranking.results).toEqual((await createReranker(text).rerank(query, documents)).results);
    expect(ranking.stages.map(({ point: { lengths } }) => lengths)).toEqual([[1, 1, 1]]);
  });

  test('that is near gives all documents a cheap pass, and the best of them the full length', async () => {
    const { reranker } = await warm();
    const full = await reranker.rerank(query, documents);
    const ranking = await reranker.rerank(query, documents, { deadlineMs: 0.85 * full.milliseconds });
    expect(ranking.milliseconds).toBeLessThanOrEqual(0.85 * full.milliseconds);
    expect(ranking.stages).toHaveLength(2);
    expect(ranking.stages[0]).toMatchObject({ documents: 12 });
    const again = ranking.stages[1]?.documents ?? 0;
    expect(again).toBeGreaterThan(0);
    expect(ranking.results.slice(0, again).every(({ point: { lengths } }) => lengths?.[2] === 1)).toBe(true);
    expect(ranking.unseen).toEqual([]);
  });

  test('that is too near gives what was scored, and names the rest', async () => {
    const { reranker } = await warm();
    const full = await reranker.rerank(query, documents);
    const ranking = await reranker.rerank(query, documents, { deadlineMs: 0.2 * full.milliseconds });
    expect(ranking.milliseconds).toBeLessThanOrEqual(0.2 * full.milliseconds);
    expect(ranking.results.length).toBeGreaterThan(0);
    expect(ranking.unseen.length).toBeGreaterThan(0);
    expect([...ranking.results.map(({ index }) => index), ...ranking.unseen].sort((a, b) => a - b)).toEqual([
      ...documents.keys(),
    ]);
    const none = await reranker.rerank(query, documents, { deadlineMs: 0.001 });
    expect(none).toMatchObject({ results: [], stages: [], cost: 0 });
    expect(none.unseen).toHaveLength(12);
  });

  test('is kept from the first call on, when nothing is known of the machine', async () => {
    const { reranker } = timed();
    const ranking = await reranker.rerank(query, documents, { deadlineMs: 60 });
    expect(ranking.milliseconds).toBeLessThanOrEqual(60);
    expect(ranking.results.length).toBeGreaterThan(3);
  });

  test('is kept whatever it is, up to a batch that takes half as long again as expected', async () => {
    const { reranker } = await warm((pass) => 1 + 0.25 * Math.sin(pass * 12.9898));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 5, max: 200 }), fc.integer({ min: 1, max: 12 }), async (deadlineMs, count) => {
        const ranking = await reranker.rerank(query, documents.slice(0, count), { deadlineMs });
        expect(ranking.milliseconds).toBeLessThanOrEqual(1.1 * deadlineMs);
        expect(ranking.results.length + ranking.unseen.length).toBe(count);
        expect(ranking.stages.reduce((most, stage) => Math.max(most, stage.documents), 0)).toBe(ranking.results.length);
      }),
      { numRuns: 25 },
    );
  });

  test('with a calibration of this machine, by the real clock', async () => {
    const reranker = createReranker(text);
    await reranker.calibrate({ seconds: 0.2 });
    const ranking = await reranker.rerank(query, documents, { deadlineMs: 10_000 });
    expect(ranking.stages).toHaveLength(1);
    expect(ranking.stages[0]?.documents).toBe(12);
  });
});

describe('what is refused', () => {
  test.each([
    ['an empty query', ' ', documents, {}, 'TEXT_EMPTY', /The query is empty/],
    ['no documents', query, [], {}, 'OPTION_INVALID', /no documents to rank/],
    ['a topK of 0', query, documents, { topK: 0 }, 'OPTION_INVALID', /topK is 0; expected a whole number from 1/],
    ['half a document', query, documents, { topK: 1.5 }, 'OPTION_INVALID', /topK is 1.5/],
    ['a deadline of 0', query, documents, { deadlineMs: 0 }, 'OPTION_INVALID', /deadlineMs is 0/],
    ['half a document kept', query, documents, { cascade: { point, keep: 0.5 } }, 'OPTION_INVALID', /keeps 0.5/],
    ['two ways', query, documents, { point, budget: { cost: 1 } }, 'OPTION_INVALID', /budget and point came together/],
    ['a budget of time', query, documents, { budget: { latencyMs: 5 } as never }, 'OPTION_INVALID', /give deadlineMs/],
    ['a cost above 1', query, documents, { budget: { cost: 2 } }, 'BUDGET_INVALID', /cost is 2/],
    ['a number', query, [3 as never], {}, 'OPTION_INVALID', /Document 0 is 3; expected a string, or \{ text \}/],
    ['a query as long as a window', documentOf(1, 70), documents, {}, 'TEXT_TOO_LONG', /shorten the query/],
  ])('%s', async (_, asked, given, options, code, message) => {
    await expect(createReranker(text).rerank(asked, given, options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('a call that is stopped, and one after the end', async () => {
    const reranker = createReranker({ ...text, model: { ...text.model, dispose: () => undefined } });
    await expect(reranker.rerank(query, documents, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    reranker.dispose();
    await expect(reranker.rerank(query, documents)).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

describe('other models', () => {
  test('a classifier of pairs ranks by the probability of a label', async () => {
    const classifier = await openModel(memorySource(await tinyFiles({ ...tinyConfig, initializer_range: 0.4 })));
    expect(() => createReranker(classifier)).toThrow(/gives labels \(bad, good\); say which/);
    expect(() => createReranker(classifier, { label: 'fine' })).toThrow(/"fine" is not one of .*: bad, good/);
    const { results } = await createReranker(classifier, { label: 'good' }).rerank(query, documents);
    const [best] = results;
    const [answer] = await createPredictor(classifier).predict([[query, documents[best?.index ?? 0] ?? '']]);
    expect(best?.score).toBeCloseTo(answer.probabilities?.['good'] ?? 0, 6);
    classifier.model.dispose();
  });

  test('one that answers questions ranks nothing', async () => {
    const answers = await openModel(memorySource(await tinyFiles(tinyConfig)), { task: questionAnswering() });
    expect(() => createReranker(answers)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(/does question-answering/) }),
    );
    answers.model.dispose();
  });
});

test('fidelity by hand: nDCG with the gains 1 / rank', () => {
  expect(rankingFidelity([3, 1, 2], [3, 1, 2], 2)).toBe(1);
  expect(rankingFidelity([3, 1, 2], [1, 3, 2], 2)).toBeCloseTo((0.5 + 1 / Math.log2(3)) / (1 + 0.5 / Math.log2(3)), 12);
  expect(rankingFidelity([0, 1, 2, 3], [2, 3, 0, 1], 2)).toBe(0);
});
