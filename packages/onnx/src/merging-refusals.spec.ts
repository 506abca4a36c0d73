/** What merging cannot do, said on both engines: states that are no numbers, inputs that nothing leaves, spans, files of another reducer. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findReducer, reducerNames } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { Predictor, TextModel } from '@length-adaptive/models';
import { createPredictor, predictLogits, questionAnswering, saveModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportGraph, hostModel } from './export-graph.js';
import { exportModel } from './export-model.js';
import { createOnnxModel } from './onnx-model.js';
import { openOnnx } from './open-onnx.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyModel, tinyTextModel } from './testing/tiny-model.js';

const folder = temporaryFolder();
const merging = reducerNames().filter((name) => findReducer(name).merge !== undefined);
const point = { lengths: [0.8, 0.5, 0.3] };

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

/** The model on ONNX Runtime. */
const onGraph = async (text: TextModel) => ({
  ...text,
  model: await createOnnxModel(exportGraph(await hostModel(text.model)), text.model.config),
});

/** Makes the states of one word no numbers. */
const spoil = ({ model, tokenizer }: TextModel, word: string): void => {
  const [, id] = tokenizer.encode(word).ids;
  const table = model.parameters.find(({ spec }) => spec.name === model.wordTable);
  if (id === undefined || !table) throw new Error('there is no such word');
  const values = table.variable.dataSync().slice();
  values.fill(Number.NaN, id * model.dimensions.hiddenSize, (id + 1) * model.dimensions.hiddenSize);
  const spoilt = tf.tensor(values, table.variable.shape);
  table.variable.assign(spoilt);
  spoilt.dispose();
};

describe.each(['attention', ...merging])('%s', (name) => {
  test('a text whose states are no numbers has a coded error in its place, and the others what they get alone', async () => {
    const text = tinyTextModel(findReducer(name));
    spoil(text, 'sad');
    const graphs = await onGraph(text);
    const texts = ['the phone works and the case is nice', 'a sad , bad phone , it breaks', 'good'];
    const check = async (predictor: Predictor, run: () => Promise<unknown>) => {
      const answers = await predictor.predict(texts, { point });
      expect(answers[1]).toMatchObject({
        error: { code: 'NOT_FINITE', message: expect.stringMatching(/gives NaN for this text; expected numbers/) },
      });
      for (const i of [0, 2]) {
        const [alone] = await predictor.predict([texts[i] as string], { point });
        expect(answers[i]).toMatchObject({ label: alone.label, score: expect.closeTo(alone.score, 4) as number });
      }
      await expect(predictor.predict([texts[1] as string], { point })).rejects.toMatchObject({ code: 'NOT_FINITE' });
      await expect(run()).rejects.toMatchObject({
        code: 'NOT_FINITE',
        message: expect.stringMatching(/gives NaN for input 1/),
      });
    };
    const inputs = texts.map((each) => text.tokenizer.encode(each));
    await check(createPredictor(graphs), () => predictLogits(graphs.model, inputs, { point }));
    await check(createPredictor(text), () => predictLogits(text.model, inputs, { point }));
    await graphs.model.release();
    text.model.dispose();
  });

  test('an input of one or two tokens is what it is at the full length', async () => {
    const text = tinyTextModel(findReducer(name));
    const graphs = await onGraph(text);
    for (const ids of [[2], [2, 3], [2, 7]])
      for (const model of [text.model, graphs.model]) {
        const inputs = [{ ids }, { ids: [2, 7, 12, 9, 14, 8, 3] }];
        const [reduced] = await predictLogits(model, inputs, { point: { lengths: [0.5, 0.2, 0.1] } });
        const [whole] = await predictLogits(model, [{ ids }]);
        whole?.forEach((value, i) => expect(reduced?.[i]).toBeCloseTo(value, 4));
      }
    await graphs.model.release();
    text.model.dispose();
  });
});

test.each(merging)(
  '%s: spans refuse what returns with the state of another token, and say how to mend it',
  async (name) => {
    const task = questionAnswering();
    expect(() => tinyModel({}, 1, { task, reducer: findReducer(name) })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message: expect.stringMatching(
          new RegExp(
            `question-answering cannot take the reducer ${name} with unmerge "group".*--reducer "${name};unmerge=own"`,
          ),
        ) as string,
      }) as Error,
    );
    const reader = tinyModel({}, 1, { task, reducer: findReducer(name, { unmerge: 'own' }) });
    const engine = await createOnnxModel(exportGraph(await hostModel(reader)), reader.config);
    const inputs = [{ ids: [2, 7, 12, 3, 9, 14, 8, 10, 3], typeIds: [0, 0, 0, 0, 1, 1, 1, 1, 1] }];
    const [ours, theirs] = [await engine.run(inputs, { point }), await reader.run(inputs, { point })];
    ours.forEach((value, i) => expect(value).toBeCloseTo(theirs[i] as number, 4));
    await engine.release();
    reader.dispose();
  },
);

test('a file of another reducer is refused by name and by settings, and a folder that is refused stays as it was', async () => {
  const text = tinyTextModel(findReducer('tome'));
  const exported = join(folder, 'tome');
  await exportModel(exported, text, { precisions: ['fp32'] });
  for (const reducer of ['pool', 'fuse', { name: 'tome', likeness: 'keys' }, 'tome;unmerge=own'])
    await expect(openOnnx(exported, { reducer })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('the ONNX file was exported to rank them by'),
    });
  const same = await openOnnx(exported, { reducer: 'tome;likeness=states' });
  expect(same.model.reducer.name).toBe('tome');
  same.model.dispose();
  const unregistered = { ...text, model: { ...text.model, reducer: { ...text.model.reducer, name: 'of-nobody' } } };
  await expect(saveModel(join(folder, 'none'), unregistered)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  await expect(exportModel(join(folder, 'none'), unregistered)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  expect(existsSync(join(folder, 'none'))).toBe(false);
  text.model.dispose();
});
