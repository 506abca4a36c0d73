import { costParts } from '@length-adaptive/core';
import type { Task } from '@length-adaptive/models';
import { costOptionsOf, questionAnswering, sequenceClassification } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { exportGraph, hostModel } from './export-graph.js';
import { readOnnxFile } from './read-file.js';
import { profiledMacs } from './testing/profiled-macs.js';
import { tinyModel } from './testing/tiny-model.js';

tf.env().set('IS_TEST', true);

const ratios = fc
  .array(fc.oneof(fc.double({ min: 0.05, max: 1, noNaN: true }), fc.constant(1)), { minLength: 3, maxLength: 3 })
  .map((config) => config.sort((a, b) => b - a));

/** Matrix products that are priced: what ONNX Runtime multiplies. */
const pricedProducts = (task: Task, config: readonly number[], length: number): number => {
  const shape = { layers: 3, hiddenSize: 32, intermediateSize: 64 };
  const { projections, attention, feedForward, head } = costParts(
    shape,
    config,
    length,
    costOptionsOf(shape, task.readout),
  );
  return projections + attention + feedForward + head;
};

describe.each([
  ['a head that reads the first token', sequenceClassification(['bad', 'fair', 'good'])],
  ['a head that reads all tokens', questionAnswering()],
])('%s: ONNX Runtime runs the matrix products that the cost counts', (_, task) => {
  const files = fc.record({ config: ratios, length: fc.integer({ min: 1, max: 32 }) });
  const host = async () => {
    const model = tinyModel({}, 1, { task });
    const copy = await hostModel(model);
    model.dispose();
    return copy;
  };

  test('in a file for any budget', async () => {
    const { bytes } = readOnnxFile(exportGraph(await host()));
    const property = fc.asyncProperty(files, async ({ config, length }) => {
      const run = await profiledMacs(bytes, { ids: new Int32Array(length) }, { config, layers: 3 });
      expect(run).toBe(pricedProducts(task, config, length));
    });
    await fc.assert(property, { numRuns: 12 });
  });

  test('in a file with its configuration built in', async () => {
    const copy = await host();
    const property = fc.asyncProperty(files, async ({ config, length }) => {
      const { bytes } = readOnnxFile(exportGraph(copy, { point: { lengths: config } }));
      const run = await profiledMacs(bytes, { ids: new Int32Array(length) }, { config, layers: 3 });
      expect(run).toBe(pricedProducts(task, config, length));
    });
    await fc.assert(property, { numRuns: 6 });
  });
});
