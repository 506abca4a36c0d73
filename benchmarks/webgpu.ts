/**
 * What shorter lengths save on a graphics card, what our kernels save there, and what the card saves over wasm: Dawn (the npm package `webgpu`) in Node runs the
 * code that a browser runs. Weights are new, for the time does not depend on them. Without a graphics card nothing is measured.
 * `BENCH_DEVICE` names the card in the notes.
 */
import { createRandom, sandwichStep } from '@length-adaptive/core';
import { startBackend } from '@length-adaptive/core/backend';
import { useWasmThreads } from '@length-adaptive/core/wasm/node';
import type { TaskModel } from '@length-adaptive/models';
import { distillationLoss, taskLoss } from '@length-adaptive/models';
import { constantRatioChain } from '@length-adaptive/search';
import * as tf from '@tensorflow/tfjs';
import { getThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import type { Row } from './harness.js';
import { compareInTurn, formatSpread, ratio, report, spread } from './harness.js';
import { offerWebGpu } from './webgpu/dawn.js';
import type { Shape } from './webgpu/models.js';
import { createModel, shapeNames } from './webgpu/models.js';
import { withoutOwnKernels } from './webgpu/own-kernels.js';

const adapter = await offerWebGpu('webgpu');
await useWasmThreads();
const threads = getThreadsCount();
const started = await startBackend({ backends: ['webgpu', 'wasm'] });
if (started.backend !== 'webgpu') {
  console.error(`webgpu: nothing is measured: there is no graphics card here (${adapter}).`);
  process.exit(0);
}

type Backend = 'webgpu' | 'wasm';

/** A model whose tensors are made and stay on one backend. */
const createOn = async (backend: Backend, shape: Shape): Promise<TaskModel> => {
  await tf.setBackend(backend);
  return createModel(shape);
};

const random = createRandom(1);
const makeInputs = (batch: number, length: number) =>
  Array.from({ length: batch }, () => ({ ids: Int32Array.from({ length }, () => random.integer(1000, 30_000)) }));
type Inputs = ReturnType<typeof makeInputs>;

const runOn =
  (backend: Backend, model: TaskModel, inputs: Inputs, config?: readonly number[]) =>
  async (): Promise<readonly number[]> => {
    await tf.setBackend(backend);
    return Array.from(await model.run(inputs, { point: { lengths: config } }));
  };

/** The gradients of a training step: full length and one reduced. */
const stepOn = (backend: Backend, model: TaskModel, inputs: Inputs) => async (): Promise<void> => {
  await tf.setBackend(backend);
  const labelled = inputs.map((input, i) => ({ input, target: i % 2 }));
  await sandwichStep(
    {
      variables: new Map(model.parameters.map(({ spec, variable }) => [spec.name, variable])),
      logits: (given: Inputs, pass) => model.logits(given, pass),
      taskLoss: (logits) => taskLoss(model.task, logits, labelled),
      distillationLoss: (teacher, student, _, options) =>
        distillationLoss(model.task, teacher, student, labelled, options),
    },
    inputs,
    { full: {}, reduced: [{ config: constantRatioChain(model.dimensions.layers, 0.85) }] },
    new Map(),
  );
};

const milliseconds = (times: readonly number[]): string => `${spread(times).p50.toFixed(1)} ms`;
/** Drivers do not always say what card it is. */
const hardware = `on ${process.env['BENCH_DEVICE'] ?? adapter}`;
const rows: Row[] = [];
/** Keeps a row, and prints it at once: the whole takes minutes. */
const add = (row: Row): void => {
  rows.push(row);
  console.error(`${row.id}: ${row.value.toFixed(2)} ${row.unit} (${row.note})`);
};

const shorterLengths = async (shape: Shape, model: TaskModel, batch: number, length: number): Promise<void> => {
  const inputs = makeInputs(batch, length);
  const { layers } = model.dimensions;
  const chains = Object.fromEntries([0.85, 0.7].map((keep) => [`keep${keep * 100}`, constantRatioChain(layers, keep)]));
  const contenders: Record<string, () => unknown> = { full: runOn('webgpu', model, inputs) };
  for (const [name, chain] of Object.entries(chains)) contenders[name] = runOn('webgpu', model, inputs, chain);
  const times = await compareInTurn(contenders, { rounds: 9, warmup: 2 });
  for (const [name, chain] of Object.entries(chains)) {
    const [full = [], reduced = []] = [times['full'], times[name]];
    const macs = model.macs(length) / model.macs(length, { lengths: chain });
    const gain = ratio(full, reduced);
    const note = `${macs.toFixed(2)}x fewer MACs; ${milliseconds(full)} -> ${milliseconds(reduced)}; ${formatSpread(gain)}; ${hardware}`;
    add({
      id: `webgpu.${shape}.b${batch}.s${length}.${name}`,
      value: gain.p50,
      unit: 'times faster than full length',
      note,
    });
  }
};

const againstStock = async (shape: Shape, model: TaskModel, batch: number, length: number): Promise<void> => {
  const inputs = makeInputs(batch, length);
  for (const [name, chain] of [
    ['full', undefined],
    ['keep85', constantRatioChain(model.dimensions.layers, 0.85)],
  ] as const) {
    // prettier-ignore
    const ours = runOn('webgpu', model, inputs, chain);
    const times = await compareInTurn({ ours, stock: () => withoutOwnKernels(ours) }, { rounds: 9, warmup: 2 });
    const gain = ratio(times.stock, times.ours);
    const note = `${milliseconds(times.stock)} -> ${milliseconds(times.ours)}; ${formatSpread(gain)}; ${hardware}`;
    add({
      id: `webgpu.${shape}.b${batch}.s${length}.${name}.kernels`,
      value: gain.p50,
      unit: 'times faster than without our kernels',
      note,
    });
  }
};

const againstWasm = async (
  id: string,
  what: string,
  contenders: Readonly<Record<Backend, () => unknown>>,
): Promise<void> => {
  const times = await compareInTurn(contenders, { rounds: 5, warmup: 1 });
  const gain = ratio(times.wasm, times.webgpu);
  const note = `${what}: ${milliseconds(times.wasm)} (wasm, ${threads} threads) -> ${milliseconds(times.webgpu)}; ${formatSpread(gain)}; ${hardware}`;
  add({ id, value: gain.p50, unit: 'times faster than wasm', note });
};

for (const shape of shapeNames) {
  const models = { webgpu: await createOn('webgpu', shape), wasm: await createOn('wasm', shape) };
  for (const [batch, length] of [[1, 128], [1, 384], [8, 128], [32, 128], [32, 384]] as const) await shorterLengths(shape, models.webgpu, batch, length); // prettier-ignore
  await againstStock(shape, models.webgpu, 1, 128);
  for (const [batch, length] of [
    [1, 32],
    [1, 128],
    [8, 128],
  ] as const) {
    const inputs = makeInputs(batch, length);
    const [ours, theirs] = [runOn('webgpu', models.webgpu, inputs), runOn('wasm', models.wasm, inputs)];
    const expected = await theirs();
    const difference = Math.max(...(await ours()).map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
    if (!(difference < 1e-3)) throw new Error(`${shape}: logits on WebGPU differ from those on wasm by ${difference}`);
    await againstWasm(`webgpu.${shape}.b${batch}.s${length}.wasm`, 'full length', { webgpu: ours, wasm: theirs });
  }
  if (shape === 'minilm-l6') {
    const inputs = makeInputs(16, 64);
    const steps = { webgpu: stepOn('webgpu', models.webgpu, inputs), wasm: stepOn('wasm', models.wasm, inputs) };
    await againstWasm(
      `webgpu.${shape}.step`,
      'gradients of a LengthDrop step, full length and 0.85 a layer, on 16 x 64 tokens',
      steps,
    );
  }
  for (const model of Object.values(models)) model.dispose();
}
report('webgpu', rows);
process.exit(0);
