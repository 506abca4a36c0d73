/** What a caller knows of the tokens of a text, on both engines and in an exported file, alone and with what ranks by itself. */
import { join } from 'node:path';
import { clsAttentionReducer } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { createPredictor, openTrainedModel, saveModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { exportModel } from './export-model.js';
import { loadOnnx } from './open-onnx.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyTextModel, tinyTexts } from './testing/tiny-model.js';

const folder = temporaryFolder();
const saved = join(folder, 'model');
const point = { lengths: [0.6, 0.4, 0.3] };
const text = tinyTexts[2] as string;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  await saveModel(saved, tinyTextModel(clsAttentionReducer()));
});

const opened = async () => ({
  tfjs: createPredictor(await openTrainedModel(saved, { prior: 'given' })),
  onnx: await loadOnnx(saved, { prior: 'given' }),
});

test('the tokens that the caller names stay, whichever they are, and both engines keep the same', async () => {
  const { tfjs, onnx } = await opened();
  const { encoding, layers: usual } = await tfjs.inspect(text, { point });
  const count = encoding.ids.length;
  const kept = usual.map(({ length }) => length);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: count - 1 }), { minLength: kept[2] ?? 0, maxLength: kept[2] ?? 0 }),
      async (named) => {
        const wanted = named.slice(1); // the first token stays, too
        const prior = [Array.from({ length: count }, (_, token) => (wanted.includes(token) ? 1e5 : 0))];
        const expected = [0, ...wanted].sort((a, b) => a - b);
        for (const predictor of [tfjs, onnx])
          expect((await predictor.inspect(text, { point, prior })).layers.at(-1)).toEqual(expected);
      },
    ),
    { numRuns: 10 },
  );
  const none = new Array<number>(count).fill(0);
  expect((await tfjs.inspect(text, { point, prior: [none] })).layers).toEqual(usual);
  for (const predictor of [tfjs, onnx]) predictor.dispose();
});

test('of several texts some may have a prior, and each is answered as it is alone', async () => {
  const { tfjs, onnx } = await opened();
  const { encoding } = await tfjs.inspect(text, { point });
  const prior = encoding.ids.map((_, token) => (token % 2 === 0 ? 3 : 0));
  for (const predictor of [tfjs, onnx]) {
    const options = { point, rawScores: true, onError: 'throw' as const };
    const together = await predictor.predict([text, text, tinyTexts[3] as string], { ...options, prior: [prior, undefined, undefined] }); // prettier-ignore
    const [alone] = await predictor.predict([text], { ...options, prior: [prior] });
    const [plain] = await predictor.predict([text], options);
    together[0]?.logits?.forEach((logit, i) => expect(logit).toBeCloseTo(alone?.logits?.[i] ?? Number.NaN, 4));
    together[1]?.logits?.forEach((logit, i) => expect(logit).toBeCloseTo(plain?.logits?.[i] ?? Number.NaN, 4));
    expect(together[0]?.logits).not.toEqual(together[1]?.logits);
    predictor.dispose();
  }
});

test('an exported file takes it, where it was exported with it', async () => {
  const text2 = await openTrainedModel(saved, { prior: 'given' });
  const exported = join(folder, 'onnx');
  await exportModel(exported, text2, { precisions: ['fp32'], inputs: [text2.tokenizer.encode(text)] });
  const predictor = await loadOnnx(exported, { file: 'onnx/model.onnx' });
  const count = text2.tokenizer.encode(text).ids.length;
  const prior = [Array.from({ length: count }, (_, token) => (token === count - 2 ? 1e5 : 0))];
  const options = { point, rawScores: true };
  const [given] = await predictor.predict([text], { ...options, prior });
  const [expected] = await createPredictor(text2).predict([text], { ...options, prior });
  given.logits?.forEach((logit, i) => expect(logit).toBeCloseTo(expected.logits?.[i] ?? Number.NaN, 4));
  predictor.dispose();
  text2.model.dispose();
});

test('what is no prior of the text is refused, and says why', async () => {
  const { tfjs, onnx } = await opened();
  const plain = await loadOnnx(saved);
  const count = (await tfjs.inspect(text)).encoding.ids.length;
  const good = new Array<number>(count).fill(1);
  for (const predictor of [tfjs, onnx]) {
    const refused = (prior: readonly (readonly number[])[], message: string): Promise<void> =>
      expect(predictor.predict([text], { point, prior })).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringContaining(message) as unknown,
      });
    await refused([good.slice(1)], `came with a prior of ${count - 1} numbers`);
    await refused([good.map((_, token) => (token === 2 ? -1 : 0))], 'The prior of token 2 is -1');
    await refused([good.map(() => 1e7)], 'from 0 to 1e6');
    await refused([good, good], '1 texts came with 2 priors');
  }
  await expect(plain.predict([text], { point, prior: [good] })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringContaining('open it with prior: "given"') as unknown,
  });
  for (const predictor of [tfjs, onnx, plain]) predictor.dispose();
});
