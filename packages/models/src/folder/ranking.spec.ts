import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReducerDefinition } from '@length-adaptive/core';
import { attentionReducer, clsAttentionReducer, registerReducer } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import { openDeferredModel } from '../model/open-deferred-model.js';
import type { OpenModelOptions } from '../model/open-model.js';
import { openModel, openTrainedModel, saveModel } from '../model/open-model.js';
import { createPredictor } from '../predictor/predictor.js';
import { searchLengths } from '../search/length-search.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { memorySource, tinyConfig, tinyExamples, tinyFiles } from '../testing/tiny-model.js';
import { fineTune } from '../training/fine-tune.js';
import { lengthAdaptiveFileName } from './length-adaptive-file.js';
import { chooseRanking, chooseReducer, nameRanking } from './ranking.js';

/** Large states stay, or their squares. */
const largeStates: ReducerDefinition = {
  name: 'large-states',
  problem: ({ power = 1 }) =>
    power === 1 || power === 2 ? undefined : `has power ${JSON.stringify(power)}, expected 1 or 2`,
  create: ({ power = 1 }) => ({
    name: 'large-states',
    settings: { power },
    score: (ops, { entering, tokens }) => {
      const size = ops.magnitudes(entering, tokens);
      return power === 2 ? ops.multiply(size, size) : size;
    },
  }),
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  registerReducer(largeStates);
});

const folder = temporaryFolder();
const point = { lengths: [0.6, 0.5, 0.4] };
const text = 'it is a very good phone and the case works';

const openTiny = async (options: OpenModelOptions = {}) =>
  openModel(memorySource(await tinyFiles({ ...tinyConfig, initializer_range: 0.3 })), options);

/** Writes the folder of a model whose file says of its reducer what no program would. */
const saveAs = async (name: string, reducer: unknown): Promise<string> => {
  const path = join(folder, name);
  const opened = await openTiny({ reducer: 'cls-attention' });
  opened.model.markTrained();
  await saveModel(path, opened);
  opened.model.dispose();
  const file = join(path, lengthAdaptiveFileName);
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), reducer }));
  return path;
};

test('a reducer that ranks by priors alone takes that of the caller, or the one of the folder in all layers', () => {
  const overlap = { name: 'question-overlap', layers: 4, window: 9 } as const;
  const file = { format: 'length-adaptive', version: 2, paretoSet: [], prior: overlap } as const;
  for (const choose of [chooseRanking, nameRanking]) {
    expect(choose({ reducer: 'prior' }, undefined).prior).toEqual({ name: 'given' });
    expect(choose({ reducer: 'prior' }, file).prior).toEqual({ name: 'question-overlap', window: 9 });
    expect(choose({ reducer: 'prior', prior: 'question-overlap' }, file).prior).toEqual({
      name: 'question-overlap',
      window: 9,
    });
    expect(choose({ reducer: 'prior', prior: { name: 'given', layers: 2 } }, file).prior).toMatchObject({ layers: 2 });
    expect(choose({ reducer: 'attention' }, file).prior).toEqual(overlap);
    expect(choose({}, { ...file, reducer: { name: 'prior', leave: 'before' } }).prior).not.toHaveProperty('layers');
  }
});

