import type { LengthConfig } from '@length-adaptive/core';
import { fromAbsoluteLengths, fullLength } from '@length-adaptive/core';
import type { TaskModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportGraph, hostModel } from './export-graph.js';
import type { OnnxModel } from './onnx-model.js';
import { createOnnxModel } from './onnx-model.js';
import type { BareEncoder } from './testing/bare-encoder.js';
import { openBareEncoder } from './testing/bare-encoder.js';
import { largestDifference } from './testing/differences.js';
import { golden, goldenInputs, goldenModel, goldenRagged, goldenRows } from './testing/golden.js';

const layers = 4;
const full = fullLength(layers);
const dropped = fromAbsoluteLengths(golden('lengths'), 16);
const width = 32;
const tolerance = 1e-4;

let model: TaskModel;
let engine: OnnxModel;
let bare: BareEncoder;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  model = goldenModel();
  const host = await hostModel(model);
  engine = await createOnnxModel(exportGraph(host), model.config, { traced: () => exportGraph(host, { trace: true }) });
  bare = await openBareEncoder(model);
});
afterAll(async () => {
  await engine.release();
  await bare.release();
  model.dispose();
});

const hidden = (inputs: typeof goldenInputs, config: LengthConfig) => bare.hidden(inputs, inputs.map(() => config));

describe('an exported BERT on ONNX Runtime against the golden numbers', () => {
  test('full length: logits and hidden states', async () => {
    expect(largestDifference(await engine.run(goldenInputs), golden('full.logits'))).toBeLessThan(tolerance);
    expect(largestDifference(await hidden(goldenInputs, full), golden('full.last_hidden_state'))).toBeLessThan(tolerance);
  });

  test('dropped: logits, and hidden states restored to input order', async () => {
    expect(largestDifference(await engine.run(goldenInputs, { config: dropped }), golden('dropped.logits'))).toBeLessThan(tolerance);
    expect(largestDifference(await hidden(goldenInputs, dropped), golden('dropped.last_hidden_state'))).toBeLessThan(tolerance);
  });

  test('dropped: the positions that leave every layer', async () => {
    for (const [row, input] of goldenInputs.entries()) {
      const kept = await engine.keptPositions(input, dropped);
      expect(kept).toHaveLength(layers);
      kept.forEach((positions, layer) => expect(positions).toEqual(goldenRows(`dropped.kept_positions.${layer}`)[row]));
    }
  });

  test('a padded batch at full length: logits, and hidden states with zeros at padding', async () => {
    expect(largestDifference(await engine.run(goldenRagged), golden('padded.full.logits'))).toBeLessThan(tolerance);
    const states = await hidden(goldenRagged, full);
    expect(largestDifference(states, golden('padded.full.last_hidden_state'))).toBeLessThan(tolerance);
    goldenRagged.forEach(({ ids }, row) => expect(states.subarray((row * 16 + ids.length) * width, (row + 1) * 16 * width).every((value) => value === 0)).toBe(true));
  });

  test('rows of different lengths in one batch get what each gets alone', async () => {
    const logits = await engine.run(goldenRagged, { config: dropped });
    const states = await hidden(goldenRagged, dropped);
    for (const [row, input] of goldenRagged.entries()) {
      const own = states.subarray(row * 16 * width, (row * 16 + input.ids.length) * width);
      const rest = states.subarray((row * 16 + input.ids.length) * width, (row + 1) * 16 * width);
      expect(largestDifference(logits.subarray(row * 3, row * 3 + 3), golden(`ratio.${row}.logits`))).toBeLessThan(tolerance);
      expect(largestDifference(own, golden(`ratio.${row}.last_hidden_state`))).toBeLessThan(tolerance);
      expect(rest.every((value) => value === 0)).toBe(true);
      const kept = await engine.keptPositions(input, dropped);
      kept.forEach((positions, layer) => expect(positions).toEqual(golden(`ratio.${row}.kept_positions.${layer}`)));
    }
  });

  test('rows with configurations of their own in one batch', async () => {
    const logits = await engine.runRows(goldenInputs, [dropped, full, dropped]);
    const states = await bare.hidden(goldenInputs, [dropped, full, dropped]);
    const state = 16 * width;
    for (const [row, kind] of ['dropped', 'full', 'dropped'].entries()) {
      expect(largestDifference(logits.subarray(row * 3, row * 3 + 3), golden(`${kind}.logits`).slice(row * 3, row * 3 + 3))).toBeLessThan(tolerance);
      expect(largestDifference(states.subarray(row * state, (row + 1) * state), golden(`${kind}.last_hidden_state`).slice(row * state, (row + 1) * state))).toBeLessThan(tolerance);
    }
  });
});
