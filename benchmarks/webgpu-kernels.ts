/** How many kernels a forward pass starts on WebGPU, with our kernels and without. The same on every adapter, a software one included. */
import { createRandom } from '@length-adaptive/core';
import { startBackend } from '@length-adaptive/core/backend';
import { constantRatioChain } from '@length-adaptive/search';
import * as tf from '@tensorflow/tfjs';
import type { Row } from './harness.js';
import { report } from './harness.js';
import { offerWebGpu } from './webgpu/dawn.js';
import { createModel } from './webgpu/models.js';
import { withoutOwnKernels } from './webgpu/own-kernels.js';

await offerWebGpu('webgpu-kernels');
await startBackend({ backends: ['webgpu'] });

const model = createModel('minilm-l6');
const random = createRandom(1);
const inputs = [{ ids: Int32Array.from({ length: 128 }, () => random.integer(1000, 30_000)) }];
const backend = tf.backend() as unknown as { runWebGPUProgram(...given: unknown[]): unknown };

/** Programs that a pass hands to the card. */
const countKernels = async (config?: readonly number[]): Promise<number> => {
  const original = backend.runWebGPUProgram.bind(backend);
  let count = 0;
  backend.runWebGPUProgram = (...given) => {
    count += 1;
    return original(...given);
  };
  await model.run(inputs, { point: { lengths: config } });
  backend.runWebGPUProgram = original;
  return count;
};

const rows: Row[] = [];
for (const [name, config] of [
  ['full', undefined],
  ['reduced', constantRatioChain(6, 0.85)],
] as const) {
  // prettier-ignore
  const ours = await countKernels(config);
  const stock = await withoutOwnKernels(() => countKernels(config));
  const what = `MiniLM-L6, 1 x 128 tokens, ${config ? '85 % kept a layer' : 'full length'}`;
  rows.push({ id: `webgpu-kernels.${name}.ours`, value: ours, unit: 'kernels started', note: what });
  rows.push({
    id: `webgpu-kernels.${name}.stock`,
    value: stock,
    unit: 'kernels started',
    note: `${what}, composed of TensorFlow.js' operations`,
  });
}
report('webgpu-kernels', rows);
process.exit(0);
