import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import * as fc from 'fast-check';
import { predictLogits } from './predict-logits.js';
import { createTaskModel } from './task-model.js';
import { questionAnswering } from '../tasks/question-answering.js';
import { sequenceClassification } from '../tasks/sequence-classification.js';
import { tokenClassification } from '../tasks/token-classification.js';
import { tinyConfig } from '../testing/tiny-model.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

const rows = fc.array(fc.array(fc.integer({ min: 5, max: 39 }), { minLength: 1, maxLength: 32 }), {
  minLength: 1,
  maxLength: 6,
});
const configs = fc.constantFrom(undefined, [0.8, 0.6, 0.5], [0.5, 0.3, 0.1]);

test.each([sequenceClassification(['a', 'b', 'c']), questionAnswering(), tokenClassification(['O', 'B-x', 'I-x'])])(
  '$name: a batch gives each input the logits that it gets alone, one for each output it has',
  async (task) => {
    const model = createTaskModel(tinyConfig, new Map(), { fresh: true, task });
    await fc.assert(
      fc.asyncProperty(rows, configs, async (ids, config) => {
        const inputs = ids.map((own) => ({ ids: own }));
        const together = await predictLogits(model, inputs, { point: { lengths: config } });
        const alone = await predictLogits(model, inputs, { point: { lengths: config }, maxBatchTokens: 1 });
        together.forEach((logits, row) => {
          expect(logits).toHaveLength(
            task.readout.outputs * (task.readout.pool === 'first' ? 1 : (ids[row]?.length ?? 0)),
          );
          logits.forEach((value, i) => expect(Math.abs(value - (alone[row]?.[i] ?? Number.NaN))).toBeLessThan(1e-4));
        });
      }),
      { numRuns: 15, seed: 3 },
    );
    model.dispose();
  },
);

test('rows of one point are gathered in one list, however many they are', async () => {
  const task = sequenceClassification(['a', 'b']);
  const model = createTaskModel(tinyConfig, new Map(), { fresh: true, task });
  const lists = jest.spyOn(Map.prototype, 'set');
  const count = 1_000;
  const points = Array.from({ length: count }, (_, row) => ({ lengths: row % 2 === 0 ? [1, 1, 1] : [0.5, 0.5, 0.5] }));
  const run = async (inputs: readonly unknown[]): Promise<Float32Array> => new Float32Array(2 * inputs.length);
  const logits = await predictLogits(
    { ...model, run, runRows: undefined },
    points.map(() => ({ ids: [2, 5, 3] })),
    { points },
  );
  expect(logits).toHaveLength(count);
  expect(lists.mock.calls.length).toBeLessThan(count / 10); // a list that is made anew for every row is work that grows with the square
  lists.mockRestore();
  model.dispose();
});

test.each([true, false])(
  'it says after every batch how far it is, of several points too (in one batch: %s)',
  async (mixed) => {
    const task = sequenceClassification(['a', 'b']);
    const model = createTaskModel(tinyConfig, new Map(), { fresh: true, task });
    const inputs = Array.from({ length: 5 }, (_, row) => ({ ids: [2, 5 + row, 3] }));
    const points = inputs.map((_, row) => ({ lengths: row % 2 === 0 ? [1, 1, 1] : [0.5, 0.5, 0.5] }));
    const seen: (readonly [number, number])[] = [];
    const onProgress = (done: number, of: number): number => seen.push([done, of]);
    await predictLogits(model, inputs, { ...(mixed && { points }), maxBatchTokens: 6, onProgress });
    expect(seen.at(-1)).toEqual([5, 5]);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b));
    model.dispose();
  },
);
