/**
 * How many kernels a forward pass starts on WebGPU and what they write, with our kernels and without, and with other reducers. The same on every adapter, a software one
 * included.
 */
import { createRandom } from '@length-adaptive/core';
import type { OperatingPoint } from '@length-adaptive/core';
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
const backend = tf.backend() as unknown as { runWebGPUProgram(...given: unknown[]): tf.TensorInfo };

interface Started {
  readonly kernels: number;
  /** Megabytes of what they give. */
  readonly written: number;
}

/** Programs that a pass hands to the card. */
const countKernels = async (point: OperatingPoint): Promise<Started> => {
  const original = backend.runWebGPUProgram.bind(backend);
  let [kernels, bytes] = [0, 0];
  backend.runWebGPUProgram = (...given) => {
    const output = original(...given);
    kernels += 1;
    bytes += 4 * tf.util.sizeFromShape(output.shape);
    return output;
  };
  await model.run(inputs, { point });
  backend.runWebGPUProgram = original;
  return { kernels, written: bytes / 1e6 };
};

const rows: Row[] = [];
const lengths = constantRatioChain(6, 0.85);
const add = (id: string, { kernels, written }: Started, note: string): void => {
  rows.push({ id: `webgpu-kernels.${id}`, value: kernels, unit: 'kernels started', note });
  rows.push({ id: `webgpu-kernels.${id}.written`, value: written, unit: 'MB written', note });
};
for (const [name, point] of [
  ['full', {}],
  ['reduced', { lengths }],
] as const) {
  const what = `MiniLM-L6, 1 x 128 tokens, ${name === 'reduced' ? '85 % kept a layer' : 'full length'}`;
  add(`${name}.ours`, await countKernels(point), what);
  const stock = await withoutOwnKernels(() => countKernels(point));
  add(`${name}.stock`, stock, `${what}, composed of TensorFlow.js' operations`);
}
for (const reducer of ['cls-attention', 'tome', 'pool', 'fuse'])
  add(
    `reduced.${reducer}`,
    await countKernels({ lengths, reducer }),
    `MiniLM-L6, 1 x 128 tokens, 85 % kept a layer, reducer ${reducer}`,
  );
report('webgpu-kernels', rows);
process.exit(0);
