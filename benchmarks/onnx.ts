/** ONNX Runtime: our graph against an independent export of the same weights, shorter configurations, transformers.js, and training against PyTorch. */
import type { HostModel } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { report } from './harness.js';
import { readHostModel } from './onnx/bare-encoder.js';
import { gemmRows } from './onnx/gemm-peak.js';
import { graphRows } from './onnx/graph-rows.js';
import { markdownTables } from './onnx/markdown.js';
import type { ModelName } from './onnx/peers.js';
import { installPeers } from './onnx/peers.js';
import { searchRows } from './onnx/search.js';
import { textRows } from './onnx/text-rows.js';
import { trainingRows } from './onnx/training.js';

await tf.setBackend('cpu'); // holds weights; the search starts the wasm backend, which is registered by now
installPeers();
const models = new Map<ModelName, Promise<HostModel>>();
const read = (name: ModelName): Promise<HostModel> => {
  const model = models.get(name) ?? readHostModel(name);
  models.set(name, model);
  return model;
};

const { rows: gemm, peak } = await gemmRows();
const rows = [...(await graphRows(read, peak)), ...(await textRows(read)), ...gemm];
console.log(`\n${markdownTables(rows)}\n`);
report('onnx', [...rows, ...(await trainingRows()), ...(await searchRows())], { alsoUnder: ['train'] });
process.exit(0);
