import type { EncoderInput, LengthConfig, ReducerSettings } from '@length-adaptive/core';
import { findReducer } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { TaskModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { exportGraph, hostModel } from './export-graph.js';
import type { OnnxModel } from './onnx-model.js';
import { createOnnxModel } from './onnx-model.js';
import { arbitraryBatch, arbitraryConfig, arbitraryRows } from './testing/arbitrary-batches.js';
import type { BareEncoder } from './testing/bare-encoder.js';
import { openBareEncoder, referenceHidden } from './testing/bare-encoder.js';
import { largestDifference } from './testing/differences.js';
import { isNearTie } from './testing/near-ties.js';
import { tinyModel } from './testing/tiny-model.js';

const tolerance = 1e-4;
const outputs = 3;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const models: readonly {
  readonly layers: number;
  readonly seed: number;
  readonly reducer: string;
  readonly settings?: ReducerSettings;
}[] = [
  { layers: 3, seed: 1, reducer: 'attention' },
  { layers: 4, seed: 2, reducer: 'attention' },
  { layers: 3, seed: 3, reducer: 'cls-attention' },
  { layers: 3, seed: 4, reducer: 'tome' },
  { layers: 3, seed: 5, reducer: 'tome', settings: { likeness: 'keys', unmerge: 'own' } },
  { layers: 3, seed: 6, reducer: 'pool' },
  { layers: 3, seed: 7, reducer: 'fuse' },
  { layers: 3, seed: 8, reducer: 'fuse', settings: { weight: 'significance', unmerge: 'own' } },
  { layers: 3, seed: 9, reducer: 'token-pooling' },
  { layers: 3, seed: 10, reducer: 'token-pooling', settings: { centres: 'means' } },
  { layers: 3, seed: 11, reducer: 'skim', settings: { predictor: 'convolution', size: 4 } },
];

describe.each(models)(
  'batches at configurations of $layers layers, by $reducer $settings',
  ({ layers, seed, reducer, settings }) => {
    let model: TaskModel;
    let engine: OnnxModel;
    let bare: BareEncoder;
    const rows = { seen: 0, nearTies: 0 };

    beforeAll(async () => {
      model = tinyModel({ num_hidden_layers: layers }, seed, { reducer: findReducer(reducer, settings) });
      const host = await hostModel(model);
      engine = await createOnnxModel(exportGraph(host), model.config, {
        threads: 1,
        traced: () => exportGraph(host, { trace: true }),
      });
      bare = await openBareEncoder(model);
    });
    afterAll(async () => {
      await engine.release();
      await bare.release();
      model.dispose();
    });

    /** Whether any row is one that rounding decides; counted. */
    const undecided = async (inputs: readonly EncoderInput[], configs: readonly LengthConfig[]): Promise<boolean> => {
      let found = 0;
      for (const [row, input] of inputs.entries()) if (await isNearTie(model, input, configs[row] ?? [])) found++;
      rows.seen += inputs.length;
      rows.nearTies += found;
      return found > 0;
    };
    const forAll = <Given>(
      arbitrary: fc.Arbitrary<Given>,
      numRuns: number,
      check: (given: Given) => Promise<void>,
    ): Promise<void> => fc.assert(fc.asyncProperty(arbitrary, check), { numRuns, seed });

    test('logits and kept positions are those of TensorFlow.js, and each row gets what it gets alone', async () => {
      await forAll(fc.tuple(arbitraryBatch, arbitraryConfig(layers)), 40, async ([inputs, config]) => {
        if (
          await undecided(
            inputs,
            inputs.map(() => config),
          )
        )
          return;
        const logits = await engine.run(inputs, { point: { lengths: config } });
        expect(largestDifference(logits, await model.run(inputs, { point: { lengths: config } }))).toBeLessThan(
          tolerance,
        );
        for (const [row, input] of inputs.entries()) {
          expect(await engine.keptPositions(input, { lengths: config })).toEqual(
            await model.keptPositions(input, { lengths: config }),
          );
          expect(
            largestDifference(
              logits.subarray(row * outputs, (row + 1) * outputs),
              await engine.run([input], { point: { lengths: config } }),
            ),
          ).toBeLessThan(tolerance);
        }
      });
    });

    test('rows of one batch may each have a configuration of their own', async () => {
      await forAll(arbitraryRows(layers), 30, async (given) => {
        const inputs = given.map(({ input }) => input);
        const configs = given.map(({ config }) => config);
        if (await undecided(inputs, configs)) return;
        const logits = await engine.runRows(
          inputs,
          configs.map((lengths) => ({ lengths })),
        );
        const states = await bare.hidden(inputs, configs);
        const width = states.length / inputs.length;
        for (const [row, { input, config }] of given.entries()) {
          expect(
            largestDifference(
              logits.subarray(row * outputs, (row + 1) * outputs),
              await model.run([input], { point: { lengths: config } }),
            ),
          ).toBeLessThan(tolerance);
          const alone = await referenceHidden(model, [input], config);
          const own = states.subarray(row * width, row * width + alone.length);
          expect(largestDifference(own, alone)).toBeLessThan(tolerance);
          expect(states.subarray(row * width + alone.length, (row + 1) * width).every((value) => value === 0)).toBe(
            true,
          );
        }
      });
    });

    test('hidden states of a bare encoder are those of TensorFlow.js, dropped tokens restored and padding zero', async () => {
      await forAll(fc.tuple(arbitraryBatch, arbitraryConfig(layers)), 30, async ([inputs, config]) => {
        if (
          await undecided(
            inputs,
            inputs.map(() => config),
          )
        )
          return;
        const states = await bare.hidden(
          inputs,
          inputs.map(() => config),
        );
        expect(largestDifference(states, await referenceHidden(model, inputs, config))).toBeLessThan(tolerance);
      });
    });

    test('fewer than one row in twenty was left out as undecided', () => {
      expect(rows.seen).toBeGreaterThan(200);
      expect(rows.nearTies / rows.seen).toBeLessThan(0.05);
    });
  },
);
