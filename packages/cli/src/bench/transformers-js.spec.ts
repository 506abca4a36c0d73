import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openTrainedModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';
import type { TransformersJs } from './transformers-js.js';
import { openTransformers } from './transformers-js.js';

const folder = temporaryFolder();

/** A stand-in that looks at the exported folder as the real library does. */
const standIn = () => {
  const seen: {
    folder: string;
    options: Readonly<Record<string, unknown>>;
    file: boolean;
    inputs: Readonly<Record<string, unknown>>[];
    disposed: number;
  } = {
    folder: '',
    options: {},
    file: false,
    inputs: [],
    disposed: 0,
  };
  const env = { allowRemoteModels: true, allowLocalModels: false, localModelPath: '' };
  const library: TransformersJs = {
    env,
    Tensor: class {
      constructor(
        readonly type: string,
        readonly data: BigInt64Array,
        readonly dims: readonly number[],
      ) {}
    },
    AutoModelForSequenceClassification: {
      from_pretrained: async (name, options) => {
        Object.assign(seen, {
          folder: join(env.localModelPath, name),
          options,
          file: existsSync(join(env.localModelPath, name, 'onnx/model.onnx')),
        });
        return Object.assign(async (inputs: Readonly<Record<string, unknown>>) => void seen.inputs.push(inputs), {
          dispose: async () => void seen.disposed++,
        });
      },
    },
  };
  return { library, env, seen };
};

test('the weights are exported, opened offline, fed as tensors, and nothing is left behind', async () => {
  await writeTinyModel(folder);
  const opened = await openTrainedModel(folder);
  const before = tf.memory().numTensors;
  const { library, env, seen } = standIn();
  const [engine] = await openTransformers(library, opened, { precisions: ['fp32'], threads: 1 });
  expect(env).toMatchObject({ allowRemoteModels: false, allowLocalModels: true });
  expect(seen).toMatchObject({
    file: true,
    options: { dtype: 'fp32', device: 'cpu', session_options: { intraOpNumThreads: 1 } },
  });
  expect(existsSync(seen.folder)).toBe(false);
  await engine?.run([{ ids: [2, 7, 3] }, { ids: [2, 3] }], {});
  expect(seen.inputs[0]).toMatchObject({
    input_ids: { type: 'int64', dims: [2, 3], data: BigInt64Array.of(2n, 7n, 3n, 2n, 3n, 0n) },
    attention_mask: { data: BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 0n) },
    token_type_ids: { data: new BigInt64Array(6) },
  });
  await engine?.dispose();
  expect(seen.disposed).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
  opened.model.dispose();
});
