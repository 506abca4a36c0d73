import { useWasm } from '@length-adaptive/core/wasm';
import { createPredictor, openTrainedModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { openOnnx } from './open-onnx.js';
import { readExportedWeights } from './exported-weights.js';
import { readOnnxFile } from './read-file.js';
import { largestDifference } from './testing/differences.js';
import { caseSource, caseText, modelCases } from './testing/model-cases.js';
import type { ModelCase } from './testing/model-cases.js';
import { memorySource } from './testing/memory-source.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { exportModel } from './export-model.js';

const folder = temporaryFolder();

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const titled = (cases: readonly ModelCase[]) => cases.map((odd): [string, ModelCase] => [odd.name, odd]);
const caseOf = (name: string): ModelCase => modelCases.find((odd) => odd.name === name) ?? { name };

test.each(titled(modelCases))('model folder %s answers as the reference does', async (_, odd) => {
  const opened = await openOnnx(caseSource(odd), { threads: 1 });
  const { model, tokenizer, notes = [] } = opened;
  const { ids, typeIds } = tokenizer.encode(caseText);
  expect(largestDifference(await model.run([{ ids, typeIds }]), odd.logits ?? [])).toBeLessThan(5e-5);
  if (odd.labels) expect(model.task.labels).toEqual(odd.labels);
  expect(notes).toEqual((odd.notes ?? []).map((note) => expect.stringContaining(note)));
  await model.release();
});

describe.each(titled(modelCases.filter(({ name }) => name.startsWith('act-'))))('%s', (_, odd) => {
  const inputs = [caseText, 'not a good battery , it broke after a week', 'great'];
  const config = [0.7, 0.4];

  test.each([
    ['fp32', 1e-4],
    ['fp16', 3e-2],
    ['int8', 0.6], // the weights of so small a model move that much; the activation is not quantised
  ] as const)('%s agrees with TensorFlow.js, full and with tokens dropped', async (precision, tolerance) => {
    const [reference, opened] = [
      await openTrainedModel(caseSource(odd)),
      await openOnnx(caseSource(odd), { precision, threads: 1 }),
    ];
    const encoded = inputs.map((text) => opened.tokenizer.encode(text));
    expect(largestDifference(await opened.model.run(encoded), await reference.model.run(encoded))).toBeLessThan(
      tolerance,
    );
    if (precision !== 'int8') {
      expect(
        largestDifference(
          await opened.model.run(encoded, { point: { lengths: config } }),
          await reference.model.run(encoded, { point: { lengths: config } }),
        ),
      ).toBeLessThan(tolerance);
      expect(opened.model.macs(8, { lengths: config })).toBe(reference.model.macs(8, { lengths: config }));
    }
    reference.model.dispose();
    await opened.model.release();
  });
});

describe('a tokenizer larger than the table of embeddings', () => {
  const refusal = {
    name: 'ModelError',
    code: 'TEXT_UNSUPPORTED',
    message: expect.stringMatching(
      /the token "quagga" \(id 84\): the tokenizer has 85 ids, and the model embeddings for 83/,
    ),
  };

  test('a text that needs what the table lacks is refused by name, and never reaches ONNX Runtime', async () => {
    const predictor = createPredictor(await openOnnx(caseSource(caseOf('tok-larger')), { threads: 1 }));
    await expect(predictor.predict(['the quagga is great'])).rejects.toMatchObject(refusal);
    expect(await predictor.predict([caseText])).toHaveLength(1);
    predictor.dispose();
  });

  test('in an exported folder too', async () => {
    const text = await openTrainedModel(caseSource(caseOf('tok-larger')));
    await exportModel(folder, text, { precisions: ['fp32'], inputs: [text.tokenizer.encode(caseText)] });
    text.model.dispose();
    const opened = await openOnnx(folder, { threads: 1 });
    expect(opened.notes).toEqual([expect.stringContaining('"zebra" (83), "quagga" (84)')]);
    const predictor = createPredictor(opened);
    await expect(predictor.predict(['the quagga is great'])).rejects.toMatchObject(refusal);
    predictor.dispose();
  });
});

test('a pointer of Git LFS in the place of an ONNX file says what it is', async () => {
  const pointer = new TextEncoder().encode(
    'version https://git-lfs.github.com/spec/v1\noid sha256:4a4be9b2\nsize 437955512\n',
  );
  const message = expect.stringMatching(/Git LFS pointer.*git lfs install && git lfs pull/);
  const base = caseSource(caseOf('base'));
  const files = await Promise.all(
    ['config.json', 'vocab.txt'].map(async (name): Promise<[string, Uint8Array]> => [name, await base.read(name)]),
  );
  const source = memorySource(new Map([...files, ['onnx/model.onnx', pointer]]));
  await expect(openOnnx(source)).rejects.toMatchObject({
    code: 'FILE_INVALID',
    message: expect.stringMatching(/^memory\/onnx\/model\.onnx is a Git LFS pointer/),
  });
  expect(() => readOnnxFile(pointer)).toThrow(expect.objectContaining({ code: 'FILE_INVALID', message }));
  expect(() => readExportedWeights(pointer)).toThrow(expect.objectContaining({ code: 'FILE_INVALID', message }));
});