describe('the reducer that is chosen', () => {
  test.each<[string, Parameters<typeof chooseReducer>, unknown]>([
    ['attention where nobody says anything', [undefined, undefined], attentionReducer()],
    ['what the folder says', [undefined, { name: 'cls-attention' }], clsAttentionReducer()],
    [
      'what is asked for by name, whatever the folder says',
      ['attention', { name: 'cls-attention' }],
      attentionReducer(),
    ],
    ['what is asked for with settings in words', ['large-states;power=2', undefined], { settings: { power: 2 } }],
    [
      'words, with spaces about them',
      ['fuse; weight = significance;unmerge=own', { name: 'fuse' }],
      { name: 'fuse', settings: { weight: 'significance', likeness: 'states', unmerge: 'own' } },
    ],
    ['settings that are not as usual', ['fuse;into=one', undefined], { settings: { into: 'one', weight: 'size' } }],
    ['what is asked for with settings', [{ name: 'large-states', power: 2 }, undefined], { settings: { power: 2 } }],
    [
      'the settings of the folder for the same name',
      ['large-states', { name: 'large-states', power: 2 }],
      { settings: { power: 2 } },
    ],
    ['those of its definition for another', ['large-states', { name: 'attention' }], { settings: { power: 1 } }],
    ['an object itself', [clsAttentionReducer(), undefined], clsAttentionReducer()],
  ])('is %s', (_, [asked, saved], expected) => {
    expect(chooseReducer(asked, saved)).toMatchObject(expected as object);
  });

  test.each<[string, Parameters<typeof chooseReducer>, string, RegExp]>([
    [
      'a prior',
      ['question-overlap', undefined],
      'OPTION_INVALID',
      /is a prior.*write prior: "question-overlap" \(on the command line --prior question-overlap\)/,
    ],
    ['a prior with settings', [{ name: 'question-overlap', layers: 2 }, undefined], 'OPTION_INVALID', /is a prior/],
    [
      'a name that nobody knows',
      ['nearest', undefined],
      'REDUCER_UNKNOWN',
      /^There is no reducer "nearest"; known: attention, cls-attention, tome, pool, fuse, token-pooling, skim, prior, large-states/,
    ],
    [
      'settings that are none',
      ['tome;own', undefined],
      'OPTION_INVALID',
      /has the setting "own"; expected NAME;SETTING=VALUE/,
    ],
    [
      'settings in words that are wrong',
      ['tome;unmerge=all', undefined],
      'OPTION_INVALID',
      /has unmerge "all"; expected "group" or "own"/,
    ],
    ['settings that are wrong', [{ name: 'large-states', power: 3 }, undefined], 'OPTION_INVALID', /has power 3/],
    [
      'a folder with a name that nobody knows',
      [undefined, { name: 'nearest' }],
      'REDUCER_UNKNOWN',
      /^length_adaptive\.json: There is no reducer "nearest"; known: .*register it before/,
    ],
    [
      'a folder with settings that are wrong',
      [undefined, { name: 'large-states', power: 3 }],
      'FILE_INVALID',
      /^length_adaptive\.json: .*has power 3/,
    ],
  ])('%s is refused', (_, [asked, saved], code, message) => {
    expect(() => chooseReducer(asked, saved)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe.each(['cls-attention', 'large-states'])('a model that ranks by %s', (reducer) => {
  test('trains, is saved and opened by the folder alone, searches, predicts at a budget and tells what it keeps', async () => {
    const start = await openTiny({ reducer });
    const examples = tinyExamples(12).map((example) => ({
      input: start.tokenizer.encode(example.text),
      target: example.label === 'good' ? 1 : 0,
    }));
    await fineTune(start.model, { train: examples }, { epochs: 1, lengthDrop: { dropRatioBound: 0.3 } });
    const path = join(folder, reducer);
    await saveModel(path, start);

    const opened = await openTrainedModel(path);
    expect(opened.model.reducer.name).toBe(reducer);
    expect(opened.lengthAdaptive?.reducer).toEqual({ name: reducer, ...(reducer === 'large-states' && { power: 1 }) });
    const inputs = examples.map(({ input }) => input);
    expect(await opened.model.run(inputs, { point })).toEqual(await start.model.run(inputs, { point }));
    const plain = await openTrainedModel(path, { reducer: 'attention' });
    expect(await plain.model.run(inputs)).toEqual(await start.model.run(inputs)); // nothing is ranked at the full length
    expect(await plain.model.run(inputs, { point })).not.toEqual(await start.model.run(inputs, { point }));
    expect(plain.lengthAdaptive ?? {}).not.toHaveProperty('reducer');

    const found = await searchLengths(opened.model, examples, {
      generations: 1,
      populationSize: 4,
      metric: 'probability',
    });
    const others = await searchLengths(plain.model, examples, {
      generations: 1,
      populationSize: 4,
      metric: 'probability',
    });
    expect(found.full.score).toBeCloseTo(others.full.score, 6);
    expect(found.paretoSet).not.toEqual(others.paretoSet);
    expect(opened.lengthAdaptive).toBeDefined();
    const predictor = createPredictor({
      ...opened,
      lengthAdaptive: opened.lengthAdaptive && { ...opened.lengthAdaptive, ...found },
    });
    const [answer] = await predictor.predict([text], {
      budget: { cost: found.paretoSet[0]?.cost ?? Number.NaN },
    });
    expect(answer.cost).toBeLessThan(1);
    const { encoding, layers } = await predictor.inspect(text, { point });
    expect(layers).toEqual(await opened.model.keptPositions(encoding, point));
    expect(layers).not.toEqual(await plain.model.keptPositions(encoding, point));
    for (const { model } of [start, plain, opened]) model.dispose();
  });

  test('begins with attention where its task changes', async () => {
    const { model, lengthAdaptive } = await openModel(join(folder, reducer), { task: questionAnswering() });
    expect([model.reducer, lengthAdaptive?.reducer]).toEqual([attentionReducer(), undefined]);
    model.dispose();
  });
});

describe('a folder', () => {
  test.each<[string, unknown, string, RegExp]>([
    [
      'a reducer that nobody registered',
      { name: 'nearest' },
      'REDUCER_UNKNOWN',
      /length_adaptive\.json: .*known: attention, cls-attention, tome, pool, fuse, token-pooling, skim, prior, large-states\. .*--import \.\/my-reducer\.mjs/,
    ],
    [
      'settings that its reducer does not take',
      { name: 'cls-attention', heads: 2 },
      'FILE_INVALID',
      /has no settings, and heads came/,
    ],
  ])('that names %s is refused, weights on TensorFlow.js and without it', async (name, reducer, code, message) => {
    const path = await saveAs(name.slice(0, 8), reducer);
    const refused = { code, message: expect.stringMatching(message) };
    await expect(openModel(path)).rejects.toMatchObject(refused);
    await expect(openDeferredModel(path)).rejects.toMatchObject(refused);
    const opened = await openModel(path, { reducer: 'attention' }); // whoever says another does not need it
    opened.model.dispose();
  });

  test('is not written with a reducer that its name does not give again', async () => {
    const opened = await openTiny({ reducer: { ...attentionReducer() } });
    expect(opened.model.reducer.name).toBe('attention');
    await expect(saveModel(join(folder, 'own'), opened)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(/registerReducer/),
    });
    opened.model.dispose();
  });
});
