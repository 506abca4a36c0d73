/** CLIP's tower for texts on ONNX Runtime, where it is another than encoders that are read at their first token: vectors, merging, what is told of tokens. */
import { attentionReducer, fromAbsoluteLengths, tomeReducer } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { TaskModel } from '@length-adaptive/models';
import { createTaskModel, embedding } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { agreementLimits, agreementOf, agrees } from './agreement.js';
import { exportGraph, hostModel } from './export-graph.js';
import type { OnnxModel } from './onnx-model.js';
import { createOnnxModel } from './onnx-model.js';
import { readOnnxFile } from './read-file.js';
import { openSession } from './runtime.js';
import { openBareEncoder } from './testing/bare-encoder.js';
import { largestDifference } from './testing/differences.js';
import { openGolden } from './testing/golden.js';

const width = 32;
const tokens = 16;
const tolerance = 1e-4;
const golden = openGolden('clip_text_model');
const dropped = fromAbsoluteLengths(golden.numbers('lengths'), tokens);
const merged = fromAbsoluteLengths(golden.numbers('tome.lengths'), tokens);
const { inputs, ragged } = golden;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

/** The model that makes vectors, as the class with a projection has it. */
const projected = (changes: Readonly<Record<string, unknown>> = {}, reducer = attentionReducer()): TaskModel => {
  const { config, weights } = golden.files();
  const { num_labels: _n, id2label: _i, label2id: _l, ...rest } = config;
  const named = { ...rest, architectures: ['CLIPTextModelWithProjection'], ...changes };
  return createTaskModel(named, weights, { reducer });
};

const withEngine = async (model: TaskModel, use: (engine: OnnxModel) => Promise<void>): Promise<void> => {
  const host = await hostModel(model);
  const engine = await createOnnxModel(exportGraph(host), model.config, {
    reducer: model.reducer,
    traced: () => exportGraph(host, { trace: 'scores' }),
  });
  await use(engine);
  await engine.release();
  model.dispose();
};

test('a checkpoint with a projection makes vectors of texts, of length 1, wider than its states', async () => {
  const model = projected();
  expect(model.task).toMatchObject({
    name: 'embedding',
    readout: { pool: 'first', layer: 'projection', outputs: 40 },
    checkpoint: { classSuffix: 'ModelWithProjection' },
  });
  expect(model.config).toMatchObject({ architectures: ['CLIPTextModelWithProjection'] });
  expect(model.task.answer?.(new Float32Array(40).fill(1)).embedding).toHaveLength(40);
  await withEngine(model, async (engine) => {
    expect(largestDifference(await engine.run(inputs), golden.numbers('full.text_embeds'))).toBeLessThan(tolerance);
    const vectors = await engine.run(inputs, { point: { lengths: dropped } });
    expect(largestDifference(vectors, golden.numbers('dropped.text_embeds'))).toBeLessThan(tolerance);
  });
});

test('the state at the end of a text is read by its id, or as the token of the largest id, which 2 stands for', async () => {
  const [byId, byLargest, bare] = [
    projected(),
    projected({ eos_token_id: 2 }),
    projected({ architectures: ['CLIPTextModel'] }),
  ];
  const wanted = await byId.run(inputs, { point: { lengths: dropped } });
  expect(await byLargest.run(inputs, { point: { lengths: dropped } })).toEqual(wanted);
  await withEngine(byLargest, async (engine) =>
    expect(largestDifference(await engine.run(inputs, { point: { lengths: dropped } }), wanted)).toBeLessThan(1e-5),
  );
  // The class without a projection gives the state itself, brought to length 1.
  const ends = inputs.map(({ ids }) => Array.from(ids).indexOf(96));
  const states = golden.numbers('full.last_hidden_state');
  const own = ends.flatMap((end, row) => {
    const state = states.slice((row * tokens + end) * width, (row * tokens + end + 1) * width);
    const length = Math.hypot(...state);
    return state.map((value) => value / length);
  });
  expect(bare.task.readout).toMatchObject({ pool: 'first', layer: 'none' });
  expect(largestDifference(await bare.run(inputs), own)).toBeLessThan(tolerance);
  byId.dispose();
  bare.dispose();
});

