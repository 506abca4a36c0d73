import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { DeferredWeight } from '../architectures/deferred-weights.js';
import { readWeight } from '../architectures/deferred-weights.js';
import type { Parameter } from '../architectures/parameter.js';
import { ModelError } from '../errors.js';
import { readSafetensors } from '../weights/safetensors.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import type { ModelCase } from '../testing/model-cases.js';
import { caseFiles, modelCases } from '../testing/model-cases.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { memorySource, tinyConfig, tinyFiles } from '../testing/tiny-model.js';
import { writeFiles } from '../testing/written-files.js';
import { openDeferredModel } from './open-deferred-model.js';
import { openTrainedModel } from './open-model.js';

const folder = temporaryFolder();

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

/** The same files as a folder, whose weights can be read in parts, and in memory. */
const sourcesOf = (name: string, files: Readonly<Record<string, Uint8Array | string>>) => [
  writeFiles(join(folder, name), files),
  memorySource(files),
];

const weightsIn = (node: unknown): DeferredWeight[] => {
  if (typeof node !== 'object' || node === null) return [];
  return 'readInto' in node ? [node as DeferredWeight] : Object.values(node).flatMap(weightsIn);
};

/** Weights and everything beside them as TensorFlow.js opens them. */
const expectAsOnTensors = async (source: Parameters<typeof openTrainedModel>[0]): Promise<void> => {
  const [ours, theirs] = [await openDeferredModel(source), await openTrainedModel(source)];
  const { model } = theirs;
  const { config, dimensions, reducer } = model;
  expect(ours.model).toMatchObject({ config, dimensions });
  expect(ours.model.reducer).toEqual(reducer);
  expect(ours.model.task.labels).toEqual(model.task.labels);
  expect([ours.notes, ours.lengthAdaptive]).toEqual([theirs.notes, theirs.lengthAdaptive]);
  const found = [...weightsIn(ours.model.encoder), ...weightsIn(ours.model.head)];
  expect(found.map(({ name }) => name)).toEqual(model.parameters.map(({ spec }) => spec.name));
  for (const [i, weight] of found.entries()) {
    const { variable } = model.parameters[i] as Parameter;
    expect(weight.shape).toEqual(variable.shape);
    expect(await readWeight(weight)).toEqual(await variable.data());
  }
  model.dispose();
  await ours.close();
};

describe.each(modelCases.map((odd): [string, ModelCase] => [odd.name, odd]))('model folder %s', (name, odd) => {
  test(odd.error === undefined ? 'is what TensorFlow.js opens' : 'is refused as on TensorFlow.js', async () => {
    for (const source of sourcesOf(name, caseFiles(odd))) {
      if (odd.error === undefined) await expectAsOnTensors(source);
      else {
        const error = await openTrainedModel(source).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(ModelError);
        const { code, message } = error as ModelError;
        await expect(openDeferredModel(source)).rejects.toMatchObject({ name: 'ModelError', code, message });
      }
    }
  });
});

test.each(['F16', 'BF16'] as const)(
  'weights in %s, and maps that are wider than what is read at once',
  async (dtype) => {
    const { 'model.safetensors': weights = '', ...files } = await tinyFiles({ ...tinyConfig, intermediate_size: 700 });
    const { tensors } = readSafetensors(weights as Uint8Array);
    for (const source of sourcesOf(dtype, { ...files, 'model.safetensors': writeSafetensors(tensors, { dtype }) }))
      await expectAsOnTensors(source);
  },
);

test('an encoder without a head has nothing to answer with', async () => {
  const { 'model.safetensors': weights = '', ...files } = await tinyFiles();
  const { tensors } = readSafetensors(weights as Uint8Array);
  const bare = new Map([...tensors].filter(([name]) => !name.startsWith('classifier.')));
  for (const source of sourcesOf('bare', { ...files, 'model.safetensors': writeSafetensors(bare) }))
    await expect(openDeferredModel(source)).rejects.toMatchObject({
      code: 'TENSOR_MISSING',
      message: expect.stringMatching(/no head to answer with \(it lacks classifier\.weight, classifier\.bias\)/),
    });
});

test('a weight comes to lie at any place in memory, and closed files give none', async () => {
  const opened = await openDeferredModel(sourcesOf('closed', await tinyFiles())[0] ?? '');
  const { output } = opened.model.head;
  if (!output) throw new Error('The model has no output layer.');
  const { kernel } = output;
  const values = await readWeight(kernel);
  const memory = new Uint8Array(4 * values.length + 1);
  await kernel.readInto(memory.subarray(1));
  expect(new Float32Array(memory.slice(1).buffer)).toEqual(values);
  await opened.close();
  await expect(readWeight(kernel)).rejects.toMatchObject({ code: 'FILE_INVALID' });
});
