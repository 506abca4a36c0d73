import type { LengthConfig } from '@length-adaptive/core';
import { fromAbsoluteLengths, fullLength } from '@length-adaptive/core';
import type { TaskModel } from '@length-adaptive/models';
import { questionAnswering } from '@length-adaptive/models';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { exportGraph, hostModel } from './export-graph.js';
import type { OnnxModel } from './onnx-model.js';
import { createOnnxModel } from './onnx-model.js';
import type { BareEncoder } from './testing/bare-encoder.js';
import { openBareEncoder } from './testing/bare-encoder.js';
import { largestDifference } from './testing/differences.js';
import { goldenFamilies, openGolden } from './testing/golden.js';

const width = 32;
const tolerance = 1e-4;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

describe.each(goldenFamilies)('an exported %s on ONNX Runtime against the golden numbers', (family) => {
  const golden = openGolden(family);
  let model: TaskModel;
  let engine: OnnxModel;
  let bare: BareEncoder;

  beforeAll(async () => {
    model = golden.model();
    const host = await hostModel(model);
    engine = await createOnnxModel(exportGraph(host), model.config, {
      traced: () => exportGraph(host, { trace: true }),
    });
    bare = await openBareEncoder(model);
  });
  afterAll(async () => {
    await engine.release();
    await bare.release();
    model.dispose();
  });

  const layers = golden.numbers('lengths').length;
  const outputs = golden.numbers('full.logits').length / golden.inputs.length; // of an input, or of all of its tokens
  const full = fullLength(layers);
  const dropped = fromAbsoluteLengths(golden.numbers('lengths'), 16);
  const hidden = (inputs: typeof golden.inputs, config: LengthConfig) =>
    bare.hidden(
      inputs,
      inputs.map(() => config),
    );

  if (golden.has('dropped.start_logits')) {
    test('dropped: where an answer starts and ends', async () => {
      const reader = golden.model(questionAnswering());
      const exported = await createOnnxModel(exportGraph(await hostModel(reader)), reader.config);
      const logits = await exported.run(golden.inputs, { point: { lengths: dropped } }); // [B, T, 2]
      expect(
        largestDifference(
          logits.filter((_, i) => i % 2 === 0),
          golden.numbers('dropped.start_logits'),
        ),
      ).toBeLessThan(tolerance);
      expect(
        largestDifference(
          logits.filter((_, i) => i % 2 === 1),
          golden.numbers('dropped.end_logits'),
        ),
      ).toBeLessThan(tolerance);
      await exported.release();
      reader.dispose();
    });
  }

  test('full length: logits and hidden states', async () => {
    expect(largestDifference(await engine.run(golden.inputs), golden.numbers('full.logits'))).toBeLessThan(tolerance);
    expect(largestDifference(await hidden(golden.inputs, full), golden.numbers('full.last_hidden_state'))).toBeLessThan(
      tolerance,
    );
  });

  test('dropped: logits, and hidden states restored to input order', async () => {
    expect(
      largestDifference(
        await engine.run(golden.inputs, { point: { lengths: dropped } }),
        golden.numbers('dropped.logits'),
      ),
    ).toBeLessThan(tolerance);
    expect(
      largestDifference(await hidden(golden.inputs, dropped), golden.numbers('dropped.last_hidden_state')),
    ).toBeLessThan(tolerance);
  });

  test('dropped: the positions that every layer keeps', async () => {
    for (const [row, input] of golden.inputs.entries()) {
      const kept = await engine.keptPositions(input, { lengths: dropped });
      expect(kept).toHaveLength(layers);
      kept.forEach((positions, layer) =>
        expect(positions).toEqual(golden.rows(`dropped.kept_positions.${layer}`)[row]),
      );
    }
  });

  test('a padded batch at full length: logits, and hidden states with zeros at padding', async () => {
    expect(largestDifference(await engine.run(golden.ragged), golden.numbers('padded.full.logits'))).toBeLessThan(
      tolerance,
    );
    const states = await hidden(golden.ragged, full);
    expect(largestDifference(states, golden.numbers('padded.full.last_hidden_state'))).toBeLessThan(tolerance);
    if (golden.has('short.2.last_hidden_state')) return; // others are left than those that came
    golden.ragged.forEach(({ ids }, row) =>
      expect(
        states.subarray((row * 16 + ids.length) * width, (row + 1) * 16 * width).every((value) => value === 0),
      ).toBe(true),
    );
  });

  if (golden.has('short.2.last_hidden_state')) {
    test('short inputs, alone and in a batch', async () => {
      const [{ ids, typeIds } = { ids: [] }] = golden.inputs;
      const inputs = [2, 3, 4, 5, 6, 7].map((length) => ({
        ids: Array.from(ids).slice(0, length),
        typeIds: typeIds && Array.from(typeIds).slice(0, length),
      }));
      const batch = await hidden(inputs, full);
      for (const [row, input] of inputs.entries()) {
        const reference = golden.numbers(`short.${input.ids.length}.last_hidden_state`);
        expect(largestDifference(await hidden([input], full), reference)).toBeLessThan(tolerance);
        const own = batch.subarray((row * batch.length) / inputs.length, ((row + 1) * batch.length) / inputs.length);
        expect(largestDifference(own.subarray(0, reference.length), reference)).toBeLessThan(tolerance);
        expect(own.subarray(reference.length).every((value) => value === 0)).toBe(true);
      }
    });
  }

  test('rows of different lengths in one batch get what each gets alone', async () => {
    const logits = await engine.run(golden.ragged, { point: { lengths: dropped } });
    const states = await hidden(golden.ragged, dropped);
    const state = states.length / golden.ragged.length;
    for (const [row, input] of golden.ragged.entries()) {
      const end = row * state + golden.numbers(`ratio.${row}.last_hidden_state`).length;
      const own = states.subarray(row * state, end);
      const rest = states.subarray(end, (row + 1) * state);
      const answers = golden.numbers(`ratio.${row}.logits`);
      expect(largestDifference(logits.subarray(row * outputs, row * outputs + answers.length), answers)).toBeLessThan(
        tolerance,
      );
      expect(largestDifference(own, golden.numbers(`ratio.${row}.last_hidden_state`))).toBeLessThan(tolerance);
      expect(rest.every((value) => value === 0)).toBe(true);
      const kept = await engine.keptPositions(input, { lengths: dropped });
      kept.forEach((positions, layer) =>
        expect(positions).toEqual(golden.numbers(`ratio.${row}.kept_positions.${layer}`)),
      );
    }
  });

  test('rows with configurations of their own in one batch', async () => {
    const logits = await engine.runRows(
      golden.inputs,
      [dropped, full, dropped].map((lengths) => ({ lengths })),
    );
    const states = await bare.hidden(golden.inputs, [dropped, full, dropped]);
    const state = states.length / golden.inputs.length;
    for (const [row, kind] of ['dropped', 'full', 'dropped'].entries()) {
      const reference = golden.numbers(`${kind}.last_hidden_state`);
      expect(
        largestDifference(
          logits.subarray(row * outputs, (row + 1) * outputs),
          golden.numbers(`${kind}.logits`).slice(row * outputs, (row + 1) * outputs),
        ),
      ).toBeLessThan(tolerance);
      expect(
        largestDifference(
          states.subarray(row * state, row * state + reference.length / 3),
          reference.slice((row * reference.length) / 3, ((row + 1) * reference.length) / 3),
        ),
      ).toBeLessThan(tolerance);
    }
  });
});