test.each(['group', 'own'] as const)('texts that merge by their keys, un-merged by %s', async (unmerge) => {
  const model = projected({}, tomeReducer({ likeness: 'keys', unmerge }));
  const bare = await openBareEncoder(model);
  const states = await bare.hidden(inputs, inputs.map(() => merged)); // prettier-ignore
  await bare.release();
  inputs.forEach((_, row) => {
    const survivors = golden.rows(`tome.${row}.states`);
    const grouped = golden.numbers(`tome.${row}.owners.3`).flatMap((owner) => survivors[owner] ?? []);
    const own = states.subarray(row * tokens * width, (row + 1) * tokens * width);
    const wanted = unmerge === 'group' ? grouped : golden.numbers(`tome.${row}.own`);
    expect(largestDifference(own, wanted)).toBeLessThan(tolerance);
  });
  await withEngine(model, async (engine) => {
    for (const [row, input] of inputs.entries()) {
      const trace = await engine.tokenTrace?.(input, { lengths: merged });
      const ours = await model.tokenTrace?.(input, { lengths: merged });
      expect(trace?.mergedInto).toEqual(ours?.mergedInto);
      expect(trace?.kept).toEqual(ours?.kept);
      [0, 1, 2, 3].forEach((layer) => {
        const positions = golden.numbers(`tome.${row}.kept_positions.${layer}`);
        const owners = golden.numbers(`tome.${row}.owners.${layer}`).map((owner) => positions[owner]);
        expect(trace?.kept[layer]).toEqual([...positions].sort((a, b) => a - b));
        expect(trace?.mergedInto?.[layer]).toEqual(owners);
      });
    }
  });
});

test('what ranked each token is told by the token, whatever order tokens entered in', async () => {
  const model = projected();
  const trace = await model.tokenTrace?.(inputs[1] ?? { ids: [] }, { lengths: dropped });
  const first = golden.rows('dropped.significance.0')[1] ?? [];
  expect(largestDifference(trace?.scores?.[0] ?? [], first)).toBeLessThan(tolerance);
  const second = golden.rows('dropped.significance.1')[1] ?? [];
  const kept = golden.rows('dropped.kept_positions.0')[1] ?? [];
  expect(largestDifference(kept.map((at) => trace?.scores?.[1]?.[at] ?? Number.NaN), second)).toBeLessThan(tolerance); // prettier-ignore
  await withEngine(model, async (engine) => {
    const theirs = await engine.tokenTrace?.(inputs[1] ?? { ids: [] }, { lengths: dropped });
    theirs?.scores?.forEach((row, layer) => {
      const wanted = trace?.scores?.[layer] ?? [];
      expect(row.map(Number.isNaN)).toEqual(wanted.map(Number.isNaN));
      expect(largestDifference(row.filter((x) => !Number.isNaN(x)), wanted.filter((x) => !Number.isNaN(x)))).toBeLessThan(tolerance); // prettier-ignore
    });
  });
});

test.each(['int8', 'fp16'] as const)('%s: the same vectors, of padded rows too', async (precision) => {
  const model = projected();
  const engine = await createOnnxModel(exportGraph(await hostModel(model), { precision }), model.config);
  for (const rows of [inputs, ragged]) {
    const point = { lengths: dropped };
    const [given, wanted] = [await engine.run(rows, { point }), await model.run(rows, { point })];
    const agreement = agreementOf(model.task, [given], [wanted]);
    expect([agreement, agrees(agreement, agreementLimits(point))]).toEqual([agreement, true]);
  }
  await engine.release();
  model.dispose();
});

test('a file takes texts as every tool feeds them', async () => {
  const model = projected();
  const { session } = await openSession(readOnnxFile(exportGraph(await hostModel(model))).bytes);
  expect([...session.inputNames].sort()).toEqual(['attention_mask', 'input_ids', 'length_ratios']);
  expect(session.outputNames).toEqual(['text_embeds']);
  await session.release();
  model.dispose();
});

test('an embedding of states as they are has as many numbers as a state', () => {
  const { config, weights } = golden.files();
  const model = createTaskModel({ ...config, architectures: ['CLIPTextModelWithProjection'] }, weights, { task: embedding(width, { pooling: 'none' }) }); // prettier-ignore
  expect(model.task.readout).toMatchObject({ pool: 'none', layer: 'none', outputs: width });
  model.dispose();
});
