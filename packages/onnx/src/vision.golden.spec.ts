/** Encoders that read images, on ONNX Runtime against the golden numbers: forward, merged, and one training step. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EncoderInput, Gradients } from '@length-adaptive/core';
import { attentionReducer, fromAbsoluteLengths, fullLength, tomeReducer } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { TaskModel } from '@length-adaptive/models';
import { createTaskModel, readSafetensors } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { agreementLimits, agreementOf, agrees } from './agreement.js';
import { exportGraph, hostModel } from './export-graph.js';
import type { OnnxModel } from './onnx-model.js';
import { createOnnxModel } from './onnx-model.js';
import { readOnnxFile } from './read-file.js';
import { openSession } from './runtime.js';
import { openBareEncoder } from './testing/bare-encoder.js';
import { largestDifference } from './testing/differences.js';
import { onnxTrainingEngine } from './training/onnx-engine.js';

const hidden = 16;
const layers = 3;
const tolerance = 1e-4;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

describe.each(['vit', 'deit', 'clip'])('%s on ONNX Runtime', (family) => {
  const folder = join(__dirname, '../../models/fixtures/golden', family);
  const tensorsOf = (file: string) => readSafetensors(readFileSync(join(folder, file))).tensors;
  const expected = tensorsOf('expected.safetensors');
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  const numbers = (name: string): number[] => {
    const tensor = expected.get(name);
    if (!tensor) throw new Error(`the golden file of ${family} has no ${name}`);
    return Array.from(tensor.data);
  };
  const rowsOf = (name: string): number[][] => {
    const width = expected.get(name)?.shape.at(-1) ?? 1;
    const all = numbers(name);
    return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
  };
  const tokens = expected.get('full.last_hidden_state')?.shape[1] ?? 0;
  const size = numbers('pixel_values').length / 3;
  const inputs: EncoderInput[] = [0, 1, 2].map((row) => ({
    ids: new Int32Array(tokens),
    pixels: Float32Array.from(numbers('pixel_values').slice(row * size, (row + 1) * size)),
  }));
  const full = fullLength(layers);
  const dropped = fromAbsoluteLengths(numbers('lengths'), tokens);
  const modelOf = (reducer = attentionReducer()): TaskModel =>
    createTaskModel(config, tensorsOf('model.safetensors'), { reducer });
  const withEngine = async (model: TaskModel, use: (engine: OnnxModel) => Promise<void>): Promise<void> => {
    const host = await hostModel(model);
    const engine = await createOnnxModel(exportGraph(host), model.config, {
      traced: () => exportGraph(host, { trace: true }),
    });
    await use(engine);
    await engine.release();
    model.dispose();
  };

  test('full length and dropped: logits, states, the positions that leave every layer; rows at points of their own', async () => {
    const model = modelOf();
    const bare = await openBareEncoder(model);
    for (const [name, lengths] of [['full', full] as const, ['dropped', dropped] as const]) {
      const states = await bare.hidden(inputs, inputs.map(() => lengths)); // prettier-ignore
      expect(largestDifference(states, numbers(`${name}.last_hidden_state`))).toBeLessThan(tolerance);
    }
    await bare.release();
    await withEngine(model, async (engine) => {
      const outputs = numbers('full.logits').length / inputs.length;
      expect(largestDifference(await engine.run(inputs), numbers('full.logits'))).toBeLessThan(tolerance);
      const mixed = await engine.runRows(
        inputs,
        [dropped, full, dropped].map((lengths) => ({ lengths })),
      );
      ['dropped', 'full', 'dropped'].forEach((name, row) =>
        expect(
          largestDifference(
            mixed.subarray(row * outputs, (row + 1) * outputs),
            numbers(`${name}.logits`).slice(row * outputs, (row + 1) * outputs),
          ),
        ).toBeLessThan(tolerance),
      );
      for (const [row, input] of inputs.entries()) {
        const kept = await engine.keptPositions(input, { lengths: dropped });
        kept.forEach((positions, layer) => expect(positions).toEqual(rowsOf(`dropped.kept_positions.${layer}`)[row]));
      }
    });
  });

  test.each(['group', 'own'] as const)('patches that merge by their keys, un-merged by %s', async (unmerge) => {
    const ratios = fromAbsoluteLengths(numbers('tome.lengths'), tokens);
    const model = modelOf(tomeReducer({ likeness: 'keys', unmerge }));
    const bare = await openBareEncoder(model);
    const states = await bare.hidden(inputs, inputs.map(() => ratios)); // prettier-ignore
    await bare.release();
    inputs.forEach((_, row) => {
      const survivors = rowsOf(`tome.${row}.states`);
      const grouped = numbers(`tome.${row}.owners.${layers - 1}`).flatMap((owner) => survivors[owner] ?? []);
      const own = states.subarray(row * tokens * hidden, (row + 1) * tokens * hidden);
      expect(largestDifference(own, unmerge === 'group' ? grouped : numbers(`tome.${row}.own`))).toBeLessThan(
        tolerance,
      );
    });
    await withEngine(model, async (engine) => {
      for (const [row, input] of inputs.entries())
        (await engine.keptPositions(input, { lengths: ratios })).forEach((positions, layer) =>
          expect(positions).toEqual(numbers(`tome.${row}.kept_positions.${layer}`)),
        );
    });
  });

  if (expected.has('train.loss'))
    test('one sandwich step: the golden losses and the golden gradient of every parameter', async () => {
      const model = modelOf();
      const engine = await onnxTrainingEngine(model);
      const labels = numbers('train.labels');
      const batch = inputs.map((input, row) => ({ input, target: labels[row] ?? 0 }));
      const reduced = rowsOf('train.length_configs').map((row) => ({ config: fromAbsoluteLengths(row, tokens) }));
      const gradients: Gradients = new Map();
      const losses = await engine.training.step(batch, { full: {}, reduced }, gradients, {});
      expect(losses.loss).toBeCloseTo(numbers('train.loss')[0] ?? Number.NaN, 4);
      expect(gradients.size).toBe(model.parameters.length);
      for (const { spec } of model.parameters) {
        const { values = new Float32Array() } = gradients.get(spec.name) ?? {};
        const [rows = 0, columns = 0] = spec.shape;
        const inFileLayout = spec.transposed
          ? values.map((_, i) => values[(i % columns) * rows + Math.floor(i / columns)] as number)
          : values;
        expect([spec.name, largestDifference(inFileLayout, numbers(`train.grad.${spec.name}`)) < 1e-4]).toEqual([spec.name, true]); // prettier-ignore
      }
      await engine.release();
      model.dispose();
    });

  test.each(['int8', 'fp16'] as const)('%s: the same answers', async (precision) => {
    const model = modelOf();
    const engine = await createOnnxModel(exportGraph(await hostModel(model), { precision }), config);
    for (const lengths of [full, dropped]) {
      const [given, wanted] = [await engine.run(inputs, { point: { lengths } }), await model.run(inputs, { point: { lengths } })]; // prettier-ignore
      const agreement = agreementOf(model.task, [given], [wanted]);
      expect([agreement, agrees(agreement, agreementLimits({ lengths }))]).toEqual([agreement, true]);
      if (precision === 'fp16') expect(largestDifference(given, wanted)).toBeLessThan(1e-2);
    }
    await engine.release();
    model.dispose();
  });

  test('a file takes images as every tool feeds them', async () => {
    const model = modelOf();
    const { session } = await openSession(readOnnxFile(exportGraph(await hostModel(model))).bytes);
    expect([...session.inputNames].sort()).toEqual(['length_ratios', 'pixel_values']);
    expect(session.outputNames).toEqual([family === 'clip' ? 'image_embeds' : 'logits']);
    await session.release();
    model.dispose();
  });
});
